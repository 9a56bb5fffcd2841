"""Folds records into the register: decode, load the households concerned, fold each event, write everything at once.

Reading and folding hold no lock; only the writing does, and its first statement moves the checkpoints. So two projectors on
different partitions work side by side, and two on the same one cannot both succeed.

What is remembered of a partition (its households, its cuts) holds while nobody else writes to it: it is forgotten where a claim
finds that somebody did.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, Engine

from projections.checkpoints import Checkpoint, advance, read_checkpoints
from projections.claiming import claim
from projections.database import snapshot, writing
from projections.event_reader import Event, Plan
from projections.read_model import ReadModelStopped
from projections.register.batch import Batch
from projections.register.campaigns import CAMPAIGNS
from projections.register.cuts import Cuts
from projections.register.divisions import DIVISIONS_CHANGED
from projections.register.exit_plans import PLAN_SET, STEPS
from projections.register.facts.catalogue import FACTS
from projections.register.facts.fact import Fact
from projections.register.fold import Fold, Reader, place_of
from projections.register.household_cache import HouseholdCache
from projections.register.loading import load_households
from projections.register.samples import SAMPLES
from projections.register.state import Household
from projections.register.supervision import STEPS as SUPERVISION_STEPS
from projections.register.sync import SYNCED
from projections.register.tables import CHECKPOINT
from projections.register.teams import TEAM_ASSIGNED
from projections.register.visits import FLAGGED
from projections.register.writing import write_batch
from schemas.catalogue import Catalogue, registry_catalogue
from schemas.codec import Undecodable
from schemas.messages import Record, TopicPartition

HOUSEHOLD_EVENTS: Final = "household.events"
REFERENCE_EVENTS: Final = "reference.events"
CAMPAIGN_EVENTS: Final = "campaign.events"
SUPERVISION_EVENTS: Final = "supervision.events"
PERIOD_CLOSED: Final = "registry.period_closed"
PLANS: Final = frozenset({PLAN_SET, *STEPS})
WANTED: Final[dict[str, Fact | None]] = {
    **FACTS,
    **dict.fromkeys(
        (PERIOD_CLOSED, DIVISIONS_CHANGED, FLAGGED, TEAM_ASSIGNED, *PLANS, *SAMPLES, *SYNCED, *CAMPAIGNS, *SUPERVISION_STEPS)
    ),
}
"""The event types of which more than the envelope is read."""
HOUSEHOLDS_MAX: Final = 20_000
"""Households kept in memory, some 8 KB each."""
_POSITION: Final = "registry_position"

Decoded = tuple[Record, Plan[Fact], Event]
"""A record with what it says."""


class RegisterProjection:
    """The register's projection on a database that has its tables."""

    def __init__(self, engine: Engine, *, catalogue: Catalogue | None = None, households_max: int = HOUSEHOLDS_MAX) -> None:
        self._engine = engine
        self._reader: Reader = Reader(catalogue or registry_catalogue(), WANTED)
        self._households = HouseholdCache(households_max)
        self._cuts = Cuts()
        self._checkpoints: dict[TopicPartition, Checkpoint] | None = None
        self._claims: dict[TopicPartition, int] = {}
        self.repeated = 0

    def checkpoints(self) -> Mapping[TopicPartition, Checkpoint]:
        """As the database has them. What is remembered of partitions that somebody else has projected since is forgotten."""
        with snapshot(self._engine) as connection:
            found = read_checkpoints(connection, CHECKPOINT)
        known = self._checkpoints or {}
        self._forget(place for place, checkpoint in found.items() if known.get(place) != checkpoint)
        self._checkpoints = found
        return dict(found)

    def claim(self, topic: str, partition: int) -> Checkpoint:
        place = topic, partition
        before = self._known().get(place)
        found = claim(self._engine, CHECKPOINT, place)
        if before != replace(found, claim=found.claim - 1):
            self._forget([place])
        self._known()[place] = found
        self._claims[place] = found.claim
        return found

    def fold(self, records: Sequence[Record]) -> int:
        known = self._known()
        fresh = self._decode(records, known)
        self.repeated += len(records) - len(fresh)
        if not fresh:
            return 0
        try:
            with snapshot(self._engine) as connection:
                batch = self._fold(connection, fresh)
            with writing(self._engine) as connection:
                advance(connection, CHECKPOINT, self._as_claimed(known, batch.checkpoints), batch.checkpoints)
                write_batch(connection, batch)
        except BaseException:
            # What was folded has not been written, or nobody knows whether it was.
            self.close()
            raise
        self._checkpoints = known | batch.checkpoints
        self._households.keep(batch.households.values())
        self.repeated += batch.repeated
        return batch.changed

    def close(self) -> None:
        self._households.clear()
        self._cuts.forget()
        self._checkpoints = None

    def _known(self) -> dict[TopicPartition, Checkpoint]:
        """The checkpoints as last seen, or as the database has them."""
        if self._checkpoints is None:
            self.checkpoints()
        assert self._checkpoints is not None
        return self._checkpoints

    def _as_claimed(
        self, known: Mapping[TopicPartition, Checkpoint], places: Iterable[TopicPartition]
    ) -> dict[TopicPartition, Checkpoint]:
        """What is known of these partitions, under our own claim: having read another's does not make it ours."""
        found = {place: known[place] for place in places if place in known}
        return {place: replace(at, claim=self._claims.get(place, at.claim)) for place, at in found.items()}

    def _forget(self, places: Iterable[TopicPartition]) -> None:
        """Let go of what is remembered of these partitions: somebody else has written to them."""
        partitions = {partition for _, partition in places}
        if partitions:
            self._households.forget(partitions)
            self._cuts.forget()

    def _decode(self, records: Sequence[Record], known: Mapping[TopicPartition, Checkpoint]) -> list[Decoded]:
        """The records that are not folded yet. Raises ReadModelStopped for one that nobody can read."""
        next_offsets = {place: checkpoint.next_offset for place, checkpoint in known.items()}
        read = self._reader.read
        decoded = []
        for record in records:
            topic, partition, offset, _, value, _, _ = record
            place = topic, partition
            if offset < next_offsets.get(place, 0):
                continue
            next_offsets[place] = offset + 1
            try:
                plan, event = read(value)
            except Undecodable as error:
                raise ReadModelStopped(f"{place_of(record)}: undecodable: {error}") from error
            decoded.append((record, plan, event))
        return decoded

    def _fold(self, connection: Connection, fresh: Sequence[Decoded]) -> Batch:
        fold = Fold(connection, self._reader, self._cuts, self._gather(connection, fresh))
        last: dict[TopicPartition, tuple[int, int, int]] = {}
        for record, plan, event in fresh:
            position = _position(record)
            if record.topic == HOUSEHOLD_EVENTS:
                if plan.event_type == PERIOD_CLOSED:
                    fold.close_period(record, event, position)
                else:
                    fold.household_event(record, plan, event, position)
            elif plan.event_type == DIVISIONS_CHANGED:
                fold.change_divisions(event)
            elif plan.event_type in PLANS:
                fold.plan_or_step(plan.event_type, event)
            elif plan.event_type in SAMPLES:
                fold.sample(plan.event_type, event)
            elif plan.event_type == TEAM_ASSIGNED:
                fold.team(event, position)
            elif plan.event_type in SYNCED:
                fold.sync(plan.event_type, event)
            elif plan.event_type in CAMPAIGNS:
                fold.campaign(plan.event_type, event)
            elif plan.event_type in SUPERVISION_STEPS:
                fold.supervision_step(plan.event_type, event)
            last[record.topic, record.partition] = record.offset + 1, position, event["recorded_at"]
        known = self._known()
        claims = {place: known[place].claim for place in last if place in known}
        fold.batch.checkpoints = {place: Checkpoint(*reached, claims.get(place, 0)) for place, reached in last.items()}
        return fold.batch

    def _gather(self, connection: Connection, fresh: Sequence[Decoded]) -> dict[bytes, Household]:
        """The households concerned that there are: from memory, the others from their rows."""
        gathered: dict[bytes, Household] = {}
        missing = []
        ids = {
            event["aggregate_id"]
            for record, plan, event in fresh
            if record.topic == HOUSEHOLD_EVENTS and plan.event_type != PERIOD_CLOSED
        }
        for household_id in ids:
            household = self._households.take(household_id)
            if household is None:
                missing.append(household_id)
            else:
                gathered[household_id] = household
        return gathered | load_households(connection, missing)


def _position(record: Record) -> int:
    """The event's place in the registry's sequence. Raises ReadModelStopped."""
    # The relay puts it last.
    for name, value in record.headers[::-1]:
        if name == _POSITION and value.isdigit():
            return int(value)
    raise ReadModelStopped(f"{place_of(record)}: no header {_POSITION}")
