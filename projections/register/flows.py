"""What events moved into and out of the stocks of the balance (domain 0.3): households, and persons by size at the event.

Flows are signed and kept by the kind of the event, in the bucket in which they were recorded, whatever day they are about. A
correction of an earlier fact moves what it moves now, under a kind of its own.
"""

from typing import Final

from projections.register.codes import STOCK_OF_STATUS
from projections.register.state import Shape

MOVED: Final = "MOVED"
CORRECTED: Final = "CORRECTED"
_TWO_SIDED: Final = {MOVED: ("MOVED_IN", "MOVED_OUT"), CORRECTED: ("CORRECTED_IN", "CORRECTED_OUT")}
"""Kinds that may bring into a stock and take out of it in one and the same division: each way is counted for itself."""

FlowKey = tuple[int, int, int, int, str, int]
"""Partition, bucket, division, stock, kind, division of the other side (0: none)."""


class Flows:
    """Flows of a batch, summed by key."""

    __slots__ = ("_sums",)

    def __init__(self) -> None:
        self._sums: dict[FlowKey, tuple[int, int]] = {}

    def rows(self) -> list[tuple[int | str, ...]]:
        """Rows of the table `flow`."""
        return [(*key, households, persons) for key, (households, persons) in self._sums.items()]

    def count(self, place: tuple[int, int], kind: str, before: Shape, after: Shape) -> None:
        """Count what an event of this kind moved; `place`: partition and bucket."""
        stock_before, stock_after = STOCK_OF_STATUS[before[0]], STOCK_OF_STATUS[after[0]]
        (_, _, _, division_before, size_before), (_, _, _, division_after, size_after) = before, after
        if stock_before == stock_after and division_before == division_after:
            if stock_after and size_before != size_after:
                self._add(place, kind, (division_after, stock_after, 0), (0, size_after - size_before))
            return
        same_stock = stock_before == stock_after
        if stock_before:
            other = division_after if same_stock else 0
            self._add(place, kind, (division_before, stock_before, other), (-1, -size_before))
        if stock_after:
            other = division_before if same_stock else 0
            self._add(place, kind, (division_after, stock_after, other), (1, size_after))

    def _add(self, place: tuple[int, int], kind: str, where: tuple[int, int, int], what: tuple[int, int]) -> None:
        if kind in _TWO_SIDED:
            kind = _TWO_SIDED[kind][what < (0, 0)]
        division, stock, other = where
        key = (*place, division, stock, kind, other)
        households, persons = self._sums.get(key, (0, 0))
        self._sums[key] = households + what[0], persons + what[1]
