"""The vault's two keys: from files, or from the environment.

Files are made with the installation where they belong in its data folder, and never later: a key that was lost is missed at once,
not replaced by one that opens nothing. A file that a setting names is never made: it was meant to be there.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from deploy.settings import LOOKUP_KEY, MASTER_KEY, Settings
from registry.vault.key_files import create_key_file, read_key_file, replace_key_file
from registry.vault.keys import LookupKey, MasterKeys
from registry.vault.refusal import KeyRefused


def make_keys(settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
    """Make the key files that a new installation lacks in its data folder. Several processes may do so at once."""
    if not environment.get(MASTER_KEY) and not settings.master_key_file:
        _make(master_key_path(settings), MasterKeys)
    if not environment.get(LOOKUP_KEY) and not settings.lookup_key_file:
        _make(_lookup_key_path(settings), LookupKey)


def read_keys(settings: Settings, environment: Mapping[str, str] = os.environ) -> tuple[MasterKeys, LookupKey]:
    """Both keys. Raises KeyRefused, which never repeats a key."""
    master, lookup = environment.get(MASTER_KEY), environment.get(LOOKUP_KEY)
    return (
        MasterKeys.parse(master or _text(master_key_path(settings))),
        LookupKey.parse(lookup or _text(_lookup_key_path(settings))),
    )


def write_master_keys(settings: Settings, masters: MasterKeys, environment: Mapping[str, str] = os.environ) -> None:
    """Put other master keys in the file's place, at once and durably. Raises KeyRefused where the environment holds them."""
    if environment.get(MASTER_KEY):
        raise KeyRefused(f"the master keys are in {MASTER_KEY}: whoever sets it has to change it")
    replace_key_file(master_key_path(settings), masters.format())


def master_key_path(settings: Settings) -> Path:
    """The file of the master keys, where the environment does not hold them."""
    return Path(settings.master_key_file) if settings.master_key_file else settings.path("master.key")


def _lookup_key_path(settings: Settings) -> Path:
    return Path(settings.lookup_key_file) if settings.lookup_key_file else settings.path("lookup.key")


def _text(path: Path) -> str:
    try:
        return read_key_file(path)
    except FileNotFoundError:
        raise KeyRefused(f"there is no key file {path}") from None


def _make(path: Path, kind: type[MasterKeys] | type[LookupKey]) -> None:
    if not path.exists():
        with suppress(FileExistsError):  # another process was faster
            create_key_file(path, kind.generate().format())
