"""`python -m flows` is the console script `crossrec`."""

import sys

from flows.cli import main

if __name__ == "__main__":
    sys.exit(main())
