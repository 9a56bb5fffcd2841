"""Reads a page of the store after its mark, appends it to the log together with the new mark, and goes on.

The mark travels in the log's own transaction, so that a crash at any moment loses and doubles nothing. A store that is behind
the log, or that holds another history, is refused: relaying it would give one position two meanings. On the way a notary counts
every event into the history's Merkle tree; its checkpoints are appended with the page that they fall due in.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial

from registry.history.checkpoint import Checkpoint
from registry.history.notary import Notary, Tally
from registry.log.producer import LogProducer
from registry.relay.mark import RELAY as RELAY
from registry.relay.mark import RelayMark
from registry.relay.stored_events import StoredEvents
from registry.store.recorder import RawRow
from schemas.cloud_events import cloud_event_headers
from schemas.messages import Message, uuid_text
from schemas.topics import barrier_topics, is_barrier, topic_of
from schemas.uncollected import uncollected

PAGE_MAX = 5000
"""Events in one transaction of the log: enough to amortise its sync, little enough to hold in memory twice (about 4 MB)."""
_EVENT_ID = slice(5, 21)


class StoreBehindLog(Exception):
    """E-STORE-BEHIND-LOG: the log has events that this store has not (an old copy was restored)."""

    code = "E-STORE-BEHIND-LOG"


@dataclass(frozen=True, slots=True)
class Page:
    """What is appended at once: so many events, their messages, and how far the relay has got with them."""

    count: int
    messages: list[Message]
    mark: RelayMark
    tally: Tally


class Relay:
    """Moves events from one store to one log. `source` is the registry's URI reference (`ce_source`).

    notary: without one no checkpoints are published; a later relay with one makes up for them. `told`: of how many events were
    counted again at the start: the few since the last checkpoint, or all of a log that was fed without a notary.
    """

    def __init__(
        self,
        store: StoredEvents,
        producer: LogProducer,
        source: str,
        page_max: int = PAGE_MAX,
        *,
        notary: Notary | None = None,
        told: Callable[[int], None] = lambda events: None,
    ) -> None:
        self._store = store
        self._producer = producer
        self._source = source
        self._page_max = page_max
        self._notary = notary
        self._mark = RelayMark.from_mark(producer.mark(RELAY))
        self._check_history()
        self._tally = self._caught_up(told)
        self._next: Page | None = None

    @property
    def position(self) -> int:
        """Of the last event that was moved."""
        return self._mark.position

    def _check_history(self) -> None:
        """Raises StoreBehindLog unless the store holds at the mark what the log was fed with."""
        position = self._mark.position
        if not position:
            return
        state = self._store.state_at(position)
        if state is None:
            raise StoreBehindLog(f"the log was fed up to position {position}, this store ends at {self._store.head().position}")
        if _record_hash(state) != self._mark.record_hash:
            raise StoreBehindLog(f"the store holds another event at position {position} than the log was fed with")

    def _caught_up(self, told: Callable[[int], None]) -> Tally:
        """What was moved after the last checkpoint, counted. Raises StoreBehindLog where it is not what was moved."""
        tally, mark = Tally.from_seal(self._mark.sealed), self._mark
        if self._notary is None:
            return tally
        due: list[Checkpoint] = []
        while tally.position < mark.position:
            rows = self._store.select_raw(tally.position, min(self._page_max, mark.position - tally.position))
            tally, made = self._notary.count(tally, [row for row in rows if row[0] <= mark.position])
            due += made
            told(len(rows))
            if due and not mark.root:  # nobody counted this before: there is nothing to compare with
                self._publish(due, tally)
                due = []
        if mark.root and tally.tree.root.hex() != mark.root:
            places = f"positions {mark.sealed.position + 1} to {mark.position}"
            raise StoreBehindLog(f"the store holds other events in {places} than the log was fed with")
        if due:
            self._publish(due, tally)
        return tally

    def _publish(self, due: Sequence[Checkpoint], tally: Tally) -> None:
        """Append checkpoints over what was moved before."""
        mark = replace(self._mark, sealed=tally.sealed)
        self._producer.append([checkpoint.message(self._source) for checkpoint in due], mark.to_mark())
        self._mark = mark

    def step(self) -> int:
        """Move one page; return how many events it had. Durable on return. Raises what the producer and the store raise."""
        with uncollected():
            page, self._next = self._next or self._page_after(self._mark, self._tally), None
            if page is None:
                return 0
            # A page that is not full is the last one for now.
            meanwhile = partial(self._make_ready, page) if page.count == self._page_max else None
            try:
                self._producer.append(page.messages, page.mark.to_mark(), meanwhile)
            except BaseException:
                self._next = None
                raise
        self._mark, self._tally = page.mark, page.tally
        return page.count

    def _make_ready(self, page: Page) -> None:
        """Have the page after this one ready when its turn comes; where that fails, its own step will meet what was wrong."""
        with suppress(Exception):
            self._next = self._page_after(page.mark, page.tally)

    def _page_after(self, before: RelayMark, tally: Tally) -> "Page | None":
        """The page after a mark; None where the store has no more."""
        rows = self._store.select_raw(before.position, self._page_max)
        if not rows:
            return None
        position, _, _, state, _ = rows[-1]
        messages = list(messages_of(rows, self._source))
        mark = RelayMark(position, _record_hash(state), before.sealed)
        if self._notary is not None:
            tally, due = self._notary.count(tally, rows)
            messages += [checkpoint.message(self._source) for checkpoint in due]
            mark = replace(mark, sealed=tally.sealed, root=tally.tree.root.hex())
        return Page(len(rows), messages, mark, tally)

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
    made, headers_of, route_of, key_of = tuple.__new__, cloud_event_headers, _route_of, _key_of
    for position, aggregate_id, event_type, state, recorded_at_us in rows:
        key = key_of(aggregate_id)
        headers = headers_of(event_type, source, state[_EVENT_ID], key, recorded_at_us, position)
        timestamp_ms = recorded_at_us // 1000
        if (name := route_of(event_type)) is not None:
            # A named tuple's own constructor costs twice as much, and this is done for every event that there is.
            yield made(Message, (name, key, state, headers, timestamp_ms, None))
            continue
        for topic in barrier_topics():
            for partition in range(topic.partitions):
                yield Message(topic.name, key, state, headers, timestamp_ms, partition)


_key_of = lru_cache(maxsize=8192)(uuid_text)
"""The events of one household come close together."""


@cache
def _route_of(event_type: str) -> str | None:
    """Its topic; None for a barrier, which has several."""
    return None if is_barrier(event_type) else topic_of(event_type)


def _record_hash(state: bytes) -> str:
    return hashlib.sha256(state).hexdigest()
