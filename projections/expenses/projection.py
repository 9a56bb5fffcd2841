"""Folds records into the tables of expenses: decode, then everything in one transaction that begins with the checkpoints."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, Engine, Table

from projections.checkpoints import Checkpoint, advance, read_checkpoints
from projections.claiming import claim
from projections.database import snapshot, writing
from projections.event_reader import EventReader
from projections.expenses import dead_letters, hospitals, memberships, settlements
from projections.expenses.ageing import drop_older, oldest_kept
from projections.expenses.batch import Batch, place_of
from projections.expenses.cases import KINDS, PREFIX
from projections.expenses.tables import CHECKPOINT, DEAD_LETTER, EARLIER_ACCEPTANCE, SETTLEMENT
from projections.read_model import ReadModelStopped
from schemas.catalogue import Catalogue, registry_catalogue
from schemas.codec import Undecodable
from schemas.messages import Record, TopicPartition

ACCEPTED_EXPENSES: Final = "expenses.accepted"
DEAD_LETTERS: Final = "hospital.expenses.dlq"
PERSON_EVENTS: Final = "person.events"
WARNING_EVENTS: Final = "warning.events"
REFERENCE_EVENTS: Final = "reference.events"
ACCEPTED: Final = "expense.expense_accepted"
PERSONS: Final = frozenset({memberships.JOINED, memberships.LEFT})
WARNINGS: Final = frozenset(PREFIX + kind for kind in KINDS)
HOSPITALS: Final = frozenset({hospitals.CHANGED, hospitals.STOPPED, hospitals.RESUMED})
_AGEING: Final[Mapping[str, tuple[Table, ...]]] = {
    ACCEPTED_EXPENSES: (SETTLEMENT, EARLIER_ACCEPTANCE),
    DEAD_LETTERS: (DEAD_LETTER,),
}
_POSITION: Final = "registry_position"


class ExpensesProjection:
    """The projection on a database that has its tables. It keeps nothing in memory but how far it is."""

    def __init__(self, engine: Engine, *, catalogue: Catalogue | None = None) -> None:
        self._engine = engine
        wanted = dict.fromkeys({ACCEPTED} | PERSONS | WARNINGS | HOSPITALS)
        self._reader = EventReader[None](catalogue or registry_catalogue(), wanted)
        self._checkpoints: dict[TopicPartition, Checkpoint] | None = None
        self._claims: dict[TopicPartition, int] = {}
        self.repeated = 0

    def checkpoints(self) -> Mapping[TopicPartition, Checkpoint]:
        with snapshot(self._engine) as connection:
            found = read_checkpoints(connection, CHECKPOINT)
        # Having read another's claim does not make it ours.
        self._checkpoints = {place: replace(at, claim=self._claims.get(place, at.claim)) for place, at in found.items()}
        return found

    def claim(self, topic: str, partition: int) -> Checkpoint:
        known = self._known()
        place = topic, partition
        found = known[place] = claim(self._engine, CHECKPOINT, place)
        self._claims[place] = found.claim
        return found

    def fold(self, records: Sequence[Record]) -> int:
        known = self._known()
        fresh = list(_fresh(records, known))
        self.repeated += len(records) - len(fresh)
        if not fresh:
            return 0
        batch = Batch()
        after: dict[TopicPartition, Checkpoint] = {}
        for record in fresh:
            place = record.topic, record.partition
            reached = after.get(place) or known.get(place) or Checkpoint(0, 0, 0)
            # The intake's clock may be set back; what was dropped stays dropped.
            newest = max(reached.known_before, self._take(batch, record))
            after[place] = Checkpoint(record.offset + 1, _position(record), newest, reached.claim)
        self._drop_aged(batch, after)
        try:
            with writing(self._engine) as connection:
                advance(connection, CHECKPOINT, {place: known[place] for place in after if place in known}, after)
                batch.write(connection, self._reader)
                self._age(connection, known, after)
        except BaseException:
            self.close()  # nobody knows whether it was written
            raise
        self._checkpoints = known | after
        self.repeated += batch.repeated
        return batch.changed

    def close(self) -> None:
        self._checkpoints = None

    def _known(self) -> dict[TopicPartition, Checkpoint]:
        if self._checkpoints is None:
            self.checkpoints()
        assert self._checkpoints is not None
        return self._checkpoints

    def _take(self, batch: Batch, record: Record) -> int:
        """Take a record into the batch; return when it was written. Raises ReadModelStopped for one that nobody can read."""
        try:
            if record.topic == DEAD_LETTERS:
                letter = dead_letters.row_of(record)
                batch.bury(letter)
                return dead_letters.written_at(letter)
            plan, event = self._reader.read(record.value)
            if record.topic == ACCEPTED_EXPENSES:
                row = settlements.row_of(event, record.partition)
                batch.accept(row)
                return settlements.accepted_at(row)
        except (Undecodable, LookupError, ValueError) as error:
            raise ReadModelStopped(f"{place_of(record)}: undecodable: {error}") from error
        if plan.event_type in PERSONS:
            batch.persons.append((record, plan, event))
        elif plan.event_type in WARNINGS:
            batch.warnings.append((record, plan, event))
        elif plan.event_type in HOSPITALS:
            batch.hospitals.append((record, plan, event))
        at: int = event["recorded_at"]
        return at

    @staticmethod
    def _age(
        connection: Connection, known: Mapping[TopicPartition, Checkpoint], after: Mapping[TopicPartition, Checkpoint]
    ) -> None:
        """Drop what has become too old: looked for once a day of the log's."""
        for (topic, partition), checkpoint in after.items():
            before = known.get((topic, partition))
            oldest = oldest_kept(checkpoint.known_before)
            if topic in _AGEING and before is not None and oldest > oldest_kept(before.known_before):
                for table in _AGEING[topic]:
                    drop_older(connection, table, partition, oldest)

    @staticmethod
    def _drop_aged(batch: Batch, after: Mapping[TopicPartition, Checkpoint]) -> None:
        """What is too old already when it comes, as in a build that is made anew."""
        oldest = {place: oldest_kept(checkpoint.known_before) for place, checkpoint in after.items()}
        batch.accepted = {
            key: row
            for key, row in batch.accepted.items()
            if settlements.accepted_at(row) >= oldest[ACCEPTED_EXPENSES, settlements.partition_of(row)]
        }
        batch.earlier = {row for row in batch.earlier if row[2] >= oldest[ACCEPTED_EXPENSES, row[3]]}
        batch.buried = [row for row in batch.buried if dead_letters.written_at(row) >= oldest[DEAD_LETTERS, row[0]]]


def _fresh(records: Sequence[Record], known: Mapping[TopicPartition, Checkpoint]) -> Iterator[Record]:
    """Those that are not folded yet."""
    next_offsets = {place: checkpoint.next_offset for place, checkpoint in known.items()}
    for record in records:
        place = record.topic, record.partition
        if record.offset >= next_offsets.get(place, 0):
            next_offsets[place] = record.offset + 1
            yield record


def _position(record: Record) -> int:
    """The event's place in the registry's sequence; 0 for what is no event."""
    for name, value in record.headers[::-1]:
        if name == _POSITION and value.isdigit():
            return int(value)
    return 0
