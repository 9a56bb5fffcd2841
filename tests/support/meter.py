"""A small aggregate with schemas of its own, for tests of the write path that need no household.

A meter is opened and read; each reading adds to its total. Schemas are frozen into a folder by the product's own code.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from registry.event import NO_HASH, RegistryEvent
from schemas.catalogue import Catalogue
from schemas.envelope import ENVELOPE
from schemas.freeze import freeze

NAMESPACE = UUID("7d1f0d3c-8a53-4e0c-9f0e-0a6d6c1b2e3f")
BEGINNING = datetime(2018, 9, 4, 1, 0, tzinfo=UTC)
MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}
BODIES: dict[str, list[dict[str, Any]]] = {
    "MeterOpened": [{"name": "household_id", "type": "Id"}],
    "MeterRead": [
        {"name": "amount", "type": MONEY},
        {"name": "read_on", "type": ["null", {"type": "int", "logicalType": "date"}], "default": None},
        {"name": "readers", "type": {"type": "array", "items": "Id"}},
        {"name": "steps", "type": {"type": "array", "items": {
            "type": "record", "name": "Step", "fields": [{"name": "step_id", "type": "Id"}, {"name": "units", "type": "int"}],
        }}},
    ],
    "DayClosed": [{"name": "day", "type": {"type": "int", "logicalType": "date"}}],
}  # fmt: skip


def definition(name: str, body: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The Avro record of one event: envelope and body."""
    fields = [*ENVELOPE, *(BODIES[name] if body is None else body)]
    return {"type": "record", "name": name, "namespace": "registry.meter.v1", "fields": fields}


def write_schema(folder: Path, schema: dict[str, Any]) -> None:
    """Make a schema the current one of its event type."""
    (folder / "avro").mkdir(parents=True, exist_ok=True)
    (folder / "avro" / f"{schema['name']}.avsc").write_text(json.dumps(schema, indent=2))


def meter_catalogue(folder: Path) -> Catalogue:
    """The meter's schemas, frozen in this folder."""
    for name in BODIES:
        write_schema(folder, definition(name))
    freeze(folder)
    return Catalogue(folder)


class MeterOpened(RegistryEvent):
    TOPIC = "meter.meter_opened"
    household_id: UUID

    def apply(self, aggregate: Any) -> None:
        aggregate.household_id = self.household_id


class MeterRead(RegistryEvent):
    TOPIC = "meter.meter_read"
    amount: Decimal
    read_on: date | None
    readers: list[UUID]
    steps: list[dict[str, Any]]

    def apply(self, aggregate: Any) -> None:
        aggregate.total += self.amount


class DayClosed(RegistryEvent):
    TOPIC = "meter.day_closed"
    day: date


def id_of(*parts: object) -> UUID:
    """An id that follows from its parts: tests draw no random ones."""
    return uuid5(NAMESPACE, "/".join(str(part) for part in parts))


def envelope(stream: UUID, version: int, division: str = "469030100201") -> dict[str, Any]:
    """The circumstances of one event, as its constructor takes them."""
    return {
        "originator_id": stream,
        "originator_version": version,
        "timestamp": BEGINNING,
        "event_id": id_of("event", stream, version),
        "effective_on": date(2018, 9, 3),
        "actor": {"id": "staff-00042", "role": "TOWNSHIP_OFFICER", "org": "11469999008174419M", "division": division},
        "source": "API",
        "correlation_id": id_of("correlation", stream),
        "causation_id": id_of("causation", stream, version),
        "policy_version": "46/2018.1",
        "reason_code": None,
        "evidence": [{"kind": "FORM", "sha256": bytes(range(32))}],
        "corrects_event_id": None,
        "division": division,
        "previous_hash": NO_HASH,
    }


class Meter:
    """The aggregate; in memory it looks like every other one of the registry."""

    TOPIC = "meter"

    def __init__(self, id: UUID) -> None:
        self.id = id
        self.version = 0
        self.total = Decimal(0)
        self._pending: list[RegistryEvent] = []

    @classmethod
    def opened(cls, id: UUID) -> "Meter":
        meter = cls(id)
        meter._trigger(MeterOpened(**envelope(id, 1), household_id=id_of("household", id)))
        return meter

    def read(self, amount: str, event_id: UUID | None = None) -> None:
        """event_id: where writers race for a version, each of their events has to have its own."""
        stream, version = self.id, self.version + 1
        own = {} if event_id is None else {"event_id": event_id}
        step = {"step_id": id_of("step", stream, version), "units": 3}
        self._trigger(
            MeterRead(
                **envelope(stream, version) | own,
                amount=Decimal(amount),
                read_on=date(2018, 9, 2),
                readers=[id_of("reader", 1), id_of("reader", 2)],
                steps=[step],
            )
        )

    @property
    def pending(self) -> tuple[RegistryEvent, ...]:
        return tuple(self._pending)

    def collect_events(self) -> list[RegistryEvent]:
        collected, self._pending = self._pending, []
        return collected

    @classmethod
    def replay(cls, aggregate: "Meter | None", events: Any) -> "Meter | None":
        for event in events:
            if aggregate is None:
                aggregate = cls(event.originator_id)
            assert event.originator_version == aggregate.version + 1
            event.mutate(aggregate)
        return aggregate

    def _trigger(self, event: RegistryEvent) -> None:
        event.mutate(self)
        self._pending.append(event)


@dataclass
class SetClock:
    """A clock that tests set."""

    instant: datetime = field(default=BEGINNING)

    def now(self) -> datetime:
        return self.instant

    def advance(self, **by: float) -> None:
        """Move on, or back; see timedelta."""
        self.instant += timedelta(**by)


class DailyCloser:
    """Closes each day at midnight UTC."""

    def next_cut_off(self, after: datetime) -> datetime:
        return after.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)

    def closing_events(self, after: datetime, until: datetime) -> list[RegistryEvent]:
        events: list[RegistryEvent] = []
        cut_off = self.next_cut_off(after)
        while cut_off <= until:
            day = (cut_off - timedelta(days=1)).date()
            events.append(DayClosed(**envelope(id_of("day", day), 1), day=day))
            cut_off = self.next_cut_off(cut_off)
        return events
