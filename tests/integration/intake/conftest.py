"""The intake on either log."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from consumers.intake.intake import HOSPITAL_TOPIC
from consumers.intake.letters import ACCEPTED_TOPIC, DEAD_LETTERS
from consumers.log.embedded import EmbeddedConsumer
from consumers.log.kafka import KafkaLogConsumer
from consumers.log.kafka_python_reader import PythonReader
from registry.log.embedded import EmbeddedProducer
from registry.log.embedded_topics import create_topics
from registry.log.kafka import KafkaLogProducer
from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_python_client import PythonClient
from registry.log.kafka_reading import partition_counts
from schemas.log_errors import UnknownTopic
from schemas.topics import topic_spec
from tests.support.intake import IntakeBench
from tests.support.waiting import wait_until

LOGS = ["embedded", pytest.param("kafka", marks=pytest.mark.kafka)]


@pytest.fixture(params=LOGS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[IntakeBench]:
    """A log with two hospitals of the test's own."""
    start = Random(request.node.name).randrange(10**10)
    institutions = [f"H{start + number:011d}" for number in range(2)]
    if request.param == "embedded":
        made = on_embedded(tmp_path, institutions)
    else:
        made = on_kafka(tmp_path, request.getfixturevalue("kafka_bootstrap"), institutions)
    yield made
    made.close()


def on_embedded(folder: Path, institutions: list[str]) -> IntakeBench:
    path = folder / "log.db"
    topics = [topic_spec(ACCEPTED_TOPIC), topic_spec(DEAD_LETTERS), *map(HOSPITAL_TOPIC.of, institutions)]
    create_topics(path, topics)
    return IntakeBench(
        folder,
        lambda name: EmbeddedProducer(path, now_ms=lambda: 1_553_083_200_000, name=name),
        lambda group, topics: EmbeddedConsumer(path, group=group, topics=topics),
        institutions,
    )


def on_kafka(folder: Path, bootstrap: str, institutions: list[str]) -> IntakeBench:
    from kafka.admin import KafkaAdminClient
    from kafka.errors import TopicAlreadyExistsError

    mine = uuid4().hex[:8]
    address = KafkaAddress(bootstrap, prefix=f"{mine}.", positions=f"{mine}.positions")
    wanted = {ACCEPTED_TOPIC: 12, DEAD_LETTERS: 12, address.positions: 1} | {
        HOSPITAL_TOPIC.of(code).name: 1 for code in institutions
    }
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    for name, partitions in wanted.items():
        with suppress(TopicAlreadyExistsError):
            admin.create_topics({name: {"num_partitions": partitions, "replication_factor": 1}})
    admin.close()

    def there() -> bool:
        try:
            return bool(partition_counts(address, wanted))
        except UnknownTopic:
            return False

    wait_until(there)
    return IntakeBench(
        folder,
        lambda name: KafkaLogProducer(address, PythonClient, name=name),
        lambda group, topics: KafkaLogConsumer(address, PythonReader, group=group, topics=topics, partitions=range(12)),
        institutions,
    )
