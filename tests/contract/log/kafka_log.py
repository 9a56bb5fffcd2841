"""Topics of one test on a cluster that others use too."""

from collections.abc import Collection
from dataclasses import dataclass, field

from consumers.log.consumer import LogConsumer
from consumers.log.kafka import KafkaLogConsumer, OpenReader
from consumers.log.kafka_python_reader import PythonReader
from registry.log.kafka import KafkaLogProducer, OpenClient
from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_python_client import PythonClient
from registry.log.producer import LogProducer


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
