"""Whether the log holds what the relay makes of the store: each event once, unchanged, in order, in its partition.

A changed event that is the last of its stream breaks no chain, but it is no longer what was published.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from consumers.log.consumer import LogConsumer
from consumers.rebuild.folding import OpenLog
from registry.relay.relay import messages_of
from registry.store.recorder import RawRow
from schemas.messages import Message, Record, partition_for
from schemas.topics import is_barrier, live_topics, topic_spec

PAGE_ROWS: Final = 2000
_POLL_MAX: Final = 500
"""Few, since records of the other partitions wait in memory until their turn comes."""
_PATIENCE_S: Final = 1.0
_POSITION: Final = "registry_position"

SelectRaw = Callable[[int, int], Sequence[RawRow]]


@dataclass(frozen=True, slots=True)
class LogCopy:
    """events: how many were compared; fault: what is wrong with the first that is not there as it was stored, if any."""

    events: int
    fault: str | None


def check_log_copy(
    select_raw: SelectRaw, open_log: OpenLog, relayed: int, source: str, told: Callable[[int], None] = lambda events: None
) -> LogCopy:
    """Compare the events up to the relay's mark `relayed` with the log's records; ends at the first fault.

    source: the registry's URI reference; told: of how many more events, after each page. Memory holds one page and what was
    polled ahead, since all partitions of a topic are read evenly. Raises what the log and the store raise.
    """
    topics = {spec.name: _Topic(spec.name, open_log) for spec in live_topics() if spec.event_types}
    events = 0
    try:
        for rows in _pages(select_raw, relayed):
            for row in rows:
                for message in messages_of([row], source):
                    fault = _compare(topics[message.topic], message, row)
                    if fault is not None:
                        return LogCopy(events, f"position {row[0]}: {fault}")
                events += 1
            told(len(rows))
        if events < relayed:
            return LogCopy(
                events, f"the log was fed up to position {relayed}, and {relayed - events} events are not in the store"
            )
        return LogCopy(events, next((fault for topic in topics.values() if (fault := topic.too_much(relayed))), None))
    finally:
        for topic in topics.values():
            topic.close()


class _Topic:
    """The records of a topic, partition by partition, in the order in which they are asked for."""

    def __init__(self, name: str, open_log: OpenLog) -> None:
        self.partitions = topic_spec(name).partitions
        self._name = name
        self._consumer: LogConsumer = open_log((name,), None)
        self._consumer.resume_from(lambda topic, partition: 0)
        self._ahead: list[deque[Record]] = [deque() for _ in range(self.partitions)]
        self._begun = [False] * self.partitions
        self._read_to = [0] * self.partitions
        self._end = {partition: end for (_, partition), end in self._consumer.end_offsets().items()}

    def begins_after(self, partition: int, position: int) -> bool:
        """Whether the partition holds nothing as old as this: the topic came to the log later."""
        record = self._peek(partition)
        return not self._begun[partition] and (record is None or _position(record) > position)

    def next(self, partition: int) -> Record | None:
        """The partition's next record; None at its end."""
        record = self._peek(partition)
        if record is not None:
            self._ahead[partition].popleft()
            self._begun[partition] = True
        return record

    def too_much(self, relayed: int) -> str | None:
        """What is wrong with the records that are left: only later ones may be."""
        while self._poll(0.0):
            pass
        for record in (record for waiting in self._ahead for record in waiting):
            if _position(record) <= relayed:
                return f"position {_position(record)}: a second time in {_place(record)}"
        return None

    def close(self) -> None:
        """Let go of the log."""
        self._consumer.close()

    def _peek(self, partition: int) -> Record | None:
        waiting = self._ahead[partition]
        # What was appended since is later than what is looked for.
        while not waiting and self._read_to[partition] < self._end[partition] and self._poll(_PATIENCE_S):
            pass
        return waiting[0] if waiting else None

    def _poll(self, timeout_s: float) -> int:
        records = self._consumer.poll(_POLL_MAX, timeout_s)
        for record in records:
            self._ahead[record.partition].append(record)
            self._read_to[record.partition] = record.offset + 1
        return len(records)


def _compare(topic: _Topic, message: Message, row: RawRow) -> str | None:
    """What is wrong with the next record of the message's partition."""
    position, _, event_type, state, _ = row
    partition = message.partition
    if partition is None:
        assert message.key is not None, "every event has the key of its stream"
        partition = partition_for(message.key, topic.partitions)
    if is_barrier(event_type) and topic.begins_after(partition, position):
        return None
    record = topic.next(partition)
    if record is None:
        return f"not in {message.topic} partition {partition}"
    if _position(record) != position:
        return f"{_place(record)} holds position {_position(record)} in its place"
    if (record.key, record.value) != (message.key, state):
        return f"{_place(record)} holds another event than the store"
    return None


def _pages(select_raw: SelectRaw, until: int) -> Iterator[Sequence[RawRow]]:
    after = 0
    while rows := [row for row in select_raw(after, PAGE_ROWS) if row[0] <= until]:
        yield rows
        after = rows[-1][0]


def _position(record: Record) -> int:
    for name, value in reversed(record.headers):
        if name == _POSITION and value.isdigit():
            return int(value)
    return -1


def _place(record: Record) -> str:
    return f"{record.topic} partition {record.partition} offset {record.offset}"
