"""What an intake that begins counts of the hour before: the log's newest dead letters, and the records of those who sent them.

A record that is before the intake's mark and in no dead letter was accepted. It looks back a bounded way: where more came within
the hour than that, the newest are counted.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final

from consumers.intake.dead_letter_share import Taken
from consumers.intake.intake import institution_of
from consumers.intake.letters import INSTITUTION, SOURCE_OFFSET
from consumers.log.consumer import LogConsumer
from schemas.messages import Record, TopicPartition

LETTERS_BACK: Final = 2000
"""Of each partition of the dead letters."""
RECORDS_BACK: Final = 5000
"""Of each hospital with dead letters among them."""
WAIT_S: Final = 1.0
_AT_ONCE: Final = 2000

Open = Callable[[Collection[str]], LogConsumer]
"""A consumer of these topics."""


def recounted(open_consumer: Open, dead_letters: str, reached: Mapping[str, int]) -> list[Taken]:
    """What came of each record, by hospital in its order; none where the log has lost what it should be read from.

    reached: topic of a hospital -> the offset that its intake goes on from. Raises LogUnavailable, OffsetOutOfRange.
    """
    refused = defaultdict[str, set[int]](set)
    for letter in _newest(open_consumer, [dead_letters], LETTERS_BACK):
        headers = dict(letter.headers)
        refused[headers[INSTITUTION].decode()].add(int(headers[SOURCE_OFFSET]))
    topics = [topic for topic in sorted(reached) if institution_of(topic) in refused]
    if not topics:
        return []
    found = []
    for record in _newest(open_consumer, topics, RECORDS_BACK, reached):
        institution = institution_of(record.topic) or ""
        accepted = record.offset not in refused[institution]
        found.append(Taken(institution, accepted, record.timestamp_ms, record.offset))
    return found


def _newest(
    open_consumer: Open, topics: Collection[str], back: int, reached: Mapping[str, int] | None = None
) -> Iterator[Record]:
    """The newest records of each partition, but none from where `reached` says on."""
    consumer = open_consumer(topics)
    try:
        ends: dict[TopicPartition, int] = dict(consumer.end_offsets())
        if reached is not None:
            ends = {(topic, partition): min(end, reached[topic]) for (topic, partition), end in ends.items()}
        consumer.resume_from(lambda topic, partition: max(0, ends[topic, partition] - back))
        left = {place for place, end in ends.items() if end}
        # At the end of a partition offsets may be nobody's: then a poll comes back empty.
        while left and (records := consumer.poll(_AT_ONCE, WAIT_S)):
            for record in records:
                place = record.topic, record.partition
                if record.offset < ends[place]:
                    yield record
                if record.offset + 1 >= ends[place]:
                    left.discard(place)
    finally:
        consumer.close()
