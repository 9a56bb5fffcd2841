"""The next version of the small read model (`event_counts`), with other tables, another meaning, and an effect outside.

It counts the events of each household, barriers left out, and gives a notice of each exit.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Engine, Integer, MetaData, Table

from projections.bulk import add_to_rows, insert_rows
from projections.checkpoints import Checkpoint, advance, checkpoint_table, read_checkpoints
from projections.claiming import claim
from projections.database import ID, writing
from projections.effects import effect_table
from projections.event_reader import EventReader
from projections.read_model import ReadModel
from schemas.catalogue import registry_catalogue
from schemas.messages import Record, TopicPartition
from tests.support.event_counts import EVENT_COUNTS

METADATA: Final = MetaData()
CHECKPOINT: Final = checkpoint_table(METADATA)
EFFECT: Final = effect_table(METADATA)
HOUSEHOLD_EVENTS: Final = Table(
    "household_events",
    METADATA,
    Column("household_id", ID, primary_key=True),
    Column("events", Integer, nullable=False),
    sqlite_with_rowid=False,
)
EXITED: Final = "household.household_exited"


class GiveNotice:
    """The projection."""

    def __init__(self, engine: Engine) -> None:
        self.repeated = 0
        self._engine = engine
        self._reader: EventReader[None] = EventReader(registry_catalogue(), {})
        with engine.connect() as connection:
            self._checkpoints = read_checkpoints(connection, CHECKPOINT)

    def checkpoints(self) -> Mapping[TopicPartition, Checkpoint]:
        return dict(self._checkpoints)

    def claim(self, topic: str, partition: int) -> Checkpoint:
        found = self._checkpoints[topic, partition] = claim(self._engine, CHECKPOINT, (topic, partition))
        return found

    def fold(self, records: Sequence[Record]) -> int:
        """Count the records, and note the exits."""
        after: dict[TopicPartition, Checkpoint] = {}
        counts: dict[bytes, int] = {}
        notices = []
        for record in records:
            place = record.topic, record.partition
            known = after.get(place) or self._checkpoints.get(place) or Checkpoint(0, 0, 0)
            if record.offset < known.next_offset:
                continue
            plan, event = self._reader.read(record.value)
            position = int(dict(record.headers)["registry_position"])
            after[place] = Checkpoint(record.offset + 1, position, event["recorded_at"], known.claim)
            if plan.event_type == "registry.period_closed":
                continue
            household_id = event["aggregate_id"]
            counts[household_id] = counts.get(household_id, 0) + 1
            if plan.event_type == EXITED:
                notices.append((*place, record.offset, 0, "exited", str(UUID(bytes=household_id))))
        with writing(self._engine) as connection:
            advance(connection, CHECKPOINT, self._checkpoints, after)
            add_to_rows(connection, HOUSEHOLD_EVENTS, list(counts.items()), ("events",))
            insert_rows(connection, EFFECT, notices)
        self._checkpoints |= after
        return sum(counts.values())

    def close(self) -> None:
        """It keeps nothing."""


EXIT_NOTICES: Final = ReadModel(
    name=EVENT_COUNTS.name,
    version=EVENT_COUNTS.version + 1,
    topics=EVENT_COUNTS.topics,
    metadata=METADATA,
    checkpoint=CHECKPOINT,
    digested=(HOUSEHOLD_EVENTS, EFFECT),
    project=GiveNotice,
    effects=EFFECT,
)
