"""Early warnings as of a moment, and their figures by place and period, on both engines."""

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

from projections.api import get_division_warning_figures, get_warning, get_warnings
from projections.database import open_engine
from projections.expenses.tables import METADATA
from projections.register.tables import HISTORY
from registry.early_warning.escalate import EscalateEarlyWarning
from registry.early_warning.outcome import RecordWarningOutcome
from registry.early_warning.visit import RecordWarningVisit, VerifyEarlyWarning
from registry.early_warning.warnings import case_id_of, stream_id_of
from schemas.access import Actor
from schemas.catalogue import registry_catalogue
from schemas.code_tables import table
from schemas.codec import Codec
from schemas.messages import Message
from tests.integration.queries.conftest import Make
from tests.support.early_warnings import assessed_person, expense
from tests.support.expense_facts import Told, barriers, folded, messages, placed
from tests.support.expenses import HOSPITAL
from tests.support.query_app import ask, query_app, told
from tests.support.register import a_register
from tests.support.register_rows import Known, Shape, day, insert, instant, rectangles

PROVINCE, COUNTY, TOWNSHIP = "460000000000", "469030000000", "469030100000"
FAR_COUNTY, FAR_TOWNSHIP = "469024000000", "469024100000"
NOW = datetime(2020, 3, 9, 16, 30, tzinfo=UTC)
"""The tenth of March in the province."""
PATH = "/v1/divisions/{}/warning-figures"
WEEK = "period=2020-W10"
IDENTIFIED, REFUSED = UUID(int=0xB1), UUID(int=0xB2)
CODEC = Codec(registry_catalogue())


def subject(number: int) -> UUID:
    return UUID(int=(0xACE << 64) + number)


def case(number: int) -> str:
    return str(case_id_of(subject(number), 1))


def about(number: int, on: int) -> dict[str, Any]:
    return {"subject_id": subject(number), "case_id": case_id_of(subject(number), 1), "effective_on": date(2020, 3, on)}


def verified(number: int, on: int) -> list[Any]:
    there = about(number, on)
    return [
        RecordWarningVisit(**there, visitors=("staff-1",)), VerifyEarlyWarning(**there, finding="IN_NEED"),
        RecordWarningOutcome(**there, outcome="NO_RISK"),
    ]  # fmt: skip


DONE = [
    assessed_person(1, "RED", amount=25_000),
    assessed_person(2, "YELLOW", amount=6000, division=FAR_TOWNSHIP),
    assessed_person(3, "RED", amount=26_000),
    assessed_person(4, "RED", amount=27_000),
    assessed_person(5, division=COUNTY, unclaimed=True),
    assessed_person(6, "YELLOW", amount=6000),
    assessed_person(6, "NONE"),
    *verified(1, 4),
    EscalateEarlyWarning(**about(3, 6), escalated_to="COUNTY"),
    *verified(3, 6),
]


def linked(message: Message, household_id: UUID) -> Message:
    """The same event, of a case whose outcome was an identification."""
    schema, values = CODEC.decode(message.value or b"")
    if "outcome" in values:
        values["outcome"] = "IDENTIFIED"
        values |= {"household_id": household_id, "linked_case_id": UUID(int=0xB0)} if "household_id" in values else {}
    return message._replace(value=CODEC.encode(schema, values))


@pytest.fixture(scope="module")
def app(new_register: Make, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    register = new_register()
    for household_id, status in ((IDENTIFIED, "REGISTERED"), (REFUSED, "NOT_REGISTERED")):
        facts = [Known(day("2020-03-03"), instant("2020-03-03T04:00:00"), Shape(status, division=int(TOWNSHIP), size=3))]
        insert(register, HISTORY, *rectangles(household_id.bytes, facts))
    if register.dialect.name == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('intake') / 'intake.db'}"
    else:
        url = request.getfixturevalue("new_postgres_database")()
    engine = open_engine(url)
    METADATA.create_all(engine)
    events = a_register(DONE)
    records: list[Message] = []
    for number, household_id in ((1, IDENTIFIED), (2, None), (3, REFUSED), (4, None), (5, None), (6, None)):
        stream = messages(events.events(stream_id_of(subject(number))))
        records += [one if household_id is None else linked(one, household_id) for one in stream]
    records += barriers(datetime(2020, 3, 1, tzinfo=UTC), NOW)
    folded(engine, placed(records))
    yield query_app(register, NOW, engine)
    engine.dispose()


