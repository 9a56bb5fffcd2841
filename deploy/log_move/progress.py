"""How far a move is: a mark in the new log, so that a killed one is gone on with, and no other log is taken for its target."""

from typing import Final, Literal

from deploy.composition.log_side import open_consumer, open_producer, read_marks
from deploy.log_move.contents import GROUP
from deploy.log_move.errors import LogNotEmpty
from deploy.settings import Settings
from registry.log.kafka_address import POSITIONS
from registry.log.producer import Mark
from registry.relay.mark import RELAY
from schemas.clock import Clock
from schemas.topics import live_topics

State = Literal["begun", "compared", "done"]
"""begun: it is being fed; compared: it holds what the old one holds, and read models may stand on it; done."""
MOVE: Final = "migrate-log"


def state_of(settings: Settings) -> State | None:
    """How far a move to this log is; None where none was begun. Raises UnknownTopic, LogUnavailable, LogDamaged."""
    mark = read_marks(settings, [MOVE]).get(MOVE)
    return None if mark is None else mark.value["state"]  # type: ignore[return-value]


def note(settings: Settings, clock: Clock, state: State) -> None:
    """Keep how far it is. Whoever else moves to this log is refused from then on."""
    producer = open_producer(settings, MOVE, clock)
    try:
        producer.append([], Mark(MOVE, {"state": state}))
    finally:
        producer.close()


def require_empty(settings: Settings) -> None:
    """Raises LogNotEmpty, UnknownTopic, LogUnavailable, LogDamaged."""
    topics = [topic.name for topic in live_topics() if topic.name != POSITIONS]
    consumer = open_consumer(settings, GROUP, topics)
    try:
        filled = sorted({topic for (topic, _), end in consumer.end_offsets().items() if end})
    finally:
        consumer.close()
    if filled or read_marks(settings, [RELAY]):
        raise LogNotEmpty(f"{settings.log} holds records already ({', '.join(filled) or RELAY}): a move needs a log of its own")
