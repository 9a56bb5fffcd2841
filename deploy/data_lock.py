"""Locks on the data folder: what may run there only once. The kernel lets go of them when their process ends, however it ends.

An embedded installation has one relay and one projector; on databases of several machines fencing guards them, not this.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from deploy.cannot_start import CannotStart

REGISTRY: Final = "registry"
RELAY: Final = "relay"
PROJECTOR: Final = "projector"


@contextlib.contextmanager
def data_folder_lock(folder: Path, role: str = REGISTRY) -> Iterator[None]:
    """Be the only process of this role on the data folder until the block is left. Raises CannotStart if there is another."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{role}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(f"another {role} runs on the data in {folder}; name another folder with --data") from None
        yield