def codes_of(app: Flask, path: str) -> set[tuple[str, str]]:
    return {(fault["code"], fault["field"]) for fault in ask(app, path).get_json()["violations"]}


class TestFigures:
    """`GET /v1/divisions/{code}/warning-figures`."""

    def test_a_week_of_the_province(self, app: Flask) -> None:
        document = told(app, f"{PATH.format(PROVINCE)}?{WEEK}")
        assert (document["first_day"], document["last_day"], document["known_at"]) == ("2020-03-02", "2020-03-08", None)
        total = document["total"]
        assert (total["raised"], total["raised_by_level"]) == (6, {"YELLOW": 2, "ORANGE": 1, "RED": 3})
        assert (total["reopened"], total["moved"], total["cancelled"], total["transferred"]) == (0, 0, 1, 0)
        assert (total["escalated_to_county"], total["escalated_to_province"]) == (1, 0)
        assert (total["verified"], total["due"], total["verified_in_time"], total["verified_late"]) == (2, 3, 1, 1)
        assert (total["overdue"], total["waiting"], total["overdue_at_end"]) == (1, 0, 2)
        assert total["in_time"] == {"numerator": 1, "denominator": 3, "percent": "33.3"}
        assert (total["outcomes"]["IDENTIFIED"], sum(total["outcomes"].values())) == (2, 2)
        hours = float(total["hours_median"]), float(total["hours_max"])
        assert 48 <= hours[0] < hours[1] < 97

    def test_a_link_that_was_refused_is_no_conversion(self, app: Flask) -> None:
        total = told(app, f"{PATH.format(PROVINCE)}?{WEEK}")["total"]
        assert total["conversion"] == {"numerator": 1, "denominator": 2, "percent": "50.0"}
        assert total["links_reached"] == {"IDENTIFIED": 1, "RE_ENTERED": 0, "MONITORED": 0}

    def test_children_add_up_and_what_nobody_claimed_is_the_countys_own(self, app: Flask) -> None:
        province = told(app, f"{PATH.format(PROVINCE)}?{WEEK}")
        assert {row["code"]: row["raised"] for row in province["children"] if row["raised"]} == {COUNTY: 5, FAR_COUNTY: 1}
        county = told(app, f"{PATH.format(COUNTY)}?{WEEK}")
        assert {row["code"]: row["raised"] for row in county["children"] if row["raised"]} == {COUNTY: 1, TOWNSHIP: 4}
        for document in (province, county):
            for name in get_division_warning_figures.COUNTS:
                assert document["total"][name] == sum(row[name] for row in document["children"])
        assert told(app, f"{PATH.format(TOWNSHIP)}?{WEEK}")["children"] == []
        assert told(app, f"{PATH.format(TOWNSHIP)}?{WEEK}")["total"]["raised"] == 4

    def test_another_week_has_what_is_due_in_it(self, app: Flask) -> None:
        total = told(app, f"{PATH.format(PROVINCE)}?period=2020-W11")["total"]
        assert (total["raised"], total["due"], total["waiting"]) == (0, 1, 1)
        assert total["conversion"] == {"numerator": 0, "denominator": 0, "percent": None}
        assert (total["hours_median"], total["hours_max"]) == (None, None)

    def test_the_same_days_in_other_words_are_the_same_figures(self, app: Flask) -> None:
        week = told(app, f"{PATH.format(PROVINCE)}?{WEEK}")
        assert told(app, f"{PATH.format(PROVINCE)}?from=2020-03-02&to=2020-03-08") == week
        assert told(app, PATH.format(PROVINCE)) == week, "the last week that has ended"
        month = told(app, f"{PATH.format(PROVINCE)}?period=2020-03")
        assert (month["last_day"], month["total"]["raised"], month["total"]["waiting"]) == ("2020-03-31", 6, 1)

    def test_as_known_at_an_instant_what_came_later_is_not_there(self, app: Flask) -> None:
        document = told(app, f"{PATH.format(PROVINCE)}?{WEEK}&known_at=2020-03-05T12:00:00%2B08:00")
        total = document["total"]
        assert document["known_at"] == "2020-03-05T04:00:00.000000Z"
        assert (total["raised"], total["verified"], total["escalated_to_county"]) == (6, 1, 0)
        assert (total["due"], total["verified_in_time"], total["waiting"], total["overdue"]) == (3, 1, 2, 0)
        assert total["conversion"] == {"numerator": 1, "denominator": 1, "percent": "100.0"}
        assert total["overdue_at_end"] == 0

    @pytest.mark.parametrize(
        ("asked", "faults"),
        [
            ("period=2020-W54", {("E-PERIOD-UNKNOWN", "period")}),
            ("period=2020-13", {("E-PERIOD-UNKNOWN", "period")}),
            ("period=2020-W12", {("E-DATE-FUTURE", "period")}),
            ("to=2020-03-01", {("E-FIELD-MISSING", "from")}),
            ("from=2020-03-05&to=2020-03-01", {("E-DATE-ORDER", "to")}),
            ("from=2020-03-11", {("E-DATE-FUTURE", "from")}),
            (f"{WEEK}&from=2020-03-01&to=2020-03-02", {("E-FIELD-NOT-ALLOWED", "from"), ("E-FIELD-NOT-ALLOWED", "to")}),
            ("known_at=2021-03-01T00:00:00Z&colour=red", {("E-KNOWN-AT", "known_at"), ("E-FIELD-UNKNOWN", "colour")}),
        ],
    )
    def test_every_fault_is_told_at_once(self, app: Flask, asked: str, faults: set[tuple[str, str]]) -> None:
        assert codes_of(app, f"{PATH.format(PROVINCE)}?{asked}") == faults

    def test_the_sheet_has_the_division_first_in_both_languages(self, app: Flask) -> None:
        for language, raised, red in (("zh", "新增预警", "新增预警: 红色"), ("en", "Raised", "Raised: Red")):
            response = ask(app, f"{PATH.format(PROVINCE)}?{WEEK}", Accept="text/csv", Accept_Language=language)
            rows = list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))
            assert (rows[0][raised], rows[0][red]) == ("6", "3")
            assert sum(int(row[raised]) for row in rows[1:]) == 6

    @pytest.mark.parametrize("role", table("role").codes)
    def test_every_role_is_told_of_its_own_division_alone(self, app: Flask, role: str) -> None:
        let_in = role in {"TOWNSHIP_OFFICER", "COUNTY_OFFICER", "PROVINCE_OFFICER", "SUPERVISOR", "AUDITOR", "OPERATOR"}
        who = Actor("u-1", role, "office-1", COUNTY)
        for place, status in ((COUNTY, 200), (TOWNSHIP, 200), (FAR_COUNTY, 403), (PROVINCE, 403)):
            assert ask(app, f"{PATH.format(place)}?{WEEK}", who).status_code == (status if let_in else 403)

    def test_it_fits_the_document(self, app: Flask) -> None:
        for place in (PROVINCE, COUNTY, TOWNSHIP):
            answer = told(app, f"{PATH.format(place)}?{WEEK}")
            assert [e.message for e in OAS31Validator(get_division_warning_figures.ANSWER).iter_errors(answer)] == []


