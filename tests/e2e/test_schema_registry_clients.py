"""Stock clients read our topics with our address as their schema registry: every record type, on a real Kafka, by the served API.

What is read was relayed and fed from a register of real commands; an example of every record type is added. The programs of
`docs/reading-the-log.md` are run as they stand there.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from confluent_kafka import Consumer, KafkaError, TopicPartition
from confluent_kafka.schema_registry import (
    Schema,
    SchemaRegistryClient,
    record_subject_name_strategy,
    topic_record_subject_name_strategy,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext

from deploy.composition.log_side import open_producer
from deploy.composition.write_side import register_clock, write_side
from deploy.pipeline.feeding import opened_feed
from deploy.pipeline.relaying import opened_relay
from deploy.settings import Settings
from deploy.topics.making import make_topics
from schemas.catalogue import EventSchema, registry_catalogue
from schemas.codec import HEADER_SIZE
from schemas.envelope import without_docs
from schemas.messages import Message
from schemas.record_topics import topics_of, types_by_topic
from tests.support.installation import new_installation
from tests.support.java_programs import FOLDER, java_command
from tests.support.own_kafka import own_kafka, skip_without_kafka
from tests.support.ports import free_port
from tests.support.published_examples import CODEC, example_of, framed_example
from tests.support.relayed import write_lives
from tests.support.served_api import served

pytestmark = pytest.mark.kafka
PAGE = Path(__file__).parents[2] / "docs/reading-the-log.md"
PUBLISHED = registry_catalogue().list()
TYPES = {topic: types for topic, types in types_by_topic().items() if "{" not in topic}
"""Without the template of the hospitals' topics: of those there is none here."""
TOPICS = tuple(TYPES)
CHANGES, EVENTS = "household.changes", "household.events"
READ_S = 60.0


@dataclass(frozen=True)
class Place:
    """Where a client finds us. records: every value of ours in the log, by topic, partition and offset."""

    bootstrap: str
    url: str
    records: dict[tuple[str, int, int], bytes]

    @property
    def registry(self) -> SchemaRegistryClient:
        return SchemaRegistryClient({"url": self.url})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    skip_without_kafka()
    folder = tmp_path_factory.mktemp("readers")
    with own_kafka(folder / "kafka") as cluster:
        settings = new_installation(folder / "data", log_url=f"kafka://{cluster.bootstrap}", port=free_port())
        fill(settings, cluster.bootstrap)
        with served(settings):
            yield Place(cluster.bootstrap, f"http://127.0.0.1:{settings.port}", values_of(cluster.bootstrap))


def fill(settings: Settings, bootstrap: str) -> None:
    """The topics, lives that are relayed and fed, and an example of every record type in each of its topics."""
    clock = register_clock(settings)
    make_topics(settings)
    with write_side(settings) as side:
        write_lives(side.store, range(30))
    with opened_relay(settings, clock) as relay:
        while relay():
            pass
    to_feed = sum(topic == EVENTS for topic, _, _ in values_of(bootstrap))
    with opened_feed(settings, clock, range(64)) as feed:
        while to_feed > 0:
            to_feed -= feed()
    producer = open_producer(settings, None, clock)
    producer.append(
        [
            Message(topic, b"example", framed_example(schema), (("ce_type", schema.event_type.encode()),), 0)
            for schema in PUBLISHED
            for topic in topics_of(schema.event_type)
            if topic in TOPICS
        ]
    )
    producer.close()


