"""The keys that sign the history's checkpoints: from a file, made with an installation where it belongs in its data folder.

Where the key was lost a start makes another: its checkpoints have another key id, which whoever pinned the first one notices.
A file that a setting names is never made: it was meant to be there.
"""

from contextlib import suppress
from pathlib import Path

from deploy.settings import Settings
from registry.history.keys import CheckpointKeyRefused, SigningKeys
from registry.history.notary import Notary
from registry.vault.key_files import create_key_file, read_key_file
from registry.vault.refusal import KeyRefused


def make_checkpoint_key(settings: Settings) -> None:
    """Make the key file that a new installation lacks in its data folder. Several processes may do so at once."""
    path = checkpoint_key_path(settings)
    if not settings.checkpoint_key_file and not path.exists():
        with suppress(FileExistsError):  # another process was faster
            create_key_file(path, SigningKeys.generate().format())


def read_signing_keys(settings: Settings) -> SigningKeys:
    """The keys. Raises CheckpointKeyRefused, which never repeats a key."""
    path = checkpoint_key_path(settings)
    try:
        return SigningKeys.parse(read_key_file(path))
    except FileNotFoundError:
        raise CheckpointKeyRefused(f"there is no key file {path}") from None
    except KeyRefused as refused:  # who may read a file is the same rule for every key
        raise CheckpointKeyRefused(str(refused).removeprefix(f"{refused.code}: ")) from None


def open_notary(settings: Settings) -> Notary:
    """Who signs for this installation. Raises CheckpointKeyRefused."""
    return Notary(read_signing_keys(settings), settings.source, settings.checkpoint_every)


def checkpoint_key_path(settings: Settings) -> Path:
    """The file of the keys."""
    return Path(settings.checkpoint_key_file) if settings.checkpoint_key_file else settings.path("checkpoint.key")
