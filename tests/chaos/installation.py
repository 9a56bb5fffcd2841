"""What chaos happens to: a broker, a database, and every process of a register, in one folder, which a later run finds again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.broker.cluster_control import start_cluster, status_of, stop_cluster
from deploy.broker.layout import Cluster
from deploy.settings import Settings
from deploy.topics.making import make_topics
from schemas.access import Actor
from tests.chaos.database import Database
from tests.chaos.part import Part
from tests.support.installation import new_installation
from tests.support.ports import free_broker_port, free_port
from tests.support.served_api import make_tokens

SESSION_S = 6
"""How long a projector may be silent: short, so that one that is frozen loses its partitions soon."""
OFFICER = Actor("officer-1", "COUNTY_OFFICER", "office-1", "469030000000")


@dataclass(frozen=True)
class Register:
    """The installation, its engines and its processes."""

    settings: Settings
    cluster: Cluster
    database: Database
    parts: dict[str, Part]
    token: str

    def keep_running(self) -> None:
        """Start again whatever has ended."""
        for part in self.parts.values():
            part.keep_running()


@contextmanager
def running_register(folder: Path, client: str = "python") -> Iterator[Register]:
    """All of it, made where it is not there yet, until the block is left."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(folder / "postgres")
    cluster = start_cluster(folder / "kafka", None, None if (folder / "kafka").exists() else free_broker_port(), print)
    try:
        settings = _settings(folder, cluster, database, client)
        (token,) = make_tokens(settings, OFFICER)
        (folder / "told").mkdir(exist_ok=True)
        commands = {
            "relay": ("relay",),
            "project-1": ("project",),
            "project-2": ("project",),
            "feed": ("feed",),
            "api": ("serve",),
        }
        parts = {name: Part(name, arguments, settings, folder / "told") for name, arguments in commands.items()}
        register = Register(settings, cluster, database, parts, token)
        try:
            register.keep_running()
            yield register
        finally:
            for part in parts.values():
                part.stop()
    finally:
        stop_cluster(folder / "kafka")
        database.stop()


def broker_pid(cluster: Cluster) -> int | None:
    """The broker's process, while it runs."""
    (node,) = status_of(cluster.folder)
    return node.pid


def _settings(folder: Path, cluster: Cluster, database: Database, client: str) -> Settings:
    kept = folder / "chaos.json"
    options = {
        "log_url": f"kafka://{cluster.bootstrap}",
        "kafka_client": client,
        "kafka_session_s": SESSION_S,
        "store_url": database.create("store"),
        "vault_url": database.create("vault"),
        "views_url": database.create("views"),
        "synthetic_ids": True,
    }
    if kept.exists():
        return Settings.read({}, data=str(folder / "data"), port=json.loads(kept.read_text())["port"], **options)
    settings = new_installation(folder / "data", port=free_port(), **options)
    make_topics(settings)
    kept.write_text(json.dumps({"port": settings.port}))
    return settings
