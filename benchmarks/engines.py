"""A real Kafka and a real PostgreSQL to measure on, started for the benchmark and ended with it."""

import atexit
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from deploy.broker.cluster_control import start_cluster, stop_cluster
from deploy.settings import Settings
from deploy.topics.applying import carry_out, plan
from deploy.topics.opening import opened_topics
from tests.chaos.database import Database
from tests.support.ports import free_broker_port


@cache
def kafka() -> str:
    """host:port of a broker without topics."""
    folder = _folder()
    cluster = start_cluster(folder / "kafka", 1, free_broker_port(), lambda line: None)
    atexit.register(stop_cluster, folder / "kafka")
    return cluster.bootstrap


@cache
def postgres() -> Database:
    """A server without databases of ours."""
    database = Database(_folder() / "postgres")
    atexit.register(database.stop)
    return database


def with_topics(settings: Settings, client: str) -> Settings:
    """The same installation on the broker, whose topics are those of the catalogue."""
    on_kafka = replace(settings, log_url=f"kafka://{kafka()}", kafka_client=client)
    with opened_topics(on_kafka) as admin:
        carry_out(admin, plan(admin, on_kafka.kafka_prefix))
    return on_kafka


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="registry-benchmark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
