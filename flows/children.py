"""Child processes that outlive nobody: each ends when the pipe to its standard input closes.

TensorFlow keeps the memory it took until its process ends, and it may not see the warehouse. So training, scoring and
encoding each run as `python -m <module> <folder>` and know only that folder.
"""

import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path

from flows.settings import PROJECT

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2", "TF_ENABLE_ONEDNN_OPTS": "0", "KERAS_BACKEND": "tensorflow"}

NOISE = re.compile(r"WARNING: All log messages before absl|[IWE]0000 ")
"""What TensorFlow's libraries write before anything can quiet them; it is told only if the child fails."""


class ChildError(RuntimeError):
    """A child process ended with an error; the message holds the last lines that it wrote."""


def run_child(module: str, folder: Path, log: Callable[[str], None] = print) -> None:
    """Run `python -m module folder` to its end and hand every line that it writes to `log`.

    Raises:
        ChildError: if the child ends with anything but 0.
    """
    command = [sys.executable, "-m", module, str(folder)]
    environment = {**os.environ, **QUIET, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}
    last: deque[str] = deque(maxlen=30)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as child:
        try:
            for line in child.stdout or ():
                last.append(line.rstrip())
                if not NOISE.match(line):
                    log(line.rstrip())
            code = child.wait()
        except BaseException:
            child.kill()
            raise
    if code:
        raise ChildError(
            f"{module} has to end with exit code 0, it ended with {code}. Its last lines, the newest at the end:\n"
            + "\n".join(last)
        )
