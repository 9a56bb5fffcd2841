"""Parts of which each has one known fault, as such parts had them elsewhere: the simulation has to find every one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import Connection, Table, update

from consumers.feed.feed import Feed, producer_name
from consumers.projector.projector import Projector
from projections.checkpoints import Checkpoint, advance
from projections.database import snapshot, writing
from projections.register import fold as register_fold
from projections.register import projection as register_projection
from projections.register.projection import RegisterProjection
from projections.register.read_model import REGISTER
from projections.register.tables import CHECKPOINT
from projections.register.writing import write_batch
from registry.application.service import CommandService
from registry.log.embedded import EmbeddedProducer
from registry.log.producer import Mark, Meanwhile
from registry.store.errors import StreamConflict
from registry.store.event_store import RegistryEventStore
from schemas.log_errors import LogUnavailable
from schemas.messages import Message, Record, TopicPartition
from tests.support.simulation.world import Parts


class MarkApart(EmbeddedProducer):
    """Stores the mark in a transaction of its own, after the batch."""

    def append(self, messages: Sequence[Message], mark: Mark | None = None, meanwhile: Meanwhile | None = None) -> None:
        super().append(messages)
        super().append([], mark)


class Unfenced(EmbeddedProducer):
    """Appends although another one has taken its name."""

    def _check_not_fenced(self, connection: Any) -> None:
        pass


class MarkFirst(EmbeddedProducer):
    """Has read the mark before it took the name over."""

    def __init__(self, *args: Any, name: str | None = None, **options: Any) -> None:
        with_no_name = EmbeddedProducer(*args, **options)
        self._early = None if name is None else with_no_name.mark(name)
        with_no_name.close()
        super().__init__(*args, name=name, **options)

    def mark(self, name: str) -> Mark | None:
        return self._early


class AppendsAgain(EmbeddedProducer):
    """Appends again what may have been appended."""

    def append(self, messages: Sequence[Message], mark: Mark | None = None, meanwhile: Meanwhile | None = None) -> None:
        try:
            super().append(messages, mark)
        except LogUnavailable:
            super().append(messages, mark)


class CheckpointApart(RegisterProjection):
    """Writes the checkpoint in a transaction of its own, after the rows."""

    def fold(self, records: Sequence[Record]) -> int:
        known = self._known()
        if not (fresh := self._decode(records, known)):
            return 0
        try:
            with snapshot(self._engine) as connection:
                batch = self._fold(connection, fresh)
            with writing(self._engine) as connection:
                write_batch(connection, batch)
            with writing(self._engine) as connection:
                advance(connection, CHECKPOINT, self._as_claimed(known, batch.checkpoints), batch.checkpoints)
        except BaseException:
            self.close()
            raise
        self._checkpoints = known | batch.checkpoints
        return batch.changed


class Unclaimed(RegisterProjection):
    """Writes although another one has claimed the partition, and wherever that one has left it."""

    def fold(self, records: Sequence[Record]) -> int:
        with patch.object(register_projection, "advance", _advance_anyhow):
            return super().fold(records)


def _advance_anyhow(
    connection: Connection, table: Table, before: Mapping[TopicPartition, Checkpoint], after: Mapping[TopicPartition, Checkpoint]
) -> None:
    advance(connection, table, {}, {place: at for place, at in after.items() if place not in before})
    for (topic, partition), at in after.items():
        values = {"next_offset": at.next_offset, "position": at.position, "known_before": at.known_before}
        connection.execute(update(table).where(table.c.topic == topic, table.c.partition == partition).values(**values))


class ToldTooEarly(Projector):
    """Tells the log how far it is before it has written that, and goes on from what it told."""

    def _fold(self, records: Sequence[Record]) -> bool:
        moved = {(topic, partition): offset + 1 for topic, partition, offset, *_ in records}
        own = self._consumer.end_offsets().keys()
        self._consumer.commit({place: offset for place, offset in moved.items() if place in own})
        return super()._fold(records)

    def _resume(self, topic: str, partition: int) -> int | None:  # type: ignore[override]
        super()._resume(topic, partition)
        return None


class BlindToGaps(RegisterProjection):
    """Folds on where a household's versions do not follow."""

    def fold(self, records: Sequence[Record]) -> int:
        with patch.object(register_fold, "_is_next", _is_later):
            return super().fold(records)


def _is_later(household: Any, record: Record, event: Any) -> bool:
    return bool(event["version"] > household.version)


class WithoutContinuity(RegistryEventStore):
    """Stores what was decided on a state that is no longer the stream's, behind whatever came in between."""

    def put(self, domain_events: Sequence[Any], *, command: Any = None, **options: Any) -> Any:
        try:
            return super().put(domain_events, command=command)
        except StreamConflict:
            later = []
            ends: dict[UUID, int] = {}
            for event in domain_events:
                stream = event.originator_id
                ends[stream] = ends.get(stream, sum(1 for _ in self.get(stream))) + 1
                later.append(replace(event, originator_version=ends[stream]))
            return super().put(later, command=command)


class FeedWithoutMarks(Feed):
    """Goes on from what its own database remembers, not from what the log says was published."""

    def _publish(self, place: TopicPartition, turned: Any) -> None:
        messages = [message for change in turned.changes for message in self._publisher.messages_of(change)]
        self._producers[place[1]].append(messages)
        self._published[place[1]] = turned.reached.next_offset

    def _resume(self, topic: str, partition: int) -> int:
        self._release([partition])
        self._producers[partition] = self._open_producer(producer_name(partition))
        self._published[partition] = self._memory.claim((topic, partition), 2**62)
        return self._published[partition]


class Keyless:
    """A store that keeps no answers, and so finds none."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def save(self, *aggregates: Any, command: Any = None) -> Any:
        return self._store.save(*aggregates)

    def find_command_result(self, actor: str, key: str) -> None:
        return None


def _without_keys(service: CommandService) -> CommandService:
    return replace(service, store=Keyless(service.store))


KNOWN_BUGS = {
    "the mark is written apart from the batch": Parts(producer=MarkApart),
    "a fenced producer appends": Parts(producer=Unfenced),
    "the mark is read before the name is taken over": Parts(producer=MarkFirst),
    "what may have been appended is appended again": Parts(producer=AppendsAgain),
    "the checkpoint is written apart from the rows": Parts(model=replace(REGISTER, project=CheckpointApart)),
    "a claim is ignored": Parts(model=replace(REGISTER, project=Unclaimed)),
    "offsets are told before the rows are written": Parts(projector=ToldTooEarly),
    "nor are gaps seen": Parts(projector=ToldTooEarly, model=replace(REGISTER, project=BlindToGaps)),
    "what was decided on an old state is stored": Parts(store=WithoutContinuity),
    "the feed goes on without marks": Parts(feed=FeedWithoutMarks),
    "a command is tried again without looking its key up": Parts(service=_without_keys),
}
"""What is wrong -> parts with just that."""
