"""The vault's two keys: from files, or from the environment; made on the first start where they belong in the data folder.

A file that a setting names is never made: it was meant to be there.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from deploy.settings import LOOKUP_KEY, MASTER_KEY, Settings
from registry.vault.key_files import create_key_file, read_key_file
from registry.vault.keys import LookupKey, MasterKeys
from registry.vault.refusal import KeyRefused

K = TypeVar("K", MasterKeys, LookupKey)


def read_keys(settings: Settings, environment: Mapping[str, str] = os.environ) -> tuple[MasterKeys, LookupKey]:
    """Both keys. Raises KeyRefused, which never repeats a key."""
    master = environment.get(MASTER_KEY)
    lookup = environment.get(LOOKUP_KEY)
    return (
        MasterKeys.parse(master) if master else _from_file(settings.master_key_file, settings.path("master.key"), MasterKeys),
        LookupKey.parse(lookup) if lookup else _from_file(settings.lookup_key_file, settings.path("lookup.key"), LookupKey),
    )


def _from_file(named: str, default: Path, kind: type[K]) -> K:
    path = Path(named) if named else default
    parse: Callable[[str], K] = kind.parse
    try:
        return parse(read_key_file(path))
    except FileNotFoundError:
        if named:
            raise KeyRefused(f"there is no key file {path}") from None
    made = kind.generate()
    try:
        create_key_file(path, made.format())
    except FileExistsError:
        return parse(read_key_file(path))
    return made
