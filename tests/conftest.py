"""What tests of several rooms need: a real PostgreSQL and a real Kafka, started by the tests themselves."""

import os
import signal
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from deploy.broker.layout import Cluster
from deploy.local_postgres import start_postgres

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Begun in the background of a script, tests and the processes that they start and interrupt would inherit deaf ears.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server: POSTGRES_URI's if it is set, else one of this session's own.

    Where none can start: skipped, but a failure in CI.
    """
    if given := os.environ.get("POSTGRES_URI"):
        yield given
        return
    # Not in pytest's folder: each session closes that to others again, and where root tests, the server has a user of its own.
    folder = Path(mkdtemp(prefix="registry-postgres-"))
    try:
        server = start_postgres(folder)
    except Exception as error:
        if os.environ.get("CI") == "true":
            raise
        rmtree(folder, ignore_errors=True)
        pytest.skip(f"no PostgreSQL can be started here: {error}")
    # Its tests kill processes, not the machine: what only a power cut could take is not waited for.
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(SQL("ALTER SYSTEM SET {} = off").format(Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgres_database(postgres_server: str) -> Callable[[], str]:
    """Makes a fresh, empty database and gives its address."""
    numbers = count(1)

    def make() -> str:
        name = f"test_{os.getpid()}_{next(numbers)}"
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        return _with_database(postgres_server, name)

    return make


@pytest.fixture
def postgres_uri(new_postgres_database: Callable[[], str]) -> str:
    """The address of a fresh, empty database."""
    return new_postgres_database()


def _with_database(uri: str, name: str) -> str:
    from urllib.parse import urlsplit, urlunsplit

    return urlunsplit(urlsplit(uri)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def kafka_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A Kafka of this session's own, one node, without topics. Where none can start: skipped, but a failure in CI."""
    from deploy.broker.cluster_control import start_cluster, stop_cluster
    from deploy.broker.errors import BrokerProblem
    from tests.support.ports import free_broker_port

    folder = tmp_path_factory.mktemp("kafka")
    try:
        cluster = start_cluster(folder, 1, free_broker_port(), print)
    except BrokerProblem as problem:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no Kafka can be started here: {problem}")
    try:
        yield cluster
    finally:
        stop_cluster(folder)


@pytest.fixture
def kafka_bootstrap(kafka_cluster: Cluster) -> str:
    """Its host:port."""
    return kafka_cluster.bootstrap


@pytest.fixture(autouse=True)
def _kafka_or_not(request: pytest.FixtureRequest) -> None:
    """Where no Kafka can be started, its tests are skipped; in CI that is a failure."""
    if request.node.get_closest_marker("kafka") is not None:
        from tests.support.own_kafka import skip_without_kafka

        skip_without_kafka()
