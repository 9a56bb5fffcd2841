"""A real Kafka and a real PostgreSQL beside the demonstration, in its data folder, ended with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shlex import quote

from deploy.broker.cluster_control import start_cluster, stop_cluster
from deploy.composition.log_side import KAFKA
from deploy.composition.migrations import migrate
from deploy.local_postgres import database_on, start_postgres
from deploy.settings import Settings
from deploy.topics.making import make_topics

STORE, VAULT, VIEWS = "registry_store", "registry_vault", "registry_views"
"""Databases of the one server: each can be given to another role."""

Tell = Callable[[str], None]


@contextmanager
def local_engines(settings: Settings, tell: Tell) -> Iterator[Settings]:
    """The settings of an installation on the two, whose tables and topics are made; both run until the block is left.

    Raises BrokerProblem, CannotStart.
    """
    with _postgres(settings.path("postgres").absolute(), tell) as server, _kafka(settings.path("kafka"), tell) as bootstrap:
        on_engines = replace(
            settings,
            store_url=database_on(server, STORE),
            vault_url=database_on(server, VAULT),
            views_url=database_on(server, VIEWS),
            log_url=f"{KAFKA}{bootstrap}",
        )
        migrate(on_engines)
        make_topics(on_engines)
        tell(f"for other commands beside it: set -a; . {_kept(on_engines)}; set +a")
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
    server = start_postgres(folder)
    try:
        tell(f"PostgreSQL serves at {server.get_uri()}")
        yield server.get_uri()
    finally:
        server.cleanup()


def _kept(settings: Settings) -> Path:
    """A file of the settings, as a shell reads them; no password is among them."""
    path = settings.path("registry.env")
    path.write_text("".join(f"{name}={quote(value)}\n" for name, value in settings.environment().items()), "utf-8")
    return path
