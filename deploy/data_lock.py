"""Locks on the data folder: what may run there only once. The kernel lets go of them when their process ends, however it ends.

An embedded installation has one of each: relay, projector, feed, intake, deliver; on databases of several machines fencing guards
them.
"""

import contextlib
import fcntl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from deploy.cannot_start import CannotStart

REGISTRY: Final = "registry"
RELAY: Final = "relay"
PROJECTOR: Final = "projector"
FEED: Final = "feed"
INTAKE: Final = "intake"
DELIVER: Final = "deliver"


_LOOK_S: Final = 0.05


@contextlib.contextmanager
def data_folder_lock(folder: Path, role: str = REGISTRY, wait_s: float = 0.0) -> Iterator[None]:
    """Be the only process of this role on the data folder until the block is left.

    wait_s: how long another one may take to end. Raises CannotStart if it does not.
    """
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait_s
    with (folder / f"{role}.lock").open("a") as file:
        while not _locked(file):
            if time.monotonic() >= deadline:
                raise CannotStart(f"another {role} runs on the data in {folder}: stop it, or name another folder with --data")
            time.sleep(_LOOK_S)
        yield


def _locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
