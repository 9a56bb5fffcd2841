"""Files and folders that survive a power cut once they are said to be there."""

import os
from pathlib import Path
from typing import IO


def synced(file: IO[bytes]) -> None:
    """Everything written to an open file is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """The names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
