"""The library as it comes (JSON, its own aggregate), with an event of the same fields as a home visit: the raw client."""

from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict

ENVELOPE = {
    "event_id": "018f2f6a11117000800000000d1cd3a2",
    "effective_on": "2019-03-18",
    "actor": {"id": "staff-00042", "role": "TOWNSHIP_OFFICER", "org": "11469999008174419M", "division": "469030100000"},
    "source": "API",
    "correlation_id": "018f2f6a111170008000000000000008",
    "causation_id": "018f2f6a111170008000000000000009",
    "policy_version": "46/2019.1",
    "reason_code": None,
    "evidence": [],
    "corrects_event_id": None,
    "division": "469030100201",
}
VISIT = {
    "visit_id": "018f2f6a00007000800000a27dd8b953",
    "visitor_role": "HELPER",
    "visitor_id": "staff-00017",
    "purpose": "SURVEY",
    "minutes": 35,
    "fields_compared": 12,
    "differences": ["INCOME"],
}


class Home(Aggregate):
    """Remembers its visits."""

    @event("Opened")
    def __init__(self, envelope: dict[str, Any]) -> None:
        self.visits: dict[str, int] = {}

    @event("Visited")
    def visit(self, envelope: dict[str, Any], visit: dict[str, Any]) -> None:
        self.visits[visit["visit_id"]] = visit["minutes"]


def open_bare(path: Path) -> Application[UUID]:
    """The library's application on a SQLite file of its own, as its documentation says."""
    return Application(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})


def open_bare_postgres(url: str) -> Application[UUID]:
    """The same on PostgreSQL."""
    return Application(env={"PERSISTENCE_MODULE": "eventsourcing.postgres", **_variables(url)})


def _variables(url: str) -> dict[str, str]:
    given = conninfo_to_dict(url)
    names = {"dbname": "DBNAME", "host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    values = {"host": "127.0.0.1", "port": "5432", "user": "postgres", "password": "-"} | given
    return {f"POSTGRES_{variable}": str(values[name]) for name, variable in names.items()}


def new_home(visits: int) -> Home:
    """A home with this many visits, not saved yet."""
    home = Home(ENVELOPE)
    for _ in range(visits):
        home.visit(ENVELOPE, VISIT)
    return home
