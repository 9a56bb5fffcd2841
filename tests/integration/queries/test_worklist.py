"""The worklist of early warnings on both engines; of the hospitals' board and what came back, whom is shown what."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from openapi_schema_validator import OAS31Validator

from projections.api import get_hospital_dead_letters, get_hospitals, get_warning, get_warnings
from projections.database import open_engine
from projections.expenses.tables import METADATA
from registry.early_warning.escalate import EscalateEarlyWarning
from registry.early_warning.visit import RecordWarningVisit, VerifyEarlyWarning
from registry.early_warning.warnings import case_id_of, stream_id_of
from schemas.access import Actor, permissions
from schemas.code_tables import table
from tests.support.early_warnings import assessed_person
from tests.support.expense_facts import Told, dead_letter, folded, messages, placed
from tests.support.expenses import HOSPITAL, OTHER_HOSPITAL
from tests.support.query_app import ask, query_app, told
from tests.support.register import a_register

PROVINCE, COUNTY, TOWNSHIP, OTHER_TOWNSHIP = "460000000000", "469030000000", "469030100000", "469030101000"
FAR_COUNTY, FAR_TOWNSHIP = "469024000000", "469024100000"
FAR_HOSPITAL = "H46903000001"
NOW = datetime(2020, 3, 9, 16, 30, tzinfo=UTC)
"""The tenth of March in the province."""
PATH = "/v1/warnings"
ROLES = table("role").codes


def subject(number: int) -> UUID:
    return UUID(int=(0xACE << 64) + number)


def case(number: int) -> str:
    return str(case_id_of(subject(number), 1))


FIRST = case_id_of(subject(1), 1)

ASSESSED = [
    assessed_person(1, "RED", amount=25_000),
    assessed_person(2, division=COUNTY, unclaimed=True),
    assessed_person(3, "BLUE", amount=3500),
    assessed_person(4, "YELLOW", amount=6000, division=FAR_TOWNSHIP, group="EXITED"),
    assessed_person(5, division=OTHER_TOWNSHIP),
    assessed_person(5, "NONE", division=OTHER_TOWNSHIP),
    EscalateEarlyWarning(
        subject_id=subject(1), case_id=case_id_of(subject(1), 1), effective_on=date(2020, 3, 9), escalated_to="COUNTY"
    ),
]
RED, UNCLAIMED, FAR = case(1), case(2), case(4)
OPEN = {RED, UNCLAIMED, FAR}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('intake') / 'intake.db'}"
    else:
        url = request.getfixturevalue("new_postgres_database")()
    engine = open_engine(url)
    METADATA.create_all(engine)
    register = a_register(ASSESSED)
    streams = {stream_id_of(command.subject_id) for command in ASSESSED}
    events = [event for stream in sorted(streams) for event in register.events(stream)]
    expenses = [
        Told(1).message(),
        Told(2, after_days=1).message(),
        Told(3).message(institution=FAR_HOSPITAL),
        dead_letter(5, "E-SEAL", "E-CODE-UNKNOWN", value=b"469999190001011234"),
        dead_letter(7, "E-ID-CHECKSUM"),
        dead_letter(6, "E-SEAL", institution=OTHER_HOSPITAL, after_days=2),
    ]
    folded(engine, placed([*expenses, *messages(events)]))
    yield query_app(None, NOW, engine)
    engine.dispose()


def an(role: str, division: str, organisation: str = "office-1") -> Actor:
    return Actor("u-1", role, organisation, division)


def ids(document: Any) -> list[str]:
    return [one["case_id"] for one in document["warnings"]]


class TestBurden:
    """`GET /v1/warnings/{case_id}/burden`."""

    def test_it_tells_the_sums_of_the_windows_that_end_on_the_day(self, app: Flask) -> None:
        document = told(app, f"{PATH}/{RED}/burden?on=2019-03-18")
        assert (document["subject_kind"], document["subject_id"], document["on"]) == ("PERSON", str(subject(1)), "2019-03-18")
        first, second = document["burdens"]
        assert (first["window"], first["from_day"], first["gross"]) == ("ROLLING_365", "2018-03-19", "0.00")
        assert (second["window"], second["from_day"], second["settlements"]) == ("CALENDAR_YEAR", "2019-01-01", 0)
        assert document["labels"]["warning_window"]["CALENDAR_YEAR"]["en"] == "Calendar year"
        assert told(app, f"{PATH}/{RED}/burden")["on"] == "2020-03-10"

    def test_one_of_elsewhere_is_answered_like_none(self, app: Flask) -> None:
        assert ask(app, f"{PATH}/{FAR}/burden", Actor("u-1", "TOWNSHIP_OFFICER", "office", TOWNSHIP)).status_code == 404
        assert ask(app, f"{PATH}/{case(9)}/burden").status_code == 404
        assert ask(app, f"{PATH}/{RED}/burden?on=x").status_code == 422


class TestWorklist:
    """`GET /v1/warnings`."""

    def test_a_row_says_what_is_to_be_done_until_when_and_why(self, app: Flask) -> None:
        document = told(app, f"{PATH}?level=RED")
        (row,) = document["warnings"]
        assert (row["case_id"], row["subject_kind"], row["subject_id"]) == (RED, "PERSON", str(subject(1)))
        assert (row["state"], row["level"], row["division"]) == ("ASSIGNED", "RED", TOWNSHIP)
        assert (row["basis"], row["rules"], row["group"]) == ("25000.00", ["P4"], "REGISTERED")
        assert row["expenses"] == ["00000000-0000-000e-0000-000000000001"]
        assert row["overdue"] is (row["due_on"] < document["today"])
        assert document["labels"]["warning_state"]["ASSIGNED"] == {"zh": "已交办", "en": "Assigned"}
        assert document["labels"]["warning_rule"]["P4"]["en"] == "Personal burden, fourth step"
        assert document["labels"]["division"][TOWNSHIP]["zh"].startswith("海南省 / ")

    def test_the_day_is_that_in_the_province(self, app: Flask) -> None:
        document = told(app, PATH)
        assert document["today"] == "2020-03-10"
        for row in document["warnings"]:
            raised = datetime.fromisoformat(row["raised_at"])
            assert row["age_days"] == (NOW.date().toordinal() + 1) - raised.date().toordinal()

    @pytest.mark.parametrize(
        ("parameters", "found"),
        [
            ("", OPEN),
            ("state=ASSIGNED", {RED, FAR}),
            ("state=RAISED,ASSIGNED", OPEN),
            ("state=CANCELLED", {case(5)}),
            ("state=WATCHED", "the one that is watched"),
            ("level=RED", {RED}),
            ("level=RED,YELLOW", {RED, FAR}),
            ("group=EXITED", {FAR}),
            ("unclaimed=true", {UNCLAIMED}),
            ("unclaimed=false", {RED, FAR}),
            (f"division={COUNTY}", {RED, UNCLAIMED}),
            (f"division={TOWNSHIP}", {RED}),
            (f"division={FAR_TOWNSHIP}&level=RED", set()),
        ],
    )
    def test_every_condition_must_hold(self, app: Flask, parameters: str, found: Any) -> None:
        rows = told(app, f"{PATH}?{parameters}")["warnings"]
        if found == "the one that is watched":
            assert [(row["subject_id"], row["level"], row["due_on"]) for row in rows] == [(str(subject(3)), "BLUE", None)]
        else:
            assert {row["case_id"] for row in rows} == found

    def test_what_is_overdue_is_what_waits_for_a_day_that_has_passed(self, app: Flask) -> None:
        rows = told(app, PATH)["warnings"]
        late = {row["case_id"] for row in rows if row["due_on"] < "2020-03-10"}
        assert 0 < len(late) < len(rows)
        assert set(ids(told(app, f"{PATH}?overdue=true"))) == late
        assert set(ids(told(app, f"{PATH}?overdue=false"))) == OPEN - late
        assert ids(told(app, f"{PATH}?overdue=true&state=CANCELLED,WATCHED")) == []

    @pytest.mark.parametrize("sort", ["due_on", "-due_on", "raised_at", "division", "-basis", "changed_at"])
    def test_pages_make_up_the_list(self, app: Flask, sort: str) -> None:
        every = "RAISED,ASSIGNED,CANCELLED,WATCHED"
        whole = told(app, f"{PATH}?sort={sort}&state={every}")
        paged, cursor = list[str](), ""
        for _ in range(5):
            page = told(app, f"{PATH}?sort={sort}&state={every}&limit=1{cursor}")
            paged += ids(page)
            cursor = f"&cursor={page['next']}"
        assert page["next"] is None
        assert paged == ids(whole)
        assert len(set(paged)) == 5

    def test_a_cursor_of_another_question_is_refused(self, app: Flask) -> None:
        cursor = told(app, f"{PATH}?limit=1")["next"]
        assert ask(app, f"{PATH}?limit=1&overdue=true&cursor={cursor}").get_json()["code"] == "E-CURSOR"

    def test_every_fault_is_told_at_once(self, app: Flask) -> None:
        problem = ask(app, f"{PATH}?colour=red&level=PINK&overdue=maybe&division=469030100999").get_json()
        assert {(fault["code"], fault["field"]) for fault in problem["violations"]} == {
            ("E-FIELD-UNKNOWN", "colour"), ("E-CODE-UNKNOWN", "level"), ("E-CHOICE", "overdue"),
            ("E-DIVISION-UNKNOWN", "division"),
        }  # fmt: skip

    def test_the_sheet_has_the_same_rows_with_words_and_places(self, app: Flask) -> None:
        for language, headings, levels in (
            ("zh", ("预警等级", "乡镇"), {"红色", "橙色", "黄色"}),
            ("en", ("Level", "Township"), {"Red", "Orange", "Yellow"}),
        ):
            response = ask(app, PATH, Accept="text/csv", Accept_Language=language)
            rows = list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))
            assert len(rows) == len(OPEN)
            assert {row[headings[0]] for row in rows} == levels
            assert sum(not row[headings[1]] for row in rows) == 1  # the county's own

    def test_where_there_is_no_read_model_it_says_so(self) -> None:
        for path in (PATH, "/v1/hospitals", f"/v1/hospitals/{HOSPITAL}/dead-letters"):
            actor = an("OPERATOR", PROVINCE)
            assert ask(query_app(None, NOW), path, actor).get_json()["code"] == "E-VIEW-UNAVAILABLE"


def test_who_was_told_of_a_day_is_told_of_no_other(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'intake.db'}")
    METADATA.create_all(engine)
    case_of = {"subject_id": subject(1), "case_id": FIRST, "effective_on": date(2020, 3, 9)}
    done = [
        RecordWarningVisit(**case_of, visitors=("staff-1",)),
        VerifyEarlyWarning(**case_of, finding="HARDSHIP"),
    ]
    escalated = EscalateEarlyWarning(**case_of, escalated_to="COUNTY")
    for steps, shown in (([ASSESSED[0], escalated], ["COUNTY"]), ([ASSESSED[0], escalated, *done], [])):
        folded(engine, placed(messages(a_register(steps).events(stream_id_of(subject(1))))))
        (row,) = told(query_app(None, NOW, engine), PATH)["warnings"]
        assert row["escalated"] == shown
        assert row["overdue"] is bool(shown)
    engine.dispose()


class TestOneCase:
    """`GET /v1/warnings/{case_id}`."""

    def test_it_is_the_worklists_row_with_what_made_it_so(self, app: Flask) -> None:
        document = told(app, f"{PATH}/{RED}")
        assert document["warning"] == told(app, f"{PATH}?level=RED")["warnings"][0]
        raised, assigned, escalated = document["events"]
        assert raised["event_label"].keys() == {"zh", "en"}
        assert [event["event_type"].removeprefix("warning.early_warning_") for event in document["events"]] == [
            "raised", "assigned", "escalated",
        ]  # fmt: skip
        assert raised["body"]["fired"] == [
            {
                "rule": "P4", "warning_level": "RED", "person_id": None, "window": "ROLLING_365", "window_to": "2020-03-02",
                "amount": "25000.00", "threshold": "20000.00",
            }
        ]  # fmt: skip
        assert raised["body"]["expenses"] == document["warning"]["expenses"]
        assert all(event["policy_version"] for event in document["events"])
        assert (assigned["division"], escalated["body"]["escalated_to"]) == (TOWNSHIP, "COUNTY")
        assert document["warning"]["escalated"] == ["COUNTY"]
        assert document["version"] == escalated["version"]
        assert document["labels"]["warning_window"]["ROLLING_365"].keys() == {"zh", "en"}

    def test_what_came_of_it_is_there(self, app: Flask) -> None:
        document = told(app, f"{PATH}/{case(5)}")
        assert (document["warning"]["state"], document["warning"]["end_reason"]) == ("CANCELLED", "AMOUNTS_REDUCED")
        assert document["events"][-1]["reason_code"] == "AMOUNTS_REDUCED"

    def test_its_events_come_page_by_page(self, app: Flask) -> None:
        whole = told(app, f"{PATH}/{RED}")["events"]
        paged, after = list[Any](), ""
        for _ in whole:
            page = told(app, f"{PATH}/{RED}?limit=1{after}")
            paged += page["events"]
            after = f"&after_version={page['next']}"
        assert page["next"] is None
        assert paged == whole

    def test_it_fits_the_document(self, app: Flask) -> None:
        for one in (RED, UNCLAIMED, FAR, case(5)):
            assert [e.message for e in OAS31Validator(get_warning.ANSWER).iter_errors(told(app, f"{PATH}/{one}"))] == []

    @pytest.mark.parametrize("role", ROLES)
    def test_one_of_elsewhere_is_answered_like_none(self, app: Flask, role: str) -> None:
        none = "00000000-0000-0000-0000-000000000001"
        for scope, seen in ((PROVINCE, OPEN), (COUNTY, {RED, UNCLAIMED}), (TOWNSHIP, {RED}), (FAR_COUNTY, {FAR}), ("", set())):
            for one in (RED, UNCLAIMED, FAR, none):
                response = ask(app, f"{PATH}/{one}", an(role, scope))
                if role not in LET_IN:
                    assert (response.status_code, response.get_json()["code"]) == (403, "E-AUTH-ROLE")
                elif one in seen:
                    assert response.status_code == 200
                else:
                    assert (response.status_code, response.get_json()["code"]) == (404, "E-WARNING-UNKNOWN")


LET_IN = {"TOWNSHIP_OFFICER", "COUNTY_OFFICER", "PROVINCE_OFFICER", "SUPERVISOR", "AUDITOR", "OPERATOR"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("scope", "cases", "hospitals"),
    [
        (PROVINCE, OPEN, {HOSPITAL, OTHER_HOSPITAL, FAR_HOSPITAL}),
        (COUNTY, {RED, UNCLAIMED}, {FAR_HOSPITAL}),
        (FAR_COUNTY, {FAR}, {HOSPITAL, OTHER_HOSPITAL}),
        (TOWNSHIP, {RED}, set()),
        (OTHER_TOWNSHIP, set(), set()),
        ("", set(), set()),
    ],
)
def test_every_role_sees_its_own_division_and_no_other(
    app: Flask, role: str, scope: str, cases: set[str], hospitals: set[str]
) -> None:
    who = an(role, scope)
    worklist = ask(app, PATH, who)
    if role not in LET_IN:
        assert (worklist.status_code, worklist.get_json()["code"]) == (403, "E-AUTH-ROLE")
    elif scope:
        assert set(ids(worklist.get_json())) == cases
    else:
        assert worklist.get_json()["code"] == "E-AUTH-SCOPE"
    for place in {PROVINCE, COUNTY, FAR_COUNTY} - {scope}:
        outside = ask(app, f"{PATH}?division={place}", who)
        within = role in LET_IN and scope == PROVINCE
        assert outside.status_code == (200 if within else 403)
    board = ask(app, "/v1/hospitals", who)
    if role not in permissions()["query.hospitals"]:
        assert (board.status_code, board.get_json()["code"]) == (403, "E-AUTH-ROLE")
    else:
        shown = {one["institution"] for one in board.get_json()["hospitals"]}
        assert shown == (set() if role == "HOSPITAL" else hospitals)
    letters = {code: ask(app, f"/v1/hospitals/{code}/dead-letters", who) for code in (HOSPITAL, OTHER_HOSPITAL, FAR_HOSPITAL)}
    let_in = {code for code, response in letters.items() if response.status_code == 200}
    assert let_in == (hospitals if role == "OPERATOR" else set())


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        (f"{PATH}?state=RAISED,ASSIGNED,WATCHED,CANCELLED", get_warnings.ANSWER),
        ("/v1/hospitals", get_hospitals.ANSWER),
        (f"/v1/hospitals/{HOSPITAL}/dead-letters", get_hospital_dead_letters.ANSWER),
    ],
)
def test_answers_are_what_the_document_says(app: Flask, path: str, schema: Any) -> None:
    answer = told(app, path, an("OPERATOR", PROVINCE))
    assert [error.message for error in OAS31Validator(schema).iter_errors(answer)] == []
