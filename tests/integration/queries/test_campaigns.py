"""Comparison runs, mismatches and sweeps over HTTP: real commands, the real fold, both engines, both clocks."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from typing import Any

import pytest
from flask import Flask
from openapi_schema_validator import OAS31Validator

from projections.api import get_division_comparison_runs, get_division_sweeps, get_mismatches
from projections.database import open_engine
from projections.register.read_model import REGISTER
from projections.register.tables import METADATA
from registry.campaigns.handling import AssignMismatch
from registry.campaigns.mismatch import mismatch_id_of
from schemas.access import Actor, permissions
from tests.support.campaigns import (
    MISMATCH,
    RUN,
    SWEEP,
    acted,
    assigned,
    checked,
    found,
    listed,
    mismatch_closed,
    run_closed,
    run_opened,
    sweep_closed,
    sweep_opened,
    verdict,
)
from tests.support.expense_facts import barriers, messages, placed
from tests.support.families import OTHER_HOUSEHOLD, neighbours, opening
from tests.support.query_app import ask, query_app, told
from tests.support.register import a_register
from tests.support.scenario import FAR_VILLAGE, HOUSEHOLD, TOWNSHIP, day, noon_of

PROVINCE, COUNTY, FAR_COUNTY = "460000000000", TOWNSHIP[:6] + "000000", "469024000000"
NOW = noon_of(day(80)).astimezone(UTC)
FAR_TOWNSHIP = "469024100000"
OTHERS = mismatch_id_of(RUN, "VEHICLE", "VEHICLE_OWNER", OTHER_HOUSEHOLD, None)
RUNS, SWEEPS = "/v1/divisions/{}/comparison-runs", "/v1/divisions/{}/sweeps"
WORK = "/v1/mismatches"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('campaigns') / 'register.db'}"
    else:
        url = request.getfixturevalue("new_postgres_database")()
    engine = open_engine(url)
    METADATA.create_all(engine)
    register = a_register(
        opening(), neighbours(division=FAR_VILLAGE), run_opened(), sweep_opened(), listed("DISABLED", "DIBAO"), checked(),
        found(),
        found(sector="HUKOU", rule="DECEASED_MEMBER"), assigned(), verdict(), acted(), mismatch_closed(),
        found(household_id=OTHER_HOUSEHOLD), AssignMismatch(mismatch_id=OTHERS, effective_on=day(14), township=FAR_TOWNSHIP),
        run_closed(), sweep_closed(),
    )  # fmt: skip
    events = sorted(
        (event for stream in register.streams for event in register.events(stream)), key=lambda event: event.timestamp
    )
    told_of = [*messages(events), *barriers(events[0].timestamp, NOW)]
    REGISTER.project(engine).fold(placed(told_of, REGISTER.topics))
    yield query_app(engine, NOW)
    engine.dispose()


def the_run(app: Flask, parameters: str = "", division: str = COUNTY) -> Any:
    (run,) = told(app, RUNS.format(division) + parameters)["runs"]
    return run


def some(counts: dict[str, int]) -> dict[str, int]:
    return {code: number for code, number in counts.items() if number}


def moment(on: int, known: int) -> str:
    known_at = noon_of(day(known)).astimezone(UTC) + timedelta(minutes=1)
    return f"?as_of={day(on).isoformat()}&known_at={known_at.isoformat().replace('+00:00', 'Z')}"


class TestRuns:
    def test_a_run_is_told_with_how_far_what_it_found_is(self, app: Flask) -> None:
        run = the_run(app)
        assert (run["run_id"], run["year"], run["half"]) == (str(RUN), 2018, 2)
        assert (run["window_from"], run["window_to"]) == ("2018-07-01", "2018-12-31")
        assert run["sectors"] == ["DIBAO", "HUKOU", "VEHICLE"]
        assert (run["opened_on"], run["closed_on"]) == (day(5).isoformat(), day(40).isoformat())
        assert (run["found"], run["overdue"]) == (2, 0)
        assert some(run["by_state"]) == {"FOUND": 1, "CLOSED": 1}
        assert some(run["by_sector"]) == {"VEHICLE": 1, "HUKOU": 1}
        assert some(run["by_verdict"]) == {"TRUE_POSITIVE": 1}
        assert some(run["by_outcome"]) == {"CORRECTION": 1}

    @pytest.mark.parametrize(
        ("on", "known", "states", "closed"),
        [
            (9, 80, {}, False),
            (10, 80, {"FOUND": 2}, False),
            (11, 80, {"FOUND": 1, "ASSIGNED": 1}, False),
            (12, 80, {"FOUND": 1, "VERIFIED": 1}, False),
            (13, 80, {"FOUND": 1, "ACTED": 1}, False),
            (40, 80, {"FOUND": 1, "CLOSED": 1}, True),
            (12, 12, {"FOUND": 1, "VERIFIED": 1}, False),
        ],
    )
    def test_at_a_moment_it_is_as_far_as_it_was(
        self, app: Flask, on: int, known: int, states: dict[str, int], closed: bool
    ) -> None:
        run = the_run(app, f"?as_of={day(on).isoformat()}" if known == 80 else moment(on, known))
        assert (some(run["by_state"]), run["closed_on"] is not None) == (states, closed)

    def test_what_was_not_known_yet_is_not_there(self, app: Flask) -> None:
        known_at = (noon_of(day(11)).astimezone(UTC) - timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
        assert some(the_run(app, f"?known_at={known_at}")["by_state"]) == {"FOUND": 2}

    def test_what_waits_beyond_its_day_is_overdue(self, app: Flask) -> None:
        run = the_run(app, division=FAR_COUNTY)
        assert (run["found"], some(run["by_state"]), run["overdue"]) == (1, {"ASSIGNED": 1}, 1)
        (one,) = told(app, f"{WORK}?division={FAR_COUNTY}&overdue=true")["mismatches"]
        due_on = date.fromisoformat(one["due_on"])
        assert (one["overdue"], one["division"]) == (True, FAR_TOWNSHIP)
        for on, overdue in ((due_on, 0), (due_on + timedelta(days=1), 1)):
            assert the_run(app, f"?as_of={on.isoformat()}", FAR_COUNTY)["overdue"] == overdue

    def test_a_day_that_has_not_come_is_refused(self, app: Flask) -> None:
        for path in (RUNS, SWEEPS):
            refused = ask(app, path.format(COUNTY) + "?as_of=2030-01-01&known_at=2030-01-01T00:00:00Z").get_json()
            assert {fault["code"] for fault in refused["violations"]} == {"E-DATE-FUTURE", "E-KNOWN-AT"}


class TestMismatches:
    def test_the_list_tells_each_with_its_words(self, app: Flask) -> None:
        document = told(app, f"{WORK}?division={COUNTY}&state=CLOSED")
        (one,) = document["mismatches"]
        assert (one["mismatch_id"], one["household_id"], one["run_id"]) == (str(MISMATCH), str(HOUSEHOLD), str(RUN))
        assert (one["division"], one["found_on"], one["due_on"]) == (TOWNSHIP, day(10).isoformat(), None)
        assert (one["verdict"], one["outcome"], one["overdue"]) == ("TRUE_POSITIVE", "CORRECTION", False)
        assert document["labels"]["mismatch_state"]["CLOSED"]["en"]
        assert document["labels"]["division"][TOWNSHIP]["zh"]

    @pytest.mark.parametrize(
        ("parameters", "number"),
        [
            ("", 3), ("?state=FOUND,CLOSED", 2), ("?state=ASSIGNED", 1), ("?sector=HUKOU", 1), ("?rule=VEHICLE_OWNER", 2),
            (f"?run={RUN}", 3), (f"?run={SWEEP}", 0), ("?overdue=true", 1), ("?overdue=false", 2),
            (f"?division={FAR_COUNTY}", 1), ("?sector=HUKOU&state=CLOSED", 0),
        ],
    )  # fmt: skip
    def test_every_filter_holds(self, app: Flask, parameters: str, number: int) -> None:
        assert len(told(app, WORK + parameters)["mismatches"]) == number

    def test_pages_make_up_the_list(self, app: Flask) -> None:
        first = told(app, f"{WORK}?limit=1")
        second = told(app, f"{WORK}?limit=2&cursor={first['next']}")
        assert second["next"] is None
        assert [*first["mismatches"], *second["mismatches"]] == told(app, WORK)["mismatches"]
        assert ask(app, f"{WORK}?sector=HUKOU&cursor={first['next']}").get_json()["code"] == "E-CURSOR"

    def test_the_sheet_has_the_same_rows_in_both_languages(self, app: Flask) -> None:
        of_both = ("zh", "疑点状态", {"已发现", "已交办", "已办结"}), ("en", "State", {"Found", "Assigned", "Closed"})
        for language, heading, words in of_both:
            response = ask(app, WORK, Accept="text/csv", Accept_Language=language)
            rows = list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))
            assert {row[heading] for row in rows} == words

    def test_every_fault_is_told_at_once(self, app: Flask) -> None:
        parameters = "run=7&state=LOST&division=469030100999&colour=red"
        refused = ask(app, f"{WORK}?{parameters}").get_json()
        assert {(fault["code"], fault["field"]) for fault in refused["violations"]} == {
            ("E-FIELD-TYPE", "run"), ("E-CODE-UNKNOWN", "state"), ("E-DIVISION-UNKNOWN", "division"),
            ("E-FIELD-UNKNOWN", "colour"),
        }  # fmt: skip
        refused = ask(app, f"{WORK}?limit=1", Accept="text/csv").get_json()
        assert [(fault["code"], fault["field"]) for fault in refused["violations"]] == [("E-FIELD-NOT-ALLOWED", "limit")]


class TestSweeps:
    def test_a_sweep_is_told_by_group_and_result(self, app: Flask) -> None:
        (sweep,) = told(app, SWEEPS.format(COUNTY))["sweeps"]
        assert (sweep["sweep_id"], sweep["year"], sweep["closed_on"]) == (str(SWEEP), 2018, day(60).isoformat())
        assert (sweep["listed"], sweep["checked"]) == (1, 1)
        assert some(sweep["by_result"]) == {"ALREADY_REGISTERED": 1}
        progress = {code: group for code, group in sweep["by_group"].items() if group["listed"]}
        assert progress == {code: {"listed": 1, "checked": 1} for code in ("DISABLED", "DIBAO")}

    def test_before_anybody_was_there_nothing_is_checked(self, app: Flask) -> None:
        (sweep,) = told(app, SWEEPS.format(COUNTY) + f"?as_of={day(6).isoformat()}")["sweeps"]
        assert (sweep["listed"], sweep["checked"], sweep["closed_on"]) == (1, 0, None)
        assert told(app, SWEEPS.format(COUNTY) + f"?as_of={day(4).isoformat()}")["sweeps"] == []


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        (RUNS.format(COUNTY), get_division_comparison_runs.ANSWER),
        (SWEEPS.format(COUNTY), get_division_sweeps.ANSWER),
        (WORK, get_mismatches.ANSWER),
    ],
)
def test_answers_are_what_the_document_says(app: Flask, path: str, schema: Any) -> None:
    OAS31Validator(schema).validate(told(app, path))


@pytest.mark.parametrize("role", sorted(permissions()["query.totals"]))
def test_everybody_sees_the_own_division_alone(app: Flask, role: str) -> None:
    who = Actor("u-1", role, "office-1", COUNTY)
    for path in (RUNS.format(COUNTY), SWEEPS.format(COUNTY)):
        assert ask(app, path, who).status_code == 200
    for path in (RUNS.format(PROVINCE), SWEEPS.format(FAR_COUNTY)):
        assert ask(app, path, who).get_json()["code"] == "E-AUTH-SCOPE"
    lists = role in permissions()["query.list"]
    assert ask(app, WORK, who).status_code == (200 if lists else 403)
    assert ask(app, f"{WORK}?division={FAR_COUNTY}", who).status_code == 403