def values_of(bootstrap: str) -> dict[tuple[str, int, int], bytes]:
    """Every value in our topics, read by a client of its own to their ends."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "values", "enable.partition.eof": True})
    known = consumer.list_topics(timeout=READ_S).topics
    left = {(topic, number) for topic in TOPICS for number in known[topic].partitions}
    consumer.assign([TopicPartition(topic, number, 0) for topic, number in sorted(left)])
    found = {}
    while left:
        record = consumer.poll(READ_S)
        assert record is not None, left
        where = record.topic(), record.partition()
        if record.error():
            assert record.error().code() == KafkaError._PARTITION_EOF, record.error()
            left.discard(where)
        elif record.value() is not None:
            found[(*where, record.offset())] = record.value()
    consumer.close()
    return found


def as_strangers_have(value: Any) -> Any:
    """What a client that knows Avro but not us reads: our ids are bytes to it."""
    match value:
        case dict():
            return {key: as_strangers_have(item) for key, item in value.items()}
        case list():
            return [as_strangers_have(item) for item in value]
        case UUID():
            return value.bytes
    return value


def about(topic: str) -> SerializationContext:
    return SerializationContext(topic, MessageField.VALUE)


def test_lives_and_every_record_type_are_in_the_log(place: Place) -> None:
    """Else the other tests would show little."""
    seen: dict[str, set[int]] = {topic: set() for topic in TOPICS}
    for (topic, _, _), value in place.records.items():
        seen[topic].add(CODEC.decode(value)[0].id)
    assert seen == {topic: {s.id for s in PUBLISHED if s.event_type in types} for topic, types in TYPES.items()}
    assert sum(topic == CHANGES for topic, _, _ in place.records) > 10
    assert sum(topic == EVENTS for topic, _, _ in place.records) > 200


class TestConfluentKafka:
    def test_its_deserializer_reads_every_record_as_it_was_written(self, place: Place) -> None:
        read = AvroDeserializer(place.registry)
        for (topic, _, _), value in place.records.items():
            assert read(value, about(topic)) == as_strangers_have(CODEC.decode(value)[1])

    def test_it_reads_into_the_latest_version_of_a_public_topic_without_being_told_a_subject(self, place: Place) -> None:
        read = AvroDeserializer(place.registry, conf={"use.latest.version": True})
        changes = [value for (topic, _, _), value in place.records.items() if topic == CHANGES]
        assert [read(value, about(CHANGES)) for value in changes] == [as_strangers_have(CODEC.decode(v)[1]) for v in changes]

    @pytest.mark.parametrize("schema", PUBLISHED, ids=lambda schema: f"{schema.event_type}.v{schema.version}")
    @pytest.mark.parametrize("registering", [False, True], ids=["looks up", "would register"])
    def test_its_serializer_writes_our_bytes(self, place: Place, schema: EventSchema, registering: bool) -> None:
        text = json.dumps(without_docs(schema.definition))
        (topic, *_) = topics_of(schema.event_type)
        strategy = topic_record_subject_name_strategy if topic in TOPICS else record_subject_name_strategy
        conf = {"auto.register.schemas": registering, "subject.name.strategy": strategy}
        write = AvroSerializer(place.registry, text, conf=conf)
        assert write(as_strangers_have(example_of(schema)), about(topic)) == framed_example(schema)

    def test_its_client_finds_everything_it_can_ask_for(self, place: Place) -> None:
        registry = place.registry
        latest = registry.get_latest_version(f"{CHANGES}-value")
        assert registry.get_versions(f"{CHANGES}-value") == [latest.version]
        assert registry.get_version(f"{CHANGES}-value", latest.version) == latest
        assert registry.lookup_schema(f"{CHANGES}-value", latest.schema).schema_id == latest.schema_id
        assert registry.get_schema(latest.schema_id) == latest.schema
        assert {v.subject for v in registry.get_schema_versions(latest.schema_id)} == set(
            registry.get_subjects_by_schema_id(latest.schema_id)
        )
        assert f"{CHANGES}-value" in registry.get_subjects()
        assert registry.get_referenced_by(f"{CHANGES}-value", latest.version) == []
        assert registry.get_schema_types() == ["AVRO"]
        assert (registry.get_compatibility(), registry.get_global_mode()) == ("FULL_TRANSITIVE", "READONLY")
        assert registry.get_compatibility(f"{CHANGES}-value") == "FULL_TRANSITIVE"
        assert registry.get_mode(f"{CHANGES}-value") == "READONLY"

    def test_it_can_write_nothing(self, place: Place) -> None:
        registry = place.registry
        attempts = [
            (422, lambda: registry.register_schema(f"{CHANGES}-value", Schema('"string"', "AVRO"))),
            (422, lambda: registry.register_schema("new-value", Schema('"string"', "AVRO"))),
            (405, lambda: registry.delete_subject(f"{CHANGES}-value")),
            (405, lambda: registry.delete_version(f"{CHANGES}-value", 1)),
            (405, lambda: registry.set_compatibility(level="NONE")),
            (405, lambda: registry.update_global_mode("READWRITE")),
        ]
        for status, attempt in attempts:
            with pytest.raises(SchemaRegistryError) as refused:
                attempt()
            assert (refused.value.http_status_code, refused.value.error_code) == (status, 42205)


class TestJava:
    def test_a_stock_deserializer_on_confluents_client_reads_every_record(self, place: Place) -> None:
        command = java_command(FOLDER / "ReadWithStockDeserializer.java", place.bootstrap, place.url, ",".join(TOPICS))
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        *lines, compatibility, mode, subjects, refused = done.stdout.splitlines()
        read = {}
        for line in lines:
            topic, partition, offset, record, body = line.split()
            schema = CODEC.decode(place.records[topic, int(partition), int(offset)])[0]
            assert record == f"{schema.definition['namespace']}.{schema.definition['name']}"
            read[topic, int(partition), int(offset)] = bytes.fromhex(body)
        assert read == {where: value[HEADER_SIZE:] for where, value in place.records.items()}
        assert (compatibility, mode) == ("compatibility FULL_TRANSITIVE", "mode READONLY")
        assert subjects == f"subjects {len(place.registry.get_subjects())}"
        assert refused == "refused 422 42205"


def program_of_page(language: str, place: Place, path: Path) -> Path:
    """The page's program in this language, written to a file, with our addresses for those of the page."""
    (text,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    for shown, real in (("http://127.0.0.1:8000", place.url), ("127.0.0.1:9092", place.bootstrap)):
        assert text.count(shown) == 1, shown
        text = text.replace(shown, real)
    path.write_text(text, "utf-8")
    return path


def lines_of(command: list[str], count: int) -> list[str]:
    """The first lines of a program that would go on for ever."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            return [process.stdout.readline().rstrip("\n") for _ in range(count)]
        finally:
            process.kill()


def lines_expected(place: Place) -> list[str]:
    found = []
    for (topic, _, _), value in place.records.items():
        if topic in (CHANGES, EVENTS):
            values = CODEC.decode(value)[1]
            found.append(f"{topic} {values['effective_on'].isoformat()} {values['division']}")
    return sorted(found)


def without_key(line: str) -> str:
    topic, _key, *rest = line.split()
    return " ".join([topic, *rest])


class TestPage:
    def test_its_python_reads_both_topics(self, place: Place, tmp_path: Path) -> None:
        expected = lines_expected(place)
        program = program_of_page("python", place, tmp_path / "read_the_log.py")
        assert sorted(map(without_key, lines_of([sys.executable, str(program)], len(expected)))) == expected

    def test_its_java_reads_both_topics(self, place: Place, tmp_path: Path) -> None:
        expected = lines_expected(place)
        command = java_command(program_of_page("java", place, tmp_path / "ReadTheLog.java"))
        assert sorted(map(without_key, lines_of(command, len(expected)))) == expected
