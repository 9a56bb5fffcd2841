"""Folded households that are kept in memory, those used last, so that most events find theirs without a SELECT."""

from collections import OrderedDict
from collections.abc import Iterable

from projections.register.state import Household


class HouseholdCache:
    """At most `maximum` households; only such as have been written as they are."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._households: OrderedDict[bytes, Household] = OrderedDict()

    def __len__(self) -> int:
        return len(self._households)

    def take(self, household_id: bytes) -> Household | None:
        """Take a household out, to be changed: it comes back by `keep` once it has been written."""
        return self._households.pop(household_id, None)

    def keep(self, households: Iterable[Household]) -> None:
        """Keep households as the last ones used, and let go of the first ones."""
        kept = self._households
        for household in households:
            kept[household.household_id] = household
        while len(kept) > self._maximum:
            kept.popitem(last=False)

    def forget(self, partitions: Iterable[int]) -> None:
        """Let go of the households of these partitions: somebody else has written them."""
        gone = set(partitions)
        for household_id in [h.household_id for h in self._households.values() if h.partition in gone]:
            del self._households[household_id]

    def clear(self) -> None:
        """Let go of all."""
        self._households.clear()
