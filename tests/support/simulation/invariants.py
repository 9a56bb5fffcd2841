"""What has to hold when everything has come to rest, whatever befell whom on the way. Read from the databases alone."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import count, takewhile
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from consumers.feed.feed import SOURCE_TOPIC, Feed
from consumers.feed.memory import FeedMemory
from consumers.feed.tables import METADATA as FEED_MEMORY
from consumers.log.embedded import EmbeddedConsumer
from consumers.projector.projector import Projector
from projections.checkpoints import read_checkpoints
from projections.database import open_engine
from projections.digest import ViewDigest, digest_view
from projections.register.balance import check_balance
from projections.register.loading import load_households
from projections.table_rows import shape_of
from registry.history.checkpoint import TOPIC as CHECKPOINTS
from registry.history.checkpoint import Checkpoint
from registry.history.merkle import EMPTY, leaf_hash
from registry.household.household import Household
from registry.log.embedded import EmbeddedProducer
from registry.log.embedded_topics import create_topics
from registry.relay.mark import RelayMark
from registry.relay.relay import RELAY, messages_of
from registry.store.mapper import AvroMapper
from registry.store.recorder import RawRow
from registry.store.sqlite import SQLiteStoreRecorder
from schemas.catalogue import registry_catalogue
from schemas.codec import Codec, event_id_of
from schemas.messages import Record, TopicPartition, partition_for
from schemas.topics import live_topics, topic_spec
from tests.support.agreement import assert_chained
from tests.support.household_model import PlainHousehold
from tests.support.plain_register import agrees
from tests.support.signing import keys_of
from tests.support.simulation.desk import events_in
from tests.support.simulation.ledger import Sent
from tests.support.simulation.world import SOURCE, World

Contents = dict[TopicPartition, list[tuple[Any, ...]]]
"""Key, value, headers and time of each record, in order."""
_CATALOGUE = registry_catalogue()
_CODEC = Codec(_CATALOGUE)


def assert_all_agree(world: World) -> None:
    """The senders, the store, the log, its marks and checkpoints, and the read model say the same."""
    recorder = SQLiteStoreRecorder(world.store)
    try:
        rows = recorder.select_raw(0, 1_000_000)
        assert_chained(rows)
        assert_answers_kept(world.ledger.sent, rows, recorder)
    finally:
        recorder.close()
    records = logged(world)
    contents = {place: [_content(record) for record in found] for place, found in records.items() if place[0] != CHECKPOINTS}
    assert contents == to_be_logged(rows), "the log is not what the store holds"
    assert_marked(world, rows)
    assert_signed(records[CHECKPOINTS, 0], rows)
    assert_shown(world, rows)
    assert_public(world)


def assert_log_is_a_part_of_the_store(world: World) -> None:
    """At any time: of each partition the log holds the first of what the store has for it."""
    recorder = SQLiteStoreRecorder(world.store)
    try:
        expected = to_be_logged(recorder.select_raw(0, 1_000_000))
    finally:
        recorder.close()
    for place, found in logged(world).items():
        if place[0] != CHECKPOINTS:
            assert [_content(record) for record in found] == expected.get(place, [])[: len(found)]


def assert_answers_kept(sent: list[Sent], rows: list[RawRow], recorder: SQLiteStoreRecorder) -> None:
    """What was accepted is stored once, whole, together and in order; of anything else there is no trace."""
    by_conversation: dict[UUID, list[tuple[int, tuple[str, int], int]]] = defaultdict(list)
    for position, _, _, state, recorded_at_us in rows:
        event = _CODEC.decode(state)[1]
        stored = str(UUID(bytes=event_id_of(state))), event["version"]
        by_conversation[UUID(bytes=_bytes(event["correlation_id"]))].append((position, stored, recorded_at_us))
    for one in sent:
        found = by_conversation[one.conversation]
        result = recorder.find_command_result(one.actor.user_id, one.key)
        told = one.answer
        if told is None:
            assert not (one.refused and result), f"{one.key} was refused, and is kept as accepted"
            told = () if result is None else events_in(result)
        else:
            assert result is not None, f"{one.key} was accepted, and that is forgotten"
            assert events_in(result) == told
        assert tuple(stored for _, stored, _ in found) == told, f"{one.key}: stored is {found}, told was {told}"
        positions = [position for position, _, _ in found]
        assert positions == list(range(positions[0], positions[0] + len(found))) if positions else True
        assert len({stamp for _, _, stamp in found}) <= 1, f"{one.key} was not stored at once"


def logged(world: World) -> dict[TopicPartition, list[Record]]:
    """Everything in the log that the relay wrote."""
    return _read(world.log, [CHECKPOINTS, *(spec.name for spec in live_topics() if spec.event_types)])


def _read(log: Path, topics: Sequence[str]) -> dict[TopicPartition, list[Record]]:
    found: dict[TopicPartition, list[Record]] = defaultdict(list)
    consumer = EmbeddedConsumer(log, group="agreement", topics=topics)
    consumer.resume_from(lambda topic, partition: 0)
    try:
        for batch in takewhile(bool, (consumer.poll(10_000, 0) for _ in count())):
            for record in batch:
                found[record.topic, record.partition].append(record)
    finally:
        consumer.close()
    return found


def to_be_logged(rows: list[RawRow]) -> Contents:
    """What the log has to hold, in order."""
    contents: Contents = defaultdict(list)
    for message in messages_of(rows, SOURCE):
        partition = message.partition
        if partition is None:
            assert message.key is not None
            partition = partition_for(message.key, topic_spec(message.topic).partitions)
        contents[message.topic, partition].append((message.key, message.value, message.headers, message.timestamp_ms))
    return dict(contents)


def assert_marked(world: World, rows: list[RawRow]) -> None:
    """The relay's mark is at the end of the store, with the hash of what is there and the tree over all of it."""
    producer = EmbeddedProducer(world.log, now_ms=lambda: 0)
    try:
        mark = RelayMark.from_mark(producer.mark(RELAY))
    finally:
        producer.close()
    position, _, _, state, _ = rows[-1]
    assert (mark.position, mark.record_hash) == (position, sha256(state).hexdigest())
    assert mark.root == EMPTY.with_leaves(_leaves(rows)).root.hex()


