"""The public keys that an operator or auditor holds an export to."""

from pathlib import Path

from registry.history.keys import CheckpointKeyRefused, PublicKeys


def read_public_keys(path: Path | None) -> PublicKeys | None:
    """The keys of a PEM file; None where none is named. Raises CheckpointKeyRefused, OSError."""
    if path is None:
        return None
    try:
        return PublicKeys.parse(path.read_text("ascii"))
    except UnicodeDecodeError:
        raise CheckpointKeyRefused(f"{path} is no PEM file") from None
