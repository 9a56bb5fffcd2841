"""Papers behind a step: the register keeps their kind and hash only."""

from random import Random

from registry.event import Evidence

_HASH_BYTES = 32


def paper(kind: str, chance: Random) -> Evidence:
    """A paper of this kind that nobody will ever read."""
    return {"kind": kind, "sha256": chance.randbytes(_HASH_BYTES)}
