"""What happened at the first event that is not the signed one: altered, dropped, inserted or moved.

The signed hashes say which event stood where. Whoever takes one out or puts one in shifts those after it, whether he numbers them
anew or not; so it is looked for how the two go on alike again, whatever positions the events themselves claim.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from registry.history.faults import ALTERED, DROPPED, INSERTED, MOVED, Code
from registry.history.merkle import leaf_hash

NEAR: Final = 40
"""Any mixture of so many changes is understood; of more, a run of one kind."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """code: what happened; count: to how many events in a row, 0 where nothing that follows was signed; signed_at: where a
    moved event was signed.
    """

    code: Code
    count: int = 1
    signed_at: int | None = None


def diverged(records: Sequence[bytes], hashes: Sequence[bytes], position: int) -> Divergence:
    """`records`: those from the first wrong one on; `hashes`: what was signed from `position` on."""
    there = _Places(records, hashes, position)
    if not records:
        return Divergence(DROPPED, len(hashes))
    if not hashes:
        return Divergence(INSERTED, len(records))
    alike = there.alike_again()
    if alike is None:
        return Divergence(ALTERED, 0)
    extra, missing = alike
    signed_later = there.signed_later()
    if extra == missing == 0:
        return Divergence(ALTERED)  # the bytes are right, but the position that it claims is another
    if signed_later is not None and there.comes_later() and records[0] not in records[1:]:
        return Divergence(MOVED, 1, position + signed_later)
    if extra == 0:
        return Divergence(DROPPED, missing)
    if missing == 0:
        return Divergence(INSERTED, extra)
    return Divergence(ALTERED, min(extra, missing))


class _Places:
    """Asks which record was signed where."""

    def __init__(self, records: Sequence[bytes], hashes: Sequence[bytes], position: int) -> None:
        self._records = records
        self._hashes = hashes
        self._position = position

    def _fits(self, record: int, place: int) -> bool:
        if record >= len(self._records) or place >= len(self._hashes):
            return False
        return leaf_hash(self._position + place, self._records[record]) == self._hashes[place]

    def alike_again(self) -> tuple[int, int] | None:
        """How many records, and how many signed hashes, to skip so that both go on alike, the fewest; None if never."""
        near = min(NEAR, max(len(self._records), len(self._hashes)))
        for skipped in range(2 * near):
            for extra in range(skipped + 1):
                if self._fits(extra, skipped - extra):
                    return extra, skipped - extra
        for far in range(near, max(len(self._records), len(self._hashes))):
            for extra, missing in ((0, far), (far, 0), (far, far)):
                if self._fits(extra, missing):
                    return extra, missing
        return None

    def signed_later(self) -> int | None:
        """How far on the first record was signed, if it was."""
        return next((place for place in range(1, len(self._hashes)) if self._fits(0, place)), None)

    def comes_later(self) -> bool:
        """Whether the event that was signed first comes among the later records."""
        return any(self._fits(record, 0) for record in range(1, len(self._records)))
