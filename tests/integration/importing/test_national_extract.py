"""`registry national import` on a real register: compared, recorded once, told, resolved; what is wrong is in an error sheet."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.composition.write_side import write_side
from registry.household.ledger import RecordLedgerHousehold
from registry.importing.identity import Identities
from schemas.access import Actor
from tests.support.api_client import an_api
from tests.support.asked import OF_THE_PROVINCE, Asked, somebody
from tests.support.hand_set_register import give, make_installation, settings_for
from tests.support.program import Called, registry
from tests.support.scenario import COUNTY, PROVINCE, VILLAGE, by, day

NUMBERS = [f"46903010020100{place:02}" for place in range(1, 6)]
PATH = f"/v1/divisions/{COUNTY}/sync-discrepancies"
TITLES = ["户编号", "AAR010", "行政村代码", "家庭人口数", "AAC007"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A register that knows five households of two, by their numbers, none of them registered."""
    make_installation(tmp_path / "data")
    with an_api(tmp_path / "data") as api:
        identities = Identities(api.side.vault.request_digest, PROVINCE[:2])
        who = somebody("TOWNSHIP_OFFICER", f"{VILLAGE[:9]}000")
        for number in NUMBERS:
            command = RecordLedgerHousehold(
                household_id=identities.household(number), effective_on=day(0), division=VILLAGE, size=2, labour_count=1
            )
            give(api.side, [by(who, command)])
    return tmp_path / "data"


def extract(folder: Path, rows: list[list[str]], name: str = "extract.csv") -> Path:
    path = folder.parent / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([TITLES, *rows])
    return path


def compared(folder: Path, path: Path, role: str = "COUNTY_OFFICER", division: str = COUNTY) -> Called:
    with write_side(settings_for(folder)) as side:
        until = side.clock.now() + timedelta(days=30)
        token = side.tokens.create(Actor("clerk-3", role, "office-3", division), until).reveal()
    return registry("--lang", "en", "national", "import", path, "--data", folder, "--token", token)


def told(folder: Path, **parameters: str) -> dict[str, object]:
    with an_api(folder) as api:
        api.flow()
        answer: dict[str, object] = Asked(api).json(PATH, OF_THE_PROVINCE, **parameters)
        return answer


def test_differences_are_recorded_once_and_resolved_when_they_are_gone(folder: Path) -> None:
    rows = [[NUMBERS[0], "0", VILLAGE, "2", ""], [NUMBERS[1], "0", "", "3", "因病"]]
    first = compared(folder, extract(folder, rows))
    assert (first.status, first.lines) == (
        0,
        ["compared 2 rows: 4 new differences, 0 that are gone; 0 rows not compared"],
    ), first.err
    again = compared(folder, extract(folder, rows))
    assert again.lines == ["compared 2 rows: 0 new differences, 0 that are gone; 0 rows not compared"]
    rows[1][3] = "2"
    later = compared(folder, extract(folder, rows, "later.csv"))
    assert later.lines == ["compared 2 rows: 0 new differences, 1 that are gone; 0 rows not compared"]
    answer = told(folder)
    assert answer["open_by_field"] == {"STATUS": 2, "DIVISION": 0, "SIZE": 0, "ATTRIBUTE": 0, "MAIN_CAUSE": 1}
    assert (answer["open"], answer["resolved_by_outcome"]) == (
        3,
        {"AGREED": 1, "REGISTER_CORRECTED": 0, "NATIONAL_CORRECTED": 0, "BOTH_RIGHT": 0},
    )
    assert len(told(folder, field="STATUS", limit="1")["differences"]) == 1  # type: ignore[arg-type]


def test_a_person_says_who_was_right(folder: Path) -> None:
    path = extract(folder, [[NUMBERS[0], "0", "", "2", ""]])
    compared(folder, path)
    (difference,) = told(folder)["differences"]  # type: ignore[misc]
    with an_api(folder) as api:
        body = {"effective_on": day(0).isoformat(), "field": "STATUS", "outcome": "NATIONAL_CORRECTED"}
        route = f"/v1/households/{difference['household_id']}/resolve-sync-discrepancy"
        who = somebody("COUNTY_OFFICER", COUNTY)
        assert api.post(route, who, body).status_code == 200
        twice = api.post(route, who, body)
        far = api.post(route, somebody("COUNTY_OFFICER", "469024000000"), body)
    assert (twice.status_code, twice.get_json()["code"]) == (422, "E-SYNC-NOT-OPEN")
    assert (far.status_code, far.get_json()["code"]) == (403, "E-AUTH-SCOPE")
    assert compared(folder, path).lines[0].startswith("compared 1 rows: 0 new differences")
    assert told(folder)["open"] == 0


def test_rows_that_cannot_be_compared_go_to_an_error_sheet_and_the_others_are(folder: Path) -> None:
    rows = [
        [NUMBERS[0], "0", "", "2", ""],
        ["4690301002019999", "0", "", "2", ""],
        [NUMBERS[1], "9", "", "2", ""],
        ["", "1", "", "", ""],
        [NUMBERS[0], "1", "", "2", ""],
        [NUMBERS[2], "0", "", "200", ""],
    ]
    done = compared(folder, extract(folder, rows))
    assert (done.status, done.lines[0]) == (1, "compared 1 rows: 1 new differences, 0 that are gone; 5 rows not compared")
    with (folder.parent / "extract.errors.csv").open(encoding="utf-8-sig", newline="") as file:
        _, *sheet = csv.reader(file)
    found = [(row[len(TITLES)], row[len(TITLES) + 2]) for row in sheet]
    assert found == [
        ("3", "E-HOUSEHOLD-UNKNOWN"),
        ("4", "E-CODE-UNKNOWN"),
        ("5", "E-FIELD-MISSING"),
        ("6", "E-IMPORT-DISAGREES"),
        ("7", "E-FIELD-RANGE"),
    ]


def test_nobody_compares_households_of_another_place(folder: Path) -> None:
    done = compared(folder, extract(folder, [[NUMBERS[0], "0", "", "2", ""]]), division="469024000000")
    assert (done.status, done.lines[1].split()[0]) == (1, "E-AUTH-SCOPE")
    clerk = compared(folder, extract(folder, [[NUMBERS[0], "0", "", "2", ""]]), role="VILLAGE_CLERK", division=VILLAGE)
    assert (clerk.status, clerk.codes) == (1, ["E-AUTH-ROLE"])


def test_no_number_and_no_value_of_the_file_is_in_an_event(folder: Path) -> None:
    compared(folder, extract(folder, [[NUMBERS[0], "0", "", "7", "因残"]]))
    stored = (folder / "registry.db").read_bytes() + b"".join(p.read_bytes() for p in folder.glob("registry.db-*"))
    assert NUMBERS[0].encode() not in stored
    with write_side(settings_for(folder)) as side:
        _, events = side.store.events_of_types(0, ["reference.sync_discrepancy_found"])
    assert len(events) == 3
    assert "DISABILITY" not in repr([vars(event) for event in events])


def test_a_template_is_written(tmp_path: Path) -> None:
    done = registry("--lang", "zh", "national", "import", "--template", "-o", tmp_path / "national.xlsx")
    assert (done.status, (tmp_path / "national.xlsx").stat().st_size > 5_000) == (0, True), done.err
    assert registry("national", "import").status == 2
