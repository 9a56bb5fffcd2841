"""Copies what the event store cannot feed anew: hospitals' records, and what the intake made of them.

Record by record, into the same partition, with a mark per topic in the transaction of each page, so that a killed copy is gone
on with. In the end the new log holds a mark for the intake: behind the last record of each hospital that it has taken in.
"""

from collections.abc import Sequence
from typing import Final

from consumers.intake.intake import INTAKE
from consumers.intake.letters import ACCEPTED_TOPIC, DEAD_LETTERS
from deploy.composition.intake_side import hospital_topics
from deploy.composition.log_side import open_consumer, open_producer, topic_names
from deploy.log_move.contents import GROUP
from deploy.log_move.errors import LogMoveRefused
from deploy.log_move.progress import MOVE
from deploy.settings import Settings
from deploy.stage_progress import Stages
from registry.log.producer import Mark
from schemas.clock import Clock
from schemas.messages import Message, Record

_PAGE: Final = 2000
_PATIENCE_S: Final = 3.0


def copied_topics(old: Settings) -> Sequence[str]:
    """What is to be copied. Raises LogUnavailable, LogDamaged."""
    hospitals = hospital_topics(old)
    return [*hospitals, ACCEPTED_TOPIC, DEAD_LETTERS] if hospitals else []


def copy_all(old: Settings, new: Settings, clock: Clock, stages: Stages) -> None:
    """Copy all of it. Raises LogMoveRefused where a hospital has no topic in the new log, LogUnavailable, LogDamaged."""
    topics = copied_topics(old)
    if not topics:
        return
    missing = sorted(set(topics) - set(topic_names(new)))
    if missing:
        raise LogMoveRefused(f"{new.log} has no topic {', '.join(missing)}: registry hospital add")
    stages.begin("COPY", None)
    for topic in topics:
        _copy(old, new, topic, clock, stages)
    _set_out_the_intake(new, hospital_topics(old), clock)


def _copy(old: Settings, new: Settings, topic: str, clock: Clock, stages: Stages) -> None:
    name = f"{MOVE}/{topic}"
    producer, consumer = open_producer(new, MOVE, clock), open_consumer(old, GROUP, (topic,))
    try:
        mark = producer.mark(name)
        reached = {} if mark is None else {int(partition): int(offset) for partition, offset in mark.value.items()}
        consumer.resume_from(lambda _topic, partition: reached.get(partition, 0))
        missing = {place for place, end in consumer.end_offsets().items() if reached.get(place[1], 0) < end}
        while records := consumer.poll(_PAGE, _PATIENCE_S if missing else 0.0):
            reached |= {record.partition: record.offset + 1 for record in records}
            value = {str(partition): offset for partition, offset in reached.items()}
            producer.append([_as_message(record) for record in records], Mark(name, value))
            stages.advance(len(records))
    finally:
        consumer.close()
        producer.close()


def _as_message(record: Record) -> Message:
    return Message(record.topic, record.key, record.value, record.headers, record.timestamp_ms, record.partition)


def _set_out_the_intake(new: Settings, hospitals: Sequence[str], clock: Clock) -> None:
    consumer = open_consumer(new, GROUP, hospitals)
    try:
        ends = {topic: end for (topic, _), end in consumer.end_offsets().items()}
    finally:
        consumer.close()
    producer = open_producer(new, INTAKE, clock)
    try:
        producer.append([], Mark(INTAKE, ends))
    finally:
        producer.close()
