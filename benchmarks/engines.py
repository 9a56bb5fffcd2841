"""A real Kafka to measure on, started for the benchmark and ended with it."""

import atexit
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from deploy.broker.cluster_control import start_cluster, stop_cluster
from deploy.settings import Settings
from deploy.topics.making import make_topics
from tests.support.ports import free_broker_port


@cache
def kafka() -> str:
    """host:port of a broker without topics."""
    folder = Path(tempfile.mkdtemp(prefix="registry-benchmark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    cluster = start_cluster(folder / "kafka", 1, free_broker_port(), lambda line: None)
    atexit.register(stop_cluster, folder / "kafka")
    return cluster.bootstrap


def with_topics(settings: Settings, client: str) -> Settings:
    """The same installation on the broker, whose topics are those of the catalogue."""
    on_kafka = replace(settings, log_url=f"kafka://{kafka()}", kafka_client=client)
    make_topics(on_kafka)
    return on_kafka
