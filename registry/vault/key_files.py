"""Keys in files that nobody but their owner can read, and that survive a power cut before anything is sealed with them."""

import os
import stat
from pathlib import Path

from registry.vault.refusal import KeyRefused

_BYTES_MAX = 64 * 1024


def read_key_file(path: Path) -> str:
    """The file's text, for `MasterKeys.parse` or `LookupKey.parse`.

    Raises KeyRefused where it is no plain file, may be read or written by group or world, or is absurdly large;
    FileNotFoundError where there is none.
    """
    with open(path, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise KeyRefused(f"{path} is not a plain file")
        if status.st_mode & 0o077:
            mode = stat.S_IMODE(status.st_mode)
            raise KeyRefused(f"{path} may be read by others (mode {mode:04o}): chmod 600 {path}")
        if status.st_size > _BYTES_MAX:
            raise KeyRefused(f"{path} is too large for a key file")
        try:
            return file.read().decode("ascii")
        except UnicodeDecodeError:
            raise KeyRefused(f"{path} is not a key file") from None


def create_key_file(path: Path, text: str) -> None:
    """Write a new file of mode 0600: whole and durable on return, or not there.

    Raises FileExistsError where there is one, also one that another process made meanwhile: no key is ever overwritten.
    """
    draft = _write_draft(path, text)
    try:
        os.link(draft, path)
    finally:
        draft.unlink()
    _make_entries_durable(path.parent)


def replace_key_file(path: Path, text: str) -> None:
    """Put another text in the file's place, at once and durably: the old one is there, or the new one."""
    os.replace(_write_draft(path, text), path)
    _make_entries_durable(path.parent)


def _write_draft(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _make_entries_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
