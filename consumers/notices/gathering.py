"""Gathers notices from the log: each batch's notices, what is remembered, and how far it has read are one transaction.

To the projector it is a projection like any other; its tables are the outbox's, which are never made anew. So a record that was
read is never read again, and a notice whose cause comes twice (a log that was fed anew) is found to be there already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from sqlalchemy import Engine, update

from consumers.notices.memory import KeptMemory, Memory
from consumers.notices.notice import Notice
from consumers.notices.outbox import DestinationsOf, Outbox
from consumers.notices.tables import CHECKPOINT
from projections.checkpoints import Checkpoint, advance, read_checkpoints
from projections.claiming import claim
from projections.database import snapshot, writing
from schemas.clock import Clock
from schemas.codec import Undecodable
from schemas.messages import Record, TopicPartition


class NoticesStopped(Exception):
    """E-NOTICES-STOPPED: a record cannot be read; going on would leave somebody untold."""

    code = "E-NOTICES-STOPPED"


class Source(Protocol):
    """Makes notices of records."""

    def notices_of(self, record: Record, memory: Memory) -> Iterable[Notice]:
        """What becomes known by it, and to whom. Raises Undecodable."""
        ...


def read_anew(engine: Engine) -> None:
    """Let whoever gathers begin with the oldest record again: for another log. What is in the outbox is recognised by its id."""
    with writing(engine) as connection:
        connection.execute(update(CHECKPOINT).values(next_offset=0, position=0, known_before=0, claim=CHECKPOINT.c.claim + 1))


class Gathering:
    """Puts what a source makes of records into the outbox. lapse_after: what was caused longer ago is not told any more."""

    def __init__(
        self, engine: Engine, source: Source, destinations_of: DestinationsOf, clock: Clock, lapse_after: timedelta
    ) -> None:
        self._engine = engine
        self._outbox = Outbox(engine)
        self._source = source
        self._destinations_of = destinations_of
        self._clock = clock
        self._lapse_after = lapse_after
        self._reached: dict[TopicPartition, Checkpoint] = {}
        self.repeated = 0

    def checkpoints(self) -> Mapping[TopicPartition, Checkpoint]:
        """As the database has them."""
        with snapshot(self._engine) as connection:
            return read_checkpoints(connection, CHECKPOINT)

    def claim(self, topic: str, partition: int) -> Checkpoint:
        """Take a partition over."""
        found = self._reached[topic, partition] = claim(self._engine, CHECKPOINT, (topic, partition))
        return found

    def fold(self, records: Sequence[Record]) -> int:
        """Put what they make known; return how many notices. Raises NoticesStopped, AnotherProjector."""
        fresh = [record for record in records if record.offset >= self._reached[record.topic, record.partition].next_offset]
        self.repeated += len(records) - len(fresh)
        if not fresh:
            return 0
        reached = {
            (record.topic, record.partition): replace(
                self._reached[record.topic, record.partition],
                next_offset=record.offset + 1,
                known_before=record.timestamp_ms * 1000,
            )
            for record in fresh
        }
        now = self._clock.now()
        with writing(self._engine) as connection:
            advance(connection, CHECKPOINT, self._reached, reached)
            memory = KeptMemory(connection)
            notices = [notice for record in fresh for notice in self._notices_of(record, memory)]
            put = self._outbox.put(connection, notices, self._destinations_of, now, now - self._lapse_after)
        self._reached |= reached
        return put

    def close(self) -> None:
        """The engine is its owner's."""

    def _notices_of(self, record: Record, memory: Memory) -> Iterable[Notice]:
        try:
            return list(self._source.notices_of(record, memory))
        except Undecodable as error:
            place = f"{record.topic} partition {record.partition} offset {record.offset}"
            raise NoticesStopped(f"{place}: undecodable: {error}") from error
