"""A register with households in it, for the paths that are measured."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.clocks import SystemClock
from deploy.composition.migrations import migrate
from deploy.composition.write_side import WriteSide, prepare, write_side
from deploy.settings import Settings
from registry.application.batch import Batch
from registry.application.request import Request
from registry.household.ledger import RecordLedgerHousehold
from registry.household.visits import RecordHomeVisit
from registry.reference.division_set import ChangedDivision, ChangeDivisions
from schemas.access import Actor

VILLAGE = "469030100201"
ROOT = Actor("registry", "PROVINCE_OFFICER", "registry", "460000000000")
TOWNSHIP = Actor("staff-00042", "TOWNSHIP_OFFICER", "11469999008174419M", "469030100000")
DAY = date(2018, 10, 1)


@contextmanager
def a_register(store_url: str = "", **options: Any) -> Iterator[WriteSide]:
    """A new register in a temporary folder, with one village; its events are in that database if one is named."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.read({}, data=folder, store_url=store_url, synthetic_ids=True)
        migrate(settings)
        prepare(settings)
        with write_side(settings, clock=SystemClock(), **options) as side:
            village = ChangedDivision(code=VILLAGE, level="VILLAGE", name_zh="示例村")
            side.service.execute(
                ChangeDivisions(effective_on=DAY, edition="benchmark", divisions=(village,)), given_by(side, ROOT)
            )
            side.shelf.refresh()
            yield side


def given_by(side: WriteSide, actor: Actor = TOWNSHIP) -> Request:
    """A request of this actor, in a conversation of its own; back-dating is the county's to allow, so days are today's."""
    conversation = side.next_id()
    return Request(actor, "API", conversation, conversation)


def visit(household_id: UUID) -> RecordHomeVisit:
    """A home visit of today."""
    return RecordHomeVisit(
        household_id=household_id,
        effective_on=today(),
        visitor_role="HELPER",
        visitor_id="staff-00017",
        purpose="SURVEY",
        minutes=35,
        fields_compared=12,
        differences=("INCOME",),
    )


def today() -> date:
    """The day of the machine's clock, in UTC: never after the province's."""
    return SystemClock().now().date()


def add_households(side: WriteSide, count: int, visits: int, batch_size: int = 1000) -> list[UUID]:
    """Households of the village ledger with some visits each, saved in batches of about so many events."""
    at_once = max(batch_size // (visits + 1), 1)
    ids = [side.next_id() for _ in range(count)]
    for start in range(0, count, at_once):
        decide_households(side, at_once, visits, ids[start : start + at_once]).save()
    return ids


def decide_households(side: WriteSide, count: int, visits: int, ids: list[UUID] | None = None) -> Batch:
    """The same, decided and not saved yet."""
    batch = Batch(side.service, lambda given, refused: None)
    for household_id in ids if ids is not None else [side.next_id() for _ in range(count)]:
        entry = RecordLedgerHousehold(household_id=household_id, effective_on=today(), division=VILLAGE, size=3, labour_count=1)
        batch.add(entry, given_by(side))
        for _ in range(visits):
            batch.add(visit(household_id), given_by(side))
    return batch


def size_of(path: Path) -> int:
    """Bytes of a database and its write-ahead log."""
    return sum(file.stat().st_size for file in path.parent.glob(path.name + "*"))
