"""Reads a page of the store after its mark, appends it to the log together with the new mark, and goes on.

The mark travels in the log's own transaction, so that a crash at any moment loses and doubles nothing. A store that is behind
the log, or that holds another history, is refused: relaying it would give one position two meanings.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from registry.log.producer import LogProducer, Mark
from registry.relay.stored_events import StoredEvents
from registry.store.recorder import RawRow
from schemas.cloud_events import cloud_event_headers
from schemas.messages import Message, uuid_text
from schemas.topics import barrier_topics, is_barrier, topic_of

RELAY = "relay"
"""Name of the relay's mark, and of its producer: a second relay fences the first."""
PAGE_MAX = 5000
"""Events in one transaction of the log: enough to amortise its sync, little enough to hold in memory twice (about 4 MB)."""
_EVENT_ID = slice(5, 21)


class StoreBehindLog(Exception):
    """E-STORE-BEHIND-LOG: the log has events that this store has not (an old copy was restored)."""

    code = "E-STORE-BEHIND-LOG"


class Relay:
    """Moves events from one store to one log. `source` is the registry's URI reference (`ce_source`)."""

    def __init__(self, store: StoredEvents, producer: LogProducer, source: str, page_max: int = PAGE_MAX) -> None:
        self._store = store
        self._producer = producer
        self._source = source
        self._page_max = page_max
        self.position = self._resume()

    def _resume(self) -> int:
        """The position to go on from. Raises StoreBehindLog."""
        mark = self._producer.mark(RELAY)
        if mark is None:
            return 0
        position = int(mark.value["position"])
        state = self._store.state_at(position)
        if state is None:
            raise StoreBehindLog(f"the log was fed up to position {position}, this store ends at {self._store.head().position}")
        if _record_hash(state) != mark.value["record_hash"]:
            raise StoreBehindLog(f"the store holds another event at position {position} than the log was fed with")
        return position

    def step(self) -> int:
        """Move one page; return how many events it had. Durable on return. Raises what the producer raises."""
        rows = self._store.select_raw(self.position, self._page_max)
        if not rows:
            return 0
        position, _, _, state, _ = rows[-1]
        mark = Mark(RELAY, {"position": position, "record_hash": _record_hash(state)})
        self._producer.append(list(messages_of(rows, self._source)), mark)
        self.position = position
        return len(rows)

    def drain(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Move page after page until the store has no more, or `stop` says so; return how many events."""
        moved = 0
        while not stop() and (count := self.step()):
            moved += count
        return moved

    def lag(self) -> int:
        """Positions between the store's head and what was moved."""
        return self._store.head().position - self.position


def messages_of(rows: Sequence[RawRow], source: str) -> Iterator[Message]:
    """The messages of some stored events: one each, except for a barrier, which goes to every partition."""
    for position, aggregate_id, event_type, state, recorded_at_us in rows:
        key = uuid_text(aggregate_id)
        headers = cloud_event_headers(event_type, source, state[_EVENT_ID], key, recorded_at_us, position)
        timestamp_ms = recorded_at_us // 1000
        if not is_barrier(event_type):
            yield Message(topic_of(event_type), key, state, headers, timestamp_ms)
            continue
        for topic in barrier_topics():
            for partition in range(topic.partitions):
                yield Message(topic.name, key, state, headers, timestamp_ms, partition)


def _record_hash(state: bytes) -> str:
    return hashlib.sha256(state).hexdigest()
