"""Ids that follow from what a file says, so that the same row always means the same thing, in every run and on every machine.

A household's number tells its village to whoever sees it, and public feeds carry household ids without villages. A plain hash of
the number would tell it too: numbers are few enough to try them all. So the id is a keyed hash, and the number itself is kept
nowhere: who has it finds the household, who has the id alone does not find the number. The key is the vault's look-up key, which
never changes and is there wherever persons are.
"""

from collections.abc import Callable
from datetime import date
from typing import Final
from uuid import UUID, uuid5

Digest = Callable[[bytes], bytes]

_HOUSEHOLD: Final = b"household number\n"
"""Digests of requests begin with a path and digests of chunks with another word, so none is ever both."""
_VERSION_8: Final = 0x8
_VARIANT: Final = 0x2


class Identities:
    """digest: keyed hash of 32 bytes (`Vault.request_digest`); province: its two digits."""

    def __init__(self, digest: Digest, province: str) -> None:
        self._digest = digest
        self._province = province

    def household(self, number: str) -> UUID:
        """The id of the household with this number."""
        digest = self._digest(_HOUSEHOLD + f"{self._province}\n{number}".encode())
        value = int.from_bytes(digest[:16], "big")
        value = value & ~(0xF << 76) | _VERSION_8 << 76  # RFC 9562: a hash of one's own making
        return UUID(int=value & ~(0x3 << 62) | _VARIANT << 62)


def measure_id(household_id: UUID, category: str, subtype: str, person_id: UUID | None, on: date) -> UUID:
    """The id of the measure of this kind that was started for them on that day. What it is made of stands in the event anyway."""
    return uuid5(household_id, f"measure {category} {subtype} {person_id or ''} {on}")


def visit_id(household_id: UUID, on: date, visitor_id: str, purpose: str, number: int) -> UUID:
    """The id of the visitor's visit of that day, by number, for that purpose."""
    return uuid5(household_id, f"visit {on} {visitor_id} {purpose} {number}")
