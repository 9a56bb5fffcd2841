"""A process that does what CHILD_DOES says: for tests of those who start and end processes.

run: until SIGTERM; ignore: until SIGKILL; a number: ends at once with that exit status. CHILD_NOTES is a file of its starts.
"""

import os
import signal
import sys
from types import FrameType


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    does = os.environ["CHILD_DOES"]
    signal.signal(signal.SIGTERM, signal.SIG_IGN if does == "ignore" else _end)
    with open(os.environ["CHILD_NOTES"], "a") as notes:
        notes.write(f"{os.getpid()}\n")
    if does.isdecimal():
        sys.exit(int(does))
    while True:
        signal.pause()
