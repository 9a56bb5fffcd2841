"""Kafka keeps the contract, whichever client sends and reads; and what its adapters promise beyond it."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from uuid import uuid4

import pytest
from kafka.admin import KafkaAdminClient

from consumers.log.confluent_reader import ConfluentReader
from consumers.log.consumer import LogConsumer
from consumers.log.kafka import KafkaLogConsumer, OpenReader
from consumers.log.kafka_python_reader import PythonReader
from registry.log.confluent_client import ConfluentClient
from registry.log.kafka import KafkaLogProducer, OpenClient
from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_python_client import PythonClient
from registry.log.producer import LogProducer
from tests.contract.log.log_contract import LogContract
from tests.contract.log.log_harness import PARTITIONS

pytestmark = pytest.mark.kafka


@dataclass
class KafkaLog:
    """Topics of its own on a cluster that others use too."""

    address: KafkaAddress
    events: str
    stamped: str
    open_client: OpenClient = PythonClient
    open_reader: OpenReader = PythonReader
    settle_s: float = 0.5
    opened: list[LogProducer | LogConsumer] = field(default_factory=list)

    def __reduce__(self) -> tuple[type["KafkaLog"], tuple[KafkaAddress, str, str, OpenClient, OpenReader]]:
        return KafkaLog, (self.address, self.events, self.stamped, self.open_client, self.open_reader)

    def producer(self, name: str | None = None, owner: str = "") -> LogProducer:
        producer = KafkaLogProducer(self.address, self.open_client, name=name)
        self.opened.append(producer)
        return producer

    def consumer(self, group: str, topics: Collection[str], partitions: Collection[int] | None = None) -> LogConsumer:
        consumer = KafkaLogConsumer(self.address, self.open_reader, group=group, topics=topics, partitions=partitions)
        self.opened.append(consumer)
        return consumer


@pytest.fixture
def make_log(kafka_bootstrap: str) -> Iterator[Callable[[], KafkaLog]]:
    logs: list[KafkaLog] = []

    def make() -> KafkaLog:
        mine = uuid4().hex[:8]
        address = KafkaAddress(kafka_bootstrap, prefix=f"{mine}.", positions=f"{mine}.positions")
        log = KafkaLog(address, f"{mine}.events", f"{mine}.stamped")
        admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
        admin.create_topics(
            {
                log.events: {"num_partitions": PARTITIONS, "replication_factor": 1},
                log.stamped: {
                    "num_partitions": 3,
                    "replication_factor": 1,
                    "configs": {"message.timestamp.type": "LogAppendTime"},
                },
                address.positions: {"num_partitions": 1, "replication_factor": 1, "configs": {"cleanup.policy": "compact"}},
            }
        )
        admin.close()
        logs.append(log)
        return log

    yield make
    for log in logs:
        for one in log.opened:
            one.close()


class TestKafkaLog(LogContract):
    @pytest.fixture
    def log(self, make_log: Callable[[], KafkaLog]) -> KafkaLog:
        return make_log()


class TestConfluentLog(LogContract):
    @pytest.fixture
    def log(self, make_log: Callable[[], KafkaLog]) -> KafkaLog:
        return replace(make_log(), open_client=ConfluentClient, open_reader=ConfluentReader)
