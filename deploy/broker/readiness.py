"""Whether a cluster serves: all its brokers are known to each other and can take records."""

import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import replace

from kafka.errors import KafkaConfigurationError, KafkaError

from deploy.broker.errors import BrokerProblem
from deploy.broker.layout import Cluster
from deploy.broker.node_process import NodeProcess, answers
from deploy.broker.security import ADMIN, admin_addresses
from deploy.topics.admin_client import open_admin_client

READY_S = 60.0
_ANSWER_S = 2.0


def wait_until_ready(cluster: Cluster, processes: Sequence[NodeProcess], within_s: float = READY_S) -> None:
    """Return as soon as every node is in the cluster. Raises BrokerProblem if one has ended, or it takes too long."""
    deadline = time.monotonic() + within_s
    while len(brokers_of(cluster)) < len(cluster.nodes):
        for process in processes:
            if process.pid() is None:
                raise BrokerProblem(f"node {process.node.number} has ended: {process.last_words()}")
        if time.monotonic() > deadline:
            or_else = f", or {cluster.password_file(ADMIN)} is not the password of {ADMIN}" if cluster.secure else ""
            raise BrokerProblem(f"the broker was not ready within {within_s:.0f} s{or_else}; see `registry broker logs`")
        time.sleep(0.2)


def brokers_of(cluster: Cluster) -> set[int]:
    """The numbers of the brokers that the cluster knows of now; none where nobody answers. Raises BrokerProblem."""
    if not any(answers(node.port) for node in cluster.nodes):
        return set()
    for address in admin_addresses(cluster):
        try:
            admin = open_admin_client(replace(address, answer_s=_ANSWER_S))
        except KafkaConfigurationError:
            raise
        except KafkaError:
            continue
        with closing(admin), suppress(KafkaError):
            described = admin.describe_cluster()["brokers"]
            return {broker["broker_id"] for broker in described if not broker.get("is_fenced")}
    return set()
