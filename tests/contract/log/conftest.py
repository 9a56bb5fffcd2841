"""A log on Kafka for each test; and the contract's assertions should explain themselves as a test module's do."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

pytest.register_assert_rewrite(
    "tests.contract.log.consuming_contract", "tests.contract.log.producing_contract", "tests.contract.log.log_harness"
)

from kafka.admin import KafkaAdminClient  # noqa: E402

from registry.log.kafka_address import KafkaAddress  # noqa: E402
from registry.log.kafka_reading import partition_counts  # noqa: E402
from schemas.log_errors import UnknownTopic  # noqa: E402
from tests.contract.log.kafka_log import KafkaLog  # noqa: E402
from tests.contract.log.log_harness import PARTITIONS  # noqa: E402
from tests.support.waiting import wait_until  # noqa: E402


def known(address: KafkaAddress, log: KafkaLog) -> bool:
    """Topics that were created are known a little later."""
    try:
        return bool(partition_counts(address, [log.events, log.stamped, address.positions]))
    except UnknownTopic:
        return False


@pytest.fixture
def make_kafka_log(kafka_bootstrap: str) -> Iterator[Callable[[], KafkaLog]]:
    """Makes topics of their own on the session's cluster, and closes what was opened on them."""
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
        wait_until(lambda: known(address, log))
        logs.append(log)
        return log

    yield make
    for log in logs:
        for one in log.opened:
            one.close()
