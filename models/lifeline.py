"""Ties a child process to its parent, so that none is left over when the parent is killed."""

import os
import sys
import threading


def end_with_parent() -> None:
    """From now on this process ends as soon as its standard input closes, whatever it is doing.

    The parent holds the other end of that pipe, and the system closes it however the parent dies.
    """
    threading.Thread(target=_wait_for_end_of_input, daemon=True).start()


def _wait_for_end_of_input() -> None:
    # not sys.stdin.read(): its lock, held by a thread that waits, makes Python abort when the process ends by itself
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(1)
