"""The households that the feed remembers: those used last in memory, all in tables, with a checkpoint for each partition."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from sqlalchemy import Engine, delete, update

from consumers.feed.household import Household
from consumers.feed.tables import CHECKPOINT, HOUSEHOLD
from projections.bulk import select_rows, upsert_rows
from projections.checkpoints import Checkpoint, advance
from projections.claiming import claim
from projections.database import snapshot, writing
from schemas.messages import TopicPartition

HOUSEHOLDS_MAX: Final = 50_000
"""Households kept in memory, less than a KB each."""


class FeedMemory:
    """For one thread. A household that was taken is given back by `write`, or all is forgotten by `forget`."""

    def __init__(self, engine: Engine, households_max: int = HOUSEHOLDS_MAX) -> None:
        self._engine = engine
        self._maximum = households_max
        self._households: OrderedDict[bytes, Household] = OrderedDict()
        self._checkpoints: dict[TopicPartition, Checkpoint] = {}

    def claim(self, place: TopicPartition, published: int) -> int:
        """Take a partition over; return up to which offset it is remembered, never beyond what was published of it.

        What is remembered beyond that is of another log, or of one that was restored from an older copy: it is forgotten.
        """
        self._drop(place[1])
        known = claim(self._engine, CHECKPOINT, place)
        if known.next_offset > published:
            topic, partition = place
            with writing(self._engine) as connection:
                of_this = (CHECKPOINT.c.topic == topic, CHECKPOINT.c.partition == partition)
                connection.execute(update(CHECKPOINT).where(*of_this).values(next_offset=0, position=0, known_before=0))
                connection.execute(delete(HOUSEHOLD).where(HOUSEHOLD.c.partition == partition))
            known = Checkpoint(0, 0, 0, known.claim)
        self._checkpoints[place] = known
        return known.next_offset

    def remembered(self, place: TopicPartition) -> int:
        """The offset up to which a claimed partition is remembered."""
        return self._checkpoints[place].next_offset

    def take(self, household_ids: Collection[bytes]) -> dict[bytes, Household]:
        """Those of the households that are remembered, to be changed."""
        taken, missing = {}, []
        for household_id in household_ids:
            household = self._households.pop(household_id, None)
            if household is None:
                missing.append(household_id)
            else:
                taken[household_id] = household
        if missing:
            with snapshot(self._engine) as connection:
                rows = select_rows(connection, list(HOUSEHOLD.columns), HOUSEHOLD.c.household_id, missing)
            taken |= {row[0]: Household(*row) for row in rows}
        return taken

    def write(self, households: Iterable[Household], reached: Mapping[TopicPartition, Checkpoint]) -> None:
        """Remember them durably, with how far each partition was read. Raises AnotherProjector, with nothing written."""
        changed = list(households)
        claims = {
            place: Checkpoint(at.next_offset, at.position, at.known_before, self._checkpoints[place].claim)
            for place, at in reached.items()
        }
        with writing(self._engine) as connection:
            advance(connection, CHECKPOINT, self._checkpoints, claims)
            upsert_rows(connection, HOUSEHOLD, [(h.household_id, h.partition, h.version, h.change_no, h.facts) for h in changed])
        self._checkpoints |= claims
        for household in changed:
            self._households[household.household_id] = household
        while len(self._households) > self._maximum:
            self._households.popitem(last=False)

    def forget(self) -> None:
        """Forget what is in memory: some of it was changed and not written, or somebody else has written it since."""
        self._households.clear()
        self._checkpoints.clear()

    def _drop(self, partition: int) -> None:
        for household_id in [h.household_id for h in self._households.values() if h.partition == partition]:
            del self._households[household_id]
