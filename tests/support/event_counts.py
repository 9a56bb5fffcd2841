"""A small read model for tests of what is the same for every read model: it counts the events of each household, and by type.

It has every kind of column, a key with text in it, and rows that many events of a partition add to. It really
folds.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Boolean, Column, Engine, Index, Integer, MetaData, Table, select

from projections.bulk import add_to_rows, upsert_rows
from projections.checkpoints import Checkpoint, advance, checkpoint_table, read_checkpoints
from projections.claiming import claim
from projections.database import CODE, DAY, ID, INSTANT, SMALL, writing
from projections.event_reader import EventReader
from projections.read_model import ReadModel, ReadModelStopped
from schemas.catalogue import registry_catalogue
from schemas.codec import Undecodable
from schemas.messages import Record, TopicPartition

METADATA: Final = MetaData()
CHECKPOINT: Final = checkpoint_table(METADATA)

HOUSEHOLD_COUNT: Final = Table(
    "household_count",
    METADATA,
    Column("household_id", ID, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    Column("first_on", DAY, nullable=False),
    Column("last_type", CODE, nullable=False),
    Column("reason", CODE),
    Column("corrected", Boolean, nullable=False),
    Index("household_count_by_type", "last_type"),
    sqlite_with_rowid=False,
)

TYPE_COUNT: Final = Table(
    "type_count",
    METADATA,
    Column("event_type", CODE, primary_key=True),
    Column("partition", SMALL, primary_key=True, autoincrement=False),
    Column("events", Integer, nullable=False),
    sqlite_with_rowid=False,
)


class CountEvents:
    """The projection."""

    def __init__(self, engine: Engine) -> None:
        self.repeated = 0
        self._engine = engine
        self._reader: EventReader[None] = EventReader(registry_catalogue(), {})
        self._rows: dict[bytes, tuple[object, ...]] = {}
        with engine.connect() as connection:
            self._checkpoints = read_checkpoints(connection, CHECKPOINT)

    def checkpoints(self) -> Mapping[TopicPartition, Checkpoint]:
        return dict(self._checkpoints)

    def claim(self, topic: str, partition: int) -> Checkpoint:
        found = self._checkpoints[topic, partition] = claim(self._engine, CHECKPOINT, (topic, partition))
        return found

    def fold(self, records: Sequence[Record]) -> int:
        """Count the records."""
        self._rows.clear()
        after = dict(self._checkpoints)
        counts: dict[tuple[str, int], int] = {}
        with writing(self._engine) as connection:
            table = HOUSEHOLD_COUNT
            ids = {bytes.fromhex((record.key or b"").decode().replace("-", "")) for record in records}
            for row in connection.execute(select(table).where(table.c.household_id.in_(ids))):
                self._rows[row.household_id] = tuple(row)
            for record in records:
                self._take(record, after, counts)
            moved = {place: at for place, at in after.items() if at != self._checkpoints.get(place)}
            advance(connection, CHECKPOINT, self._checkpoints, moved)
            upsert_rows(connection, HOUSEHOLD_COUNT, list(self._rows.values()))
            add_to_rows(connection, TYPE_COUNT, [(*key, number) for key, number in counts.items()], ("events",))
        self._checkpoints = after
        return sum(counts.values())

    def close(self) -> None:
        """It keeps nothing."""

    def _take(self, record: Record, after: dict[TopicPartition, Checkpoint], counts: dict[tuple[str, int], int]) -> None:
        place = (record.topic, record.partition)
        if place in after and record.offset < after[place].next_offset:
            return
        try:
            plan, event = self._reader.read(record.value)
        except Undecodable as error:
            raise ReadModelStopped(f"{record.topic} partition {record.partition} offset {record.offset}: {error}") from error
        position = int(dict(record.headers)["registry_position"])
        claim = after[place].claim if place in after else 0
        after[place] = Checkpoint(record.offset + 1, position, event["recorded_at"], claim)
        if plan.event_type == "registry.period_closed":
            return
        household_id, version = event["aggregate_id"], event["version"]
        before = self._rows.get(household_id)
        known = -1 if before is None else before[1]
        if known == version:
            return
        if version != (1 if before is None else int(str(known)) + 1):
            raise ReadModelStopped(f"household version {version} follows {known}")
        first_on = event["effective_on"] if before is None else before[3]
        corrected = event["corrects_event_id"] is not None or (before is not None and bool(before[6]))
        self._rows[household_id] = (
            household_id,
            version,
            event["recorded_at"],
            first_on,
            plan.event_type,
            event["reason_code"],
            corrected,
        )
        key = (plan.event_type, record.partition)
        counts[key] = counts.get(key, 0) + 1


EVENT_COUNTS: Final = ReadModel(
    name="event_counts",
    version=1,
    topics=("household.events",),
    metadata=METADATA,
    checkpoint=CHECKPOINT,
    digested=(HOUSEHOLD_COUNT, TYPE_COUNT),
    project=CountEvents,
)
