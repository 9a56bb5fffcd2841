"""Records of the topics that the intake's read model folds, as intake and relay would write them, without either.

records = placed([*expense_messages, *messages(events)])     # each with its place in the log
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, delete

from consumers.intake.letters import Letters
from projections.expenses.projection import ExpensesProjection
from projections.expenses.read_model import EXPENSES
from projections.expenses.tables import METADATA
from registry.event import RegistryEvent
from registry.period.period import PeriodCalendar
from registry.refusal import Violation
from registry.relay.relay import messages_of
from schemas.catalogue import registry_catalogue
from schemas.messages import Message, Record, partition_for
from schemas.topics import topic_spec
from tests.support.expenses import HOSPITAL, amounts, settlement
from tests.support.scenario import avro_mapper

SOURCE = "/registry/test"
ACCEPTED_ON = datetime(2019, 3, 20, 12, tzinfo=UTC)
LETTERS = Letters(registry_catalogue(), SOURCE)


def patient(number: int) -> UUID:
    """The id of a person."""
    return UUID(int=(0xA << 64) + number)


@dataclass(frozen=True, slots=True)
class Told:
    """One version of a settlement, as it was accepted."""

    number: int = 1
    version: int = 1
    kind: str = "REPORTED"
    person: int = 1
    personal: int = 1243
    after_days: int = 0

    @property
    def accepted_at(self) -> datetime:
        return ACCEPTED_ON + timedelta(days=self.after_days)

    def message(self, guardian_id: UUID | None = None, **changes: Any) -> Message:
        """As the intake writes it."""
        own = amounts("100000.00", f"{self.personal}.00")
        values = settlement(self.number, settlement_version=self.version, **own | changes)
        person = patient(self.person), guardian_id
        settled = self.kind != "REVERSED"
        return LETTERS.accepted(source_record(self.number), values, self.kind, person, self.accepted_at, settled=settled)


def dead_letter(offset: int, *codes: str, institution: str = HOSPITAL, after_days: int = 0, value: bytes = b"?") -> Message:
    """What came back to a hospital."""
    violations = [Violation(code, "stage", {}) for code in codes]
    record = source_record(offset)._replace(value=value)
    return LETTERS.dead(record, institution, f"S{offset}", violations, ACCEPTED_ON + timedelta(days=after_days))


def messages(events: Iterable[RegistryEvent]) -> list[Message]:
    """What the relay makes of events, in their order."""
    mapper = avro_mapper()
    rows = []
    for position, event in enumerate(events, start=1):
        event_type, state = mapper.encode(event, event.timestamp, bytes(32))
        rows.append((position, event.originator_id.bytes, event_type, state, int(event.timestamp.timestamp() * 1_000_000)))
    return list(messages_of(rows, SOURCE))


def barriers(after: datetime, until: datetime) -> list[Message]:
    """The ends of the weeks and months between, in every partition: what was recorded before is known."""
    return messages(PeriodCalendar("460000000000").closing_events(after, until))


def placed(told: Iterable[Message], topics: Collection[str] = EXPENSES.topics) -> list[Record]:
    """Those that the read model reads, each with its place. topics: of another one."""
    ends: dict[tuple[str, int], int] = defaultdict(int)
    records = []
    for topic, key, value, headers, timestamp_ms, partition in told:
        if topic in topics:
            place = partition_for(key or b"", topic_spec(topic).partitions) if partition is None else partition
            records.append(Record(topic, place, ends[topic, place], key, value, headers, timestamp_ms))
            ends[topic, place] += 1
    return records


def folded(engine: Engine, *parts: Sequence[Record]) -> ExpensesProjection:
    """Fold batch after batch into empty tables."""
    with engine.begin() as connection:
        for table in METADATA.sorted_tables:
            connection.execute(delete(table))
    projection = ExpensesProjection(engine)
    for part in parts:
        projection.fold(part)
    return projection


def source_record(offset: int) -> Record:
    """A record in the hospital's own topic."""
    return Record("hospital.H46902400001.expenses", 0, offset, None, b"", (), 0)
