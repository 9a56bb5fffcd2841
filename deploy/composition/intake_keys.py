"""The keys by which hospitals seal ID numbers: from a file, made with an installation where it belongs in its data folder.

Where the key was lost a start makes another: what hospitals sealed with the old one comes back to them as dead letters. A file
that a setting names is never made: it was meant to be there.
"""

from contextlib import suppress
from pathlib import Path
from typing import Final

from deploy.settings import Settings
from registry.expenses.seal import IntakeKeys
from registry.vault.key_files import create_key_file, read_key_file, replace_key_file
from registry.vault.refusal import KeyRefused


class IntakeKeyFile:
    """The keys as the file has them now, for any number of threads: read again where another file stands in its place.

    A file that is gone or cannot be read is no reason to stop: what was read last holds.
    """

    def __init__(self, settings: Settings) -> None:
        """Raises KeyRefused."""
        self._path: Final = intake_key_path(settings)
        self._known = self._stamp(), read_intake_keys(settings)

    def __call__(self) -> IntakeKeys:
        """The keys, newest first."""
        before, keys = self._known
        stamp = self._stamp()
        if stamp not in (before, None):
            with suppress(KeyRefused, OSError):
                keys = IntakeKeys.parse(read_key_file(self._path))
            self._known = stamp, keys
        return keys

    def _stamp(self) -> tuple[int, int, int, int] | None:
        """What differs between two files; None where there is none. Its change counts too: rights may be put right."""
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size


def make_intake_key(settings: Settings) -> None:
    """Make the key file that an installation lacks in its data folder. Several processes may do so at once."""
    path = intake_key_path(settings)
    if not settings.intake_key_file and not path.exists():
        with suppress(FileExistsError):  # another process was faster
            create_key_file(path, IntakeKeys.generate().format())


def read_intake_keys(settings: Settings) -> IntakeKeys:
    """The keys, newest first. Raises KeyRefused, which never repeats a key."""
    path = intake_key_path(settings)
    try:
        return IntakeKeys.parse(read_key_file(path))
    except FileNotFoundError:
        raise KeyRefused(f"there is no key file {path}") from None


def write_intake_keys(settings: Settings, keys: IntakeKeys) -> None:
    """Put these in the file's place, at once and durably."""
    replace_key_file(intake_key_path(settings), keys.format())


def intake_key_path(settings: Settings) -> Path:
    """The file of the keys."""
    return Path(settings.intake_key_file) if settings.intake_key_file else settings.path("intake.key")
