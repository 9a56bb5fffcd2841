"""`registry sample` on a real register: drawn, checked over HTTP, drawn again later, and still the same."""

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from deploy.composition.write_side import write_side
from projections.database import open_engine
from registry.household.ledger import RecordLedgerHousehold
from schemas.access import Actor
from tests.support.api_client import Api, an_api
from tests.support.asked import Asked, somebody
from tests.support.hand_set_register import give, make_installation, move_clock, settings_for
from tests.support.histories import exited
from tests.support.program import registry
from tests.support.scenario import COUNTY, DAY_ONE, HOUSEHOLD, OTHER_VILLAGE, PROVINCE, VILLAGE, Step, by, day

SUPERVISOR = somebody("SUPERVISOR", PROVINCE)
LATER = date(2040, 2, 1)
"""After anything that the program records in these tests by the clock of its machine."""
PATH = f"/v1/divisions/{COUNTY}/sample-checks"
YEARS = {"from": "2018-01-01", "to": "2040-12-31"}


def ledger(number: int, on: date = DAY_ONE) -> Step:
    village = OTHER_VILLAGE if number % 2 else VILLAGE
    fields = {"effective_on": on, "division": village, "size": 2, "labour_count": 1}
    command = RecordLedgerHousehold(household_id=UUID(int=number), **fields)  # type: ignore[arg-type]
    return by(somebody("TOWNSHIP_OFFICER", f"{village[:9]}000"), command)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A register in which one household has exited and thirty were never registered, all of it known."""
    make_installation(tmp_path)
    with an_api(tmp_path) as api:
        give(api.side, [ledger(number) for number in range(1, 31)])
        give(api.side, exited())
        shown(api, 260)
    return tmp_path


def shown(api: Api, number: int) -> None:
    move_clock(api.side, day(number))
    api.side.store.close_periods()
    api.flow()


def token(folder: Path, role: str = "SUPERVISOR", division: str = PROVINCE) -> str:
    with write_side(settings_for(folder)) as side:
        until = side.clock.now() + timedelta(days=30)
        return side.tokens.create(Actor("team-3", role, "office-3", division), until).reveal()


def drawn(folder: Path, kind: str, size: int, seed: str = "q4-2018") -> tuple[str, list[str]]:
    done = registry(
        "--lang", "en", "sample", "draw", "--data", folder, "--place", COUNTY, "--kind", kind, "--size", size, "--seed", seed,
        "--token", token(folder),
    )  # fmt: skip
    assert done.status == 0, done.err
    first, _, *households = done.lines
    return first.split()[1].rstrip(":"), households


def test_a_sample_is_drawn_checked_and_told_with_its_n(folder: Path) -> None:
    sample_id, households = drawn(folder, "MISSED", 5)
    exits, of_exits = drawn(folder, "WRONG_EXIT", 5)
    assert (len(set(households)), of_exits) == (5, [str(HOUSEHOLD)])
    with an_api(folder) as api:
        move_clock(api.side, LATER)
        on = {"effective_on": LATER.isoformat(), "checker": "staff-3"}
        for household_id, result, persons in zip(
            households[:4], ("NOT_MISSED", "MISSED", "NOT_MISSED", "NOT_REACHED"), (3, 2, 5, 9), strict=True
        ):
            body = {**on, "household_id": household_id, "result": result, "persons": persons}
            answer = api.post(f"/v1/samples/{sample_id}/record-sample-check", SUPERVISOR, body)
            assert answer.status_code == 200, answer.get_data(as_text=True)
        body = {**on, "household_id": str(HOUSEHOLD), "result": "MISSED", "persons": 3}
        refused = api.post(f"/v1/samples/{exits}/record-sample-check", SUPERVISOR, body)
        assert (refused.status_code, refused.get_json()["code"]) == (422, "E-SAMPLE-RESULT")
        api.flow()
        answer = Asked(api).json(PATH, **YEARS)
    missed = answer["by_kind"]["MISSED"]
    assert missed["rate"] == {"of": "PERSONS", "numerator": 2, "denominator": 10, "percent": "20.00"}
    assert (missed["drawn"], missed["checked"], missed["not_reached"]) == (
        5,
        {"households": 3, "persons": 10},
        {"households": 1, "persons": 9},
    )
    assert answer["by_kind"]["WRONG_EXIT"]["rate"] == {"of": "HOUSEHOLDS", "numerator": 0, "denominator": 0, "percent": None}
    assert {one["sample_id"]: (one["kind"], one["frame_size"], one["seed"]) for one in answer["samples"]} == {
        sample_id: ("MISSED", 30, "q4-2018"),
        exits: ("WRONG_EXIT", 1, "q4-2018"),
    }


def test_a_sample_can_be_drawn_again_after_the_register_has_moved_on(folder: Path) -> None:
    sample_id, households = drawn(folder, "MISSED", 5)
    assert drawn(folder, "MISSED", 5)[1] == households != drawn(folder, "MISSED", 5, seed="another")[1]
    with an_api(folder) as api:
        move_clock(api.side, LATER)
        give(api.side, [ledger(number, LATER) for number in range(31, 41)])
        api.flow()
    repeated = registry("--lang", "en", "sample", "repeat", "--data", folder, sample_id)
    assert (repeated.status, repeated.lines[1]) == (0, "the same: drawn again it is the same 5 households, of 30"), repeated.err


def test_a_sample_that_was_tampered_with_is_found_out(folder: Path) -> None:
    sample_id, _ = drawn(folder, "MISSED", 5)
    with an_api(folder) as api:
        move_clock(api.side, LATER)
        api.flow()
    (view,) = (folder / "views").glob("register-*.db")
    engine = open_engine(f"sqlite:///{view}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sample_household SET household_id = ? WHERE ordinal = 0", (UUID(int=99).bytes,))
    engine.dispose()
    repeated = registry("--lang", "en", "sample", "repeat", "--data", folder, sample_id)
    assert (repeated.status, repeated.lines[1].split(":")[0]) == (1, "another one")


def test_what_cannot_be_drawn_says_why(folder: Path) -> None:
    draw = ["--lang", "en", "sample", "draw", "--data", folder, "--kind", "WRONG_EXIT", "--size", 3, "--seed", "q4-2018"]
    nobody = registry(*draw, "--place", "469024000000", "--token", token(folder))
    assert (nobody.status, nobody.codes) == (1, ["E-SAMPLE-FRAME"])
    far = registry(*draw, "--place", COUNTY, "--token", token(folder, "COUNTY_OFFICER", "469024000000"))
    assert (far.status, far.codes) == (1, ["E-AUTH-SCOPE"])
    stranger = registry(*draw, "--place", COUNTY, "--token", "nobody")
    assert (stranger.status, stranger.codes) == (1, ["E-AUTH-TOKEN"])
    assert registry("sample", "repeat", "--data", folder, UUID(int=1)).codes == ["E-SAMPLE-UNKNOWN"]


def test_only_whom_the_kind_concerns_is_drawn(folder: Path) -> None:
    missed, everybody = drawn(folder, "MISSED", 40)[1], drawn(folder, "APPROVAL", 40)[1]
    assert set(everybody) - set(missed) == {str(HOUSEHOLD)}
    assert len(missed) == 30
