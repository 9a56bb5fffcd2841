"""Keys and passwords of a secure cluster: files that nobody but their owner can read, never in a command line or a log."""

import secrets
from pathlib import Path
from typing import Final

from deploy.broker.errors import BrokerProblem
from registry.vault.key_files import read_key_file, replace_key_file
from registry.vault.refusal import KeyRefused

_PASSWORD_BYTES: Final = 32


def new_password() -> str:
    """One that nobody guesses, of letters, digits, dashes and underscores."""
    return secrets.token_urlsafe(_PASSWORD_BYTES)


def read_secret(path: Path) -> str:
    """The text of the file. Raises BrokerProblem where it is missing, or may be read by others."""
    try:
        return read_key_file(path)
    except FileNotFoundError:
        raise BrokerProblem(f"there is no file {path}") from None
    except KeyRefused as refused:
        raise BrokerProblem(str(refused).removeprefix(f"{refused.code}: ")) from None


def replace_secret(path: Path, text: str) -> None:
    """Write it, mode 0600, durably: whole, or not at all. Folders that are missing are made for their owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_key_file(path, text)
