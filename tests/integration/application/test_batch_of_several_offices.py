"""Commands of several offices in one batch: each is weighed by its own events, not by those that others left pending."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from deploy.clocks import HandSetClock
from deploy.composition.write_side import WriteSide, prepare, write_side
from deploy.settings import Settings
from registry.application.batch import Batch
from registry.application.request import Request
from registry.household.ledger import RecordLedgerHousehold
from registry.household.relocation import RelocateHousehold
from registry.household.visits import RecordHomeVisit
from registry.reference.division_set import ChangedDivision, ChangeDivisions
from registry.refusal import Refused
from schemas.access import Actor

HOUSEHOLD = UUID(int=(0x5EED << 64) + 1)
HERE, THERE = "469024101201", "469024102201"
DAY = date(2018, 9, 10)
PROVINCE = Actor("province-1", "PROVINCE_OFFICER", "office", "460000000000")
COUNTY = Actor("county-1", "COUNTY_OFFICER", "office", "469024000000")
CLERK_HERE = Actor("clerk-1", "VILLAGE_CLERK", "office", HERE)
CLERK_THERE = Actor("clerk-2", "VILLAGE_CLERK", "office", THERE)


def asked_by(actor: Actor) -> Request:
    return Request(actor, "API", UUID(int=7), UUID(int=7))


def make_villages(side: WriteSide) -> None:
    villages = tuple(ChangedDivision(code=code, level="VILLAGE", name_zh="村") for code in (HERE, THERE))
    side.service.execute(ChangeDivisions(effective_on=DAY, edition="2018", divisions=villages), asked_by(PROVINCE))
    side.shelf.refresh()


def visit() -> RecordHomeVisit:
    facts = {"visitor_role": "VILLAGE_CADRE", "visitor_id": "clerk-2", "purpose": "TOUR", "minutes": 20}
    return RecordHomeVisit(household_id=HOUSEHOLD, effective_on=DAY, **facts)  # type: ignore[arg-type]


def test_the_clerk_of_the_new_village_acts_in_the_batch_that_brought_the_household(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path))
    clock = HandSetClock(datetime(2018, 9, 10, 1, tzinfo=UTC))
    prepare(settings, clock=clock)
    with write_side(settings, clock=clock) as side:
        make_villages(side)
        batch = Batch(side.service, lambda given, refused: None)
        entry = RecordLedgerHousehold(household_id=HOUSEHOLD, effective_on=DAY, division=HERE, size=3, labour_count=1)
        batch.add(entry, asked_by(CLERK_HERE))
        batch.add(RelocateHousehold(household_id=HOUSEHOLD, effective_on=DAY, to_division=THERE), asked_by(COUNTY))
        batch.add(visit(), asked_by(CLERK_THERE))
        with pytest.raises(Refused, match="E-AUTH-SCOPE"):
            batch.add(visit(), asked_by(CLERK_HERE))
        batch.save()
        divisions = [event.division for event in side.application.events.get(HOUSEHOLD)]
    assert divisions == [HERE, HERE, THERE]
