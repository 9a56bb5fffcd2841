"""Whether a cluster serves: all its brokers are known to each other and can take records."""

import time

from kafka.errors import KafkaConfigurationError, KafkaError

from deploy.broker.errors import BrokerProblem
from deploy.broker.layout import Cluster
from deploy.broker.node_process import answers
from deploy.topics.admin_client import open_admin_client
from registry.log.kafka_address import KafkaAddress

READY_S = 60.0
_ANSWER_S = 2.0


def wait_until_ready(cluster: Cluster, within_s: float = READY_S) -> None:
    """Return as soon as every node is in the cluster. Raises BrokerProblem if that takes too long."""
    deadline = time.monotonic() + within_s
    while len(brokers_of(cluster)) < len(cluster.nodes):
        if time.monotonic() > deadline:
            raise BrokerProblem(f"the broker was not ready within {within_s:.0f} s; see `registry broker logs`")
        time.sleep(0.2)


def brokers_of(cluster: Cluster) -> set[int]:
    """The numbers of the brokers that the cluster knows of now; none where nobody answers."""
    if not any(answers(node.port) for node in cluster.nodes):
        return set()
    try:
        admin = open_admin_client(KafkaAddress(cluster.bootstrap), _ANSWER_S)
        try:
            described = admin.describe_cluster()["brokers"]
            return {broker["broker_id"] for broker in described if not broker.get("is_fenced")}
        finally:
            admin.close()
    except KafkaConfigurationError:
        raise
    except KafkaError:
        return set()
