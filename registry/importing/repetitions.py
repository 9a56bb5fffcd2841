"""Rows that a file has twice: said once more they are left out, said otherwise they are refused."""

from hashlib import blake2b
from typing import Any, Final

from registry.importing.rows import Row

_BYTES: Final = 16
"""Of a row only this much is kept, however long the file."""


class Repetitions:
    """Remembers the rows of one file."""

    def __init__(self) -> None:
        self._seen: dict[bytes, tuple[int, bytes]] = {}

    def repeats(self, row: Row, identity: tuple[Any, ...]) -> bool:
        """Whether an earlier row is of the same thing: W-IMPORT-ROW-REPEATED, or E-IMPORT-DISAGREES where it says otherwise."""
        content = _digest(sorted(row.values.items()))
        earlier, said = self._seen.setdefault(_digest(identity), (row.number, content))
        if earlier == row.number:
            return False
        row.find("W-IMPORT-ROW-REPEATED" if said == content else "E-IMPORT-DISAGREES", row=earlier)
        return True


def _digest(value: object) -> bytes:
    return blake2b(repr(value).encode(), digest_size=_BYTES).digest()
