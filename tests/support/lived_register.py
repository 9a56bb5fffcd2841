"""A register that has been lived in: a household that relapsed and came back, a neighbour, one far away; all by real commands.

On day 349 a patient is warned of, and a finding and a complaint are recorded that are about no household.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from deploy.composition.intake_side import INTAKE_ACTOR
from deploy.composition.write_side import WriteSide
from registry.household.corrections import CorrectFact
from registry.household.ledger import RecordLedgerHousehold
from tests.support.api_client import Api, an_api
from tests.support.asked import FAR_HOUSEHOLD, NEIGHBOUR, OF_THE_PROVINCE, PATIENT, Asked, somebody
from tests.support.early_warnings import assessed
from tests.support.hand_set_register import give, make_installation, move_clock, request_of
from tests.support.histories import do, re_entered
from tests.support.scenario import FAR_VILLAGE, HOUSEHOLD, OTHER_VILLAGE, Step, by, day
from tests.support.supervision import assigned, complained, found, team_assigned


@contextmanager
def a_lived_register(folder: Path) -> Iterator[Api]:
    """The register on day 360, its read model up to date, its weeks and months closed."""
    make_installation(folder)
    with an_api(folder) as api:
        give(api.side, [enter(NEIGHBOUR, OTHER_VILLAGE), enter(FAR_HOUSEHOLD, FAR_VILLAGE), *re_entered()])
        api.flow()
        move_clock(api.side, day(350))
        give(api.side, [a_correction(api)])
        a_warning(api)
        give(api.side, under_supervision())
        until(api, 360)
        await_villages(api)
        yield api


def enter(household_id: UUID, village: str, size: int = 2) -> Step:
    """A household in the ledger of a village, or its new size there."""
    command = RecordLedgerHousehold(household_id=household_id, effective_on=day(0), division=village, size=size, labour_count=2)
    return by(somebody("TOWNSHIP_OFFICER", f"{village[:9]}000"), command)


def a_correction(api: Api) -> Step:
    """The county finds that the first home check forgot medical payments."""
    events = Asked(api).json(f"/v1/households/{HOUSEHOLD}/timeline", OF_THE_PROVINCE)["events"]
    first = next(event for event in events if event["event_type"] == "household.home_checked")
    facts = {"medical_self_paid": "1500.00"}
    return by("COUNTY_OFFICER", do(CorrectFact, day(2), corrects_event_id=UUID(first["event_id"]), facts=facts))


def a_warning(api: Api) -> None:
    """What a patient spent whom no household has taken in."""
    command = assessed(on=day(349), subject_kind="PERSON", subject_id=PATIENT)
    api.side.service.execute(command, request_of(api.side, INTAKE_ACTOR))


def under_supervision() -> list[Step]:
    """What a team found in the township, which is to put it right, and what somebody said on the telephone."""
    about = {"household_id": None}
    return [team_assigned(340), found(349, severity="MINOR", **about), assigned(349, due=355), complained(349, **about)]


def await_villages(api: Api) -> None:
    """Wait until the API has looked at the read model's divisions again, which it does once a second."""
    deadline = time.monotonic() + 10
    while Asked(api).get(f"/v1/divisions/{FAR_VILLAGE}", OF_THE_PROVINCE).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def until(api: Api, number: int) -> None:
    """Let it be that day, with all that ends by then."""
    move_clock(api.side, day(number))
    side: WriteSide = api.side
    side.store.close_periods()
    api.flow()
