"""The warner: hears in the log about whom something is new, has them assessed, and tells the register.

It goes on from its mark, which is stored once the register has taken everything in: what was told when it died is told again, and
the register does nothing the second time. It waits for the read models: what they do not show yet would be assessed without.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol
from uuid import UUID, uuid5

from sqlalchemy import Engine

from consumers.log.consumer import LogConsumer
from consumers.warning.reading import NotYetKnown
from projections.checkpoints import read_checkpoints
from projections.database import snapshot
from projections.event_reader import EventReader
from projections.expenses.memberships import JOINED, LEFT
from projections.expenses.projection import ACCEPTED, ACCEPTED_EXPENSES, PERSON_EVENTS
from projections.expenses.queries.expenses import with_expenses
from projections.expenses.tables import CHECKPOINT
from registry.early_warning.command import WarningCommand
from registry.log.producer import LogProducer, Mark
from schemas.catalogue import Catalogue
from schemas.messages import Record, TopicPartition
from schemas.uncollected import uncollected

WARNER: Final = "intake.warner"
"""Name of its producer, and of its mark."""
TOPICS: Final = (ACCEPTED_EXPENSES, PERSON_EVENTS)
BATCH_MAX: Final = 2000
"""Records of one step: what is known of all their persons is read at once, and what follows from them is told at once."""
_ASSESSMENTS: Final = UUID("0c7f0a52-8f4e-5d0b-9a86-3d1e5f7b2c64")

Tell = Callable[[Sequence[WarningCommand], UUID], None]
"""Has the register carry out commands; their cause. What it refuses holds up no other. Durable on return. Raises what the store
raises."""


class Assesses(Protocol):
    """Says how it stands with persons and their households."""

    def commands(self, persons: Sequence[UUID]) -> Sequence[WarningCommand]:
        """The commands. Raises NotYetKnown."""
        ...


class Warner:
    """Hears one log, for one thread at a time. After any error it is closed, and another one goes on from the mark.

    expenses: the read model that the assessor reads, to see how far it is.
    """

    def __init__(
        self, consumer: LogConsumer, producer: LogProducer, expenses: Engine, assessor: Assesses, tell: Tell, *,
        catalogue: Catalogue, batch_max: int = BATCH_MAX,
    ) -> None:  # fmt: skip
        self._consumer = consumer
        self._producer = producer
        self._expenses = expenses
        self._assessor = assessor
        self._tell = tell
        self._reader = EventReader[None](catalogue, {ACCEPTED: None})
        self._batch_max = batch_max
        self._reached = dict(reached_by(producer.mark(WARNER)))
        self._waiting: Sequence[Record] = ()
        consumer.resume_from(lambda topic, partition: self._reached.get((topic, partition), 0))

    def step(self, timeout_s: float = 0.0) -> int:
        """Take one batch in, waiting for its first record at most `timeout_s`; return how many records were done with.

        0 as well while the read models do not show them yet. Raises ProducerFenced where another warner took over, and what log,
        store and read models raise.
        """
        if not self._waiting:
            self._waiting = self._consumer.poll(self._batch_max, timeout_s)
        records = self._waiting
        reached = {(topic, partition): offset + 1 for topic, partition, offset, *_ in records}
        if not records or not self._shown(reached):
            return 0
        with uncollected():
            return self._assess(records, reached)

    def _assess(self, records: Sequence[Record], reached: Mapping[TopicPartition, int]) -> int:
        try:
            commands = self._assessor.commands(self._persons(records))
        except NotYetKnown:
            return 0
        cause = uuid5(_ASSESSMENTS, ",".join(f"{topic}/{number}:{offset}" for (topic, number), offset in sorted(reached.items())))
        if commands:
            self._tell(commands, cause)
        self._reached |= reached
        self._producer.append([], _mark_of(self._reached))
        self._waiting = ()
        return len(records)

    def close(self) -> None:
        """Let go of consumer and producer."""
        self._producer.close()
        self._consumer.close()

    def _shown(self, reached: Mapping[TopicPartition, int]) -> bool:
        """Whether the read model has come as far."""
        with snapshot(self._expenses) as connection:
            checkpoints = read_checkpoints(connection, CHECKPOINT)
        return all(place in checkpoints and checkpoints[place].next_offset >= offset for place, offset in reached.items())

    def _persons(self, records: Sequence[Record]) -> list[UUID]:
        """Those who were treated, or whose newborn was; and of those who moved, whoever ever was."""
        treated: set[bytes] = set()
        moved: set[bytes] = set()
        for record in records:
            plan, event = self._reader.read(record.value)
            if plan.event_type == ACCEPTED:
                treated.add(event["guardian_id"] or event["person_id"])
            elif plan.event_type in (JOINED, LEFT):
                moved.add(event["aggregate_id"])
        with snapshot(self._expenses) as connection:
            treated |= with_expenses(connection, moved)
        return [UUID(bytes=person_id) for person_id in sorted(treated)]


def reached_by(mark: Mark | None) -> Mapping[TopicPartition, int]:
    """Where a warner goes on, by the mark that the last one stored."""
    value = {} if mark is None else mark.value
    places = {place: place.rpartition("/") for place in value}
    return {(topic, int(number)): int(value[place]) for place, (topic, _, number) in places.items()}


def _mark_of(reached: Mapping[TopicPartition, int]) -> Mark:
    return Mark(WARNER, {f"{topic}/{number}": offset for (topic, number), offset in reached.items()})