class TestMoments:
    """`as_of` and `known_at` of `GET /v1/warnings` and `GET /v1/warnings/{case_id}`."""

    def listed(self, app: Flask, asked: str) -> dict[str, Any]:
        return {row["case_id"]: row for row in told(app, f"/v1/warnings?{asked}")["warnings"]}

    def test_the_worklist_is_as_it_was(self, app: Flask) -> None:
        assert set(self.listed(app, "")) == {case(2), case(4), case(5)}
        then = self.listed(app, "known_at=2020-03-06T12:30:00%2B08:00&as_of=2020-03-05")
        assert set(then) == {case(2), case(3), case(4), case(5)}
        assert not any(row["overdue"] for row in then.values())
        later = self.listed(app, "as_of=2020-03-06")
        assert {one for one, row in later.items() if row["overdue"]} == {case(4), case(5)}
        assert later[case(4)]["age_days"] == 4
        assert self.listed(app, "as_of=2020-03-01") == {}

    def test_what_was_not_known_yet_is_not_told(self, app: Flask) -> None:
        known = "known_at=2020-03-05T12:00:00%2B08:00"
        document = told(app, f"/v1/warnings?{known}")
        assert (document["as_of"], document["today"]) == ("2020-03-05", "2020-03-05")
        assert case(3) in {row["case_id"] for row in document["warnings"]}
        before, now = told(app, f"/v1/warnings/{case(3)}?{known}"), told(app, f"/v1/warnings/{case(3)}")
        assert (before["warning"]["state"], now["warning"]["state"]) == ("ASSIGNED", "CLOSED")
        assert before["events"] == now["events"][:2]
        assert before["version"] == now["version"]

    def test_pages_and_sheet_of_a_moment_make_up_its_list(self, app: Flask) -> None:
        asked = "as_of=2020-03-05&sort=-basis"
        whole = list(self.listed(app, asked))
        paged, cursor = list[str](), ""
        while cursor is not None:
            page = told(app, f"/v1/warnings?{asked}&limit=1" + (f"&cursor={cursor}" if cursor else ""))
            paged += [row["case_id"] for row in page["warnings"]]
            cursor = page["next"]
        assert paged == whole
        sheet = ask(app, f"/v1/warnings?{asked}", Accept="text/csv").get_data().decode("utf-8-sig")
        assert len(list(csv.DictReader(io.StringIO(sheet)))) == len(whole)

    @pytest.mark.parametrize("path", ["/v1/warnings", f"/v1/warnings/{case(3)}"])
    def test_moments_that_nobody_can_tell_of_are_refused(self, app: Flask, path: str) -> None:
        assert codes_of(app, f"{path}?as_of=2020-03-11") == {("E-DATE-FUTURE", "as_of")}
        assert codes_of(app, f"{path}?known_at=2020-03-09T12:00:00Z") == {("E-KNOWN-AT", "known_at")}
        assert codes_of(app, f"{path}?as_of=yesterday&known_at=today") == {
            ("E-FIELD-TYPE", "as_of"), ("E-FIELD-TYPE", "known_at")
        }  # fmt: skip

    def test_a_case_that_was_not_there_yet_and_one_of_elsewhere_are_answered_like_none(self, app: Flask) -> None:
        assert ask(app, f"/v1/warnings/{case(3)}?as_of=2020-03-01").get_json()["code"] == "E-WARNING-UNKNOWN"
        stranger = Actor("u-1", "COUNTY_OFFICER", "office-1", FAR_COUNTY)
        refused = ask(app, f"/v1/warnings/{case(3)}?as_of=2020-03-05", stranger)
        assert (refused.status_code, refused.get_json()["code"]) == (404, "E-WARNING-UNKNOWN")

    def test_the_version_is_the_tag_and_can_be_waited_for(self, app: Flask) -> None:
        response = ask(app, f"/v1/warnings/{case(3)}")
        version = response.get_json()["version"]
        assert response.headers["ETag"] == f'"{version}"'
        assert told(app, f"/v1/warnings/{case(3)}?min_version={version}")["version"] == version
        late = ask(app, f"/v1/warnings/{case(3)}?min_version={version + 1}&max_wait_s=0")
        assert late.get_json()["code"] == "E-NOT-YET"

    def test_answers_fit_the_document(self, app: Flask) -> None:
        for path, schema in (("/v1/warnings", get_warnings.ANSWER), (f"/v1/warnings/{case(3)}", get_warning.ANSWER)):
            answer = told(app, f"{path}?known_at=2020-03-05T12:00:00%2B08:00")
            assert [e.message for e in OAS31Validator(schema).iter_errors(answer)] == []

    def test_settlements_that_are_kept_no_more_are_left_out(self, app: Flask) -> None:
        document = told(app, f"/v1/warnings/{case(3)}")
        assert (document["warning"]["expenses"], document["settlements"]) == ([str(expense(1))], [])