def assert_signed(records: list[Record], rows: list[RawRow]) -> None:
    """The checkpoints follow one another without a gap, hold the hashes of the history, and are signed."""
    leaves = _leaves(rows)
    before = 0
    for record in records:
        made = Checkpoint.from_bytes(record.value or b"")
        assert made.leaves_before == before
        assert list(made.hashes) == leaves[before : made.leaves]
        assert made.root == EMPTY.with_leaves(leaves[: made.leaves]).root
        assert made.is_signed(keys_of(1).public)
        before = made.leaves
    assert len(leaves) - before < 40


def assert_shown(world: World, rows: list[RawRow]) -> None:
    """The live build stands at the log's end, holds what a fresh fold of the log makes, balances, and is the write side's."""
    model = world.parts.model
    views = world.views()
    fresh = open_engine("sqlite://")
    try:
        model.metadata.create_all(fresh)
        consumer = EmbeddedConsumer(world.log, group="fresh", topics=model.topics)
        ends = {place: end for place, end in consumer.end_offsets().items() if end}
        projector = Projector(consumer, model.project(fresh))
        projector.drain()
        projector.close()
        live = views.open_live(model)
        with live.connect() as connection:
            reached = {place: at.next_offset for place, at in read_checkpoints(connection, model.checkpoint).items()}
            assert {place: end for place, end in reached.items() if end} == ends, "the read model is not at the log's end"
            assert check_balance(connection) == []
        differing = digest_of(live, world).differing(digest_of(fresh, world))
        assert not differing, f"live and fresh build differ in {differing}"
        assert_households(live, rows)
    finally:
        fresh.dispose()
        views.close()


def assert_public(world: World) -> None:
    """The public topics hold just what one undisturbed feed makes of the log: no gap, nothing twice, all in order."""
    alone = world.folder / "alone.db"
    alone.unlink(missing_ok=True)
    create_topics(alone, live_topics())
    memory = open_engine("sqlite://")
    FEED_MEMORY.create_all(memory)
    consumer = EmbeddedConsumer(world.log, group="alone", topics=[SOURCE_TOPIC])
    feed = Feed(
        consumer, lambda name: EmbeddedProducer(alone, now_ms=lambda: 0, name=name), FeedMemory(memory), _CATALOGUE, SOURCE
    )
    try:
        feed.drain()
        for topic in (spec.name for spec in live_topics() if "feed" in spec.written_by):
            ours, theirs = (
                {place: list(map(_content, found)) for place, found in _read(log, [topic]).items()} for log in (world.log, alone)
            )
            assert ours == theirs, f"{topic} is not what its events say"
    finally:
        feed.close()
        memory.dispose()


def assert_households(live: Engine, rows: list[RawRow]) -> None:
    """Each household is what its events say to the write side and to a plain model; nobody lives in two."""
    homes: dict[UUID, UUID] = {}
    with live.connect() as connection:
        for household_id, events in _streams(rows):
            household = Household.replay(None, events)
            assert household is not None
            PlainHousehold.of(events).agrees_with(household)
            agrees(load_households(connection, [household_id.bytes])[household_id.bytes], household)
            for person_id in household.members:
                assert homes.setdefault(person_id, household_id) == household_id, f"{person_id} lives in two households"


def digest_of(engine: Engine, world: World) -> ViewDigest:
    """The digest of a build."""
    with engine.connect() as connection:
        return digest_view(connection, [shape_of(table) for table in world.parts.model.digested], lambda rows: None)


def _streams(rows: list[RawRow]) -> Iterator[tuple[UUID, list[Any]]]:
    mapper = AvroMapper(_CODEC)
    streams: dict[bytes, list[Any]] = defaultdict(list)
    for _, stream, event_type, state, _ in rows:
        if event_type.startswith("household."):
            streams[stream].append(mapper.event_of(state))
    for stream, events in streams.items():
        yield UUID(bytes=stream), events


def _leaves(rows: list[RawRow]) -> list[bytes]:
    return [leaf_hash(position, state) for position, _, _, state, _ in rows]


def _content(record: Record) -> tuple[Any, ...]:
    return record.key, record.value, record.headers, record.timestamp_ms


def _bytes(value: Any) -> bytes:
    return value.bytes if isinstance(value, UUID) else value
