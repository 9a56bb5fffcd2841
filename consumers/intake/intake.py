"""The intake: reads every hospital's topic, has each record judged, and appends what came of it with how far it has got.

What it appends and its mark are one transaction of the log, so that a crash at any moment loses nothing and doubles nothing: it
remembers nothing else. Another intake takes its name over, and the log refuses this one from then on.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, Protocol

from consumers.intake.dead_letter_share import Taken
from consumers.intake.letters import ACCEPTED_TOPIC
from consumers.log.consumer import LogConsumer
from registry.expenses.records import HOSPITAL_TOPIC
from registry.log.producer import LogProducer, Mark
from schemas.messages import Message, Record
from schemas.uncollected import uncollected

INTAKE: Final = "intake"
"""Name of its producer, and of its mark."""
BATCH_MAX: Final = 2000
"""Records of one transaction. On Kafka one of a single record takes 16 to 33 ms (on a busy machine): shared by so many, less."""


Told = Callable[[Sequence[Taken]], None]
"""Learns of each batch that is stored."""


def nobody(taken: Sequence[Taken]) -> None:
    """Nobody is told."""


class Judge(Protocol):
    """Says what comes of hospitals' records."""

    def judged(self, records: Sequence[Record]) -> Sequence[Message]:
        """One message for each record, in their order: what was accepted, or a dead letter. Raises what vault and store raise."""
        ...


@lru_cache(maxsize=4096)
def institution_of(topic: str) -> str | None:
    """Whose topic it is; None where it is no hospital's."""
    code = topic.removeprefix(HOSPITAL_TOPIC.stem).partition(".")[0]
    return code if code and topic == HOSPITAL_TOPIC.of(code).name else None


class Intake:
    """Takes in from one log into the same log, for one thread at a time. The topics are the consumer's.

    After any error it is closed, and another one goes on from the mark.
    """

    def __init__(
        self, consumer: LogConsumer, producer: LogProducer, judge: Judge, told: Told = nobody, *, batch_max: int = BATCH_MAX
    ) -> None:
        self._consumer = consumer
        self._producer = producer
        self._judge = judge
        self._told = told
        self._batch_max = batch_max
        mark = producer.mark(INTAKE)
        self._reached = {} if mark is None else {topic: int(offset) for topic, offset in mark.value.items()}
        consumer.resume_from(lambda topic, partition: self._reached.get(topic, 0))

    def step(self, timeout_s: float = 0.0) -> int:
        """Take in one batch, waiting for its first record at most `timeout_s`; return how many records came.

        Durable on return. Raises ProducerFenced where another intake took over, and what log, vault and store raise.
        """
        with uncollected():
            records = self._consumer.poll(self._batch_max, timeout_s)
            if not records:
                return 0
            messages = self._judge.judged(records)
            reached = self._reached | {topic: offset + 1 for topic, _, offset, *_ in records}
            self._producer.append(messages, Mark(INTAKE, reached))
            self._reached = reached
        self._told(
            [
                Taken(institution_of(record.topic) or "", message.topic == ACCEPTED_TOPIC, record.timestamp_ms, record.offset)
                for record, message in zip(records, messages, strict=True)
            ]
        )
        return len(records)

    def close(self) -> None:
        """Let go of the consumer and the producer."""
        self._producer.close()
        self._consumer.close()
