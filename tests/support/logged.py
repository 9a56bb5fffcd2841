"""Records of the log as store and relay would make them of some events, without either: for tests of projections.

records = logged(life, another_life)       # merged by the time of recording
for batch in batches(interleaved(records, chance), chance): projection.fold(batch)
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from heapq import merge
from itertools import count
from operator import attrgetter
from random import Random

from registry.event import RegistryEvent
from registry.period.period import PeriodCalendar
from registry.relay.relay import messages_of
from registry.store.recorder import RawRow
from schemas.messages import Message, Record, partition_for
from schemas.topics import topic_spec
from tests.support.scenario import avro_mapper

TOPIC = "household.events"
PROVINCE = "460000000000"
SOURCE = "/registry/test"


def logged(
    *lives: Sequence[RegistryEvent], every: int = 0, until: datetime | None = None, topics: Collection[str] = (TOPIC,)
) -> list[Record]:
    """Every record of the topic of households, or of these topics, in the order of the store.

    every: each so many of the weeks and months are closed as they end, with twelve records each, up to `until` or the last
    event; 0: none.
    """
    mapper = avro_mapper()
    rows: list[RawRow] = []
    events = merge(*lives, key=attrgetter("timestamp"))
    for event, recorded_at in _with_periods(events, until, every) if every else ((e, e.timestamp) for e in events):
        event_type, state = mapper.encode(event, recorded_at, bytes(32))
        rows.append((len(rows) + 1, event.originator_id.bytes, event_type, state, int(recorded_at.timestamp() * 1_000_000)))
    return recorded(messages_of(rows, SOURCE), topics)


def recorded(messages: Iterable[Message], topics: Collection[str] = (TOPIC,)) -> list[Record]:
    """The messages of the topic of households, or of these topics, each with its place."""
    ends: dict[tuple[str, int], int] = defaultdict(int)
    records = []
    for topic, key, value, headers, timestamp_ms, partition in messages:
        if topic in topics:
            assert key is not None
            place = partition_for(key, topic_spec(topic).partitions) if partition is None else partition
            records.append(Record(topic, place, ends[topic, place], key, value, headers, timestamp_ms))
            ends[topic, place] += 1
    return records


def interleaved(records: Sequence[Record], chance: Random) -> list[Record]:
    """The same records with the partitions mixed in another way."""
    by_partition: dict[tuple[str, int], list[Record]] = defaultdict(list)
    for record in records:
        by_partition[record.topic, record.partition].append(record)
    queues = [deque(queue) for queue in by_partition.values()]
    mixed: list[Record] = []
    while queues:
        queue = chance.choice(queues)
        mixed += [queue.popleft() for _ in range(min(chance.randint(1, 40), len(queue)))]
        queues = [queue for queue in queues if queue]
    return mixed


def batches(records: Sequence[Record], chance: Random, maximum: int = 60) -> Iterator[Sequence[Record]]:
    """The records in batches of random sizes."""
    start = 0
    while start < len(records):
        end = start + chance.randint(1, maximum)
        yield records[start:end]
        start = end


def _with_periods(
    events: Iterable[RegistryEvent], until: datetime | None, every: int
) -> Iterator[tuple[RegistryEvent, datetime]]:
    """The events with the instants at which they are recorded; before each, the ends of the periods that ended by then."""
    calendar, numbers = PeriodCalendar(PROVINCE), count()
    before = None

    def ended(by: datetime) -> Iterator[tuple[RegistryEvent, datetime]]:
        if before is not None and by > before:
            yield from ((closing, by) for closing in calendar.closing_events(before, by) if next(numbers) % every == 0)

    for event in events:
        yield from ended(event.timestamp)
        before = event.timestamp
        yield event, event.timestamp
    if until is not None:
        yield from ended(until)