def test_each_settlement_behind_a_case_is_told_as_it_counts_now_and_not_whose_it_is(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'intake.db'}")
    METADATA.create_all(engine)
    told_of = [Told(1), Told(1, version=2, kind="CORRECTED", personal=2000), Told(2), Told(2, version=2, kind="REVERSED")]
    behind = [CODEC.decode(one.message().value or b"")[1]["expense_id"] for one in told_of]
    raised = a_register([assessed_person(1, expenses=tuple(sorted(set(behind))))])
    records = [*(one.message() for one in told_of), *messages(raised.events(stream_id_of(subject(1))))]
    folded(engine, placed(records))
    document = told(query_app(None, NOW, engine), f"/v1/warnings/{case(1)}")
    rows = {row["expense_id"]: row for row in document["settlements"]}
    corrected, taken_back = rows[str(behind[0])], rows[str(behind[2])]
    assert (corrected["personal_pay"], corrected["total_fee"], corrected["reversed"]) == ("2000.00", "100000.00", False)
    assert (corrected["institution"], corrected["care"]) == (HOSPITAL, "INPATIENT")
    assert (taken_back["reversed"], taken_back["personal_pay"]) == (True, None)
    assert not {"person_id", "guardian_id", "diagnosis_category"} & set(corrected)
    assert [e.message for e in OAS31Validator(get_warning.ANSWER).iter_errors(document)] == []
    engine.dispose()
