"""A store of meters, on either engine, and what must be true of every store whatever was done to it."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from registry.store.application import RegistryApplication
from registry.store.event_store import NO_HASH, RegistryEventStore
from registry.store.opening import create_store, open_store, recorder_for
from registry.store.period_closer import PeriodCloser
from registry.store.recorder import RawRow, StoreRecorder
from schemas.catalogue import Catalogue
from schemas.clock import Clock
from schemas.codec import Codec
from tests.support.meter import Meter, id_of

PAGE = 1000


@dataclass(frozen=True)
class MeterDatabase:
    """Where a store of meters is. Goes to other processes, so it must be picklable. schemas: folder of their schemas."""

    url: str
    schemas: Path

    def create(self) -> None:
        create_store(self.url)

    def open(self, clock: Clock, closer: PeriodCloser | None = None) -> RegistryEventStore:
        return open_store(self.url, clock, closer=closer, catalogue=Catalogue(self.schemas))

    def recorder(self) -> StoreRecorder:
        return recorder_for(self.url)

    def codec(self) -> Codec:
        return Codec(Catalogue(self.schemas))


def meter_with(application: RegistryApplication, name: object, *amounts: str) -> Meter:
    """A meter that was opened and read, each in a save of its own."""
    meter = Meter.opened(id_of("meter", name))
    application.save(meter)
    for amount in amounts:
        meter.read(amount)
        application.save(meter)
    return meter


def all_rows(recorder: StoreRecorder) -> list[RawRow]:
    """Everything in the store, page by page."""
    rows: list[RawRow] = []
    while page := recorder.select_raw(rows[-1][0] if rows else 0, PAGE):
        rows += page
    return rows


def check_store(recorder: StoreRecorder, codec: Codec) -> list[RawRow]:
    """Assert what always holds: no gap in positions or versions, no stamp that decreases, no broken link; and the event's own
    words agree with its row. Returns the rows."""
    rows = all_rows(recorder)
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1)), "positions have a gap"
    stamps = [row[4] for row in rows]
    assert stamps == sorted(stamps), "recorded_at decreased"
    last: dict[bytes, bytes] = {}
    versions: dict[bytes, int] = defaultdict(int)
    for position, stream, event_type, state, recorded_at_us in rows:
        schema, values = codec.decode_raw(state)
        versions[stream] += 1
        said = (schema.event_type, values["aggregate_id"], values["version"], values["recorded_at"])
        assert said == (event_type, stream, versions[stream], recorded_at_us), f"the event at {position} says otherwise"
        before = last.get(stream)
        expected = NO_HASH if before is None else hashlib.sha256(before).digest()
        assert values["previous_hash"] == expected, f"the link at {position} is broken"
        last[stream] = state
    head = recorder.head()
    assert head == ((rows[-1][0], rows[-1][4]) if rows else (0, None))
    return rows


def streams_of(rows: list[RawRow]) -> dict[UUID, int]:
    """How many events each stream has."""
    counted: dict[UUID, int] = defaultdict(int)
    for row in rows:
        counted[UUID(bytes=row[1])] += 1
    return dict(counted)
