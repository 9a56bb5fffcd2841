"""What is reimbursed to the entitled against its targets, and what fell short, on both engines: what counts, for whom to see."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from openapi_schema_validator import OAS31Validator

from projections.api import get_reimbursement, get_reimbursement_below_target
from projections.reimbursement.rule import Targets, shipped_targets
from registry.household.social_assistance import ChangeSocialAssistanceStatus
from schemas.access import Actor, permissions
from schemas.code_tables import table
from schemas.divisions import hainan
from schemas.messages import Message
from tests.support.expense_facts import patient
from tests.support.expenses import HOSPITAL
from tests.support.families import (
    CHILD_HOUSEHOLD,
    DEATH,
    FATHER,
    GRANDMOTHER,
    MOTHER,
    NEIGHBOUR,
    NEIGHBOURS_WIFE,
    OTHER_HOUSEHOLD,
    SON,
    exited,
    newcomer,
    opening,
)
from tests.support.query_app import ask, query_app, told
from tests.support.register import a_register
from tests.support.reimbursement import BothModels, spent
from tests.support.scenario import FAR_VILLAGE, HOUSEHOLD, day

PATH, LIST = "/v1/reimbursement", "/v1/reimbursement/below-target"
PROVINCE, COUNTY, TOWNSHIP, FAR_COUNTY = "460000000000", "469030000000", "469030100000", "469024000000"
FAR_HOSPITAL = "H46903000001"
NOW = datetime(2018, 10, 30, 17, 0, tzinfo=UTC)
"""The last day of October in the province."""
YEAR = "from=2018-01&to=2018-10"
ROLES = table("role").codes
ENGLISH = ("Inpatients", "Chronic outpatients", "Persons in extreme-poverty support")
OTHER_COUPLE = newcomer(NEIGHBOUR, "HEAD", "MALE"), newcomer(NEIGHBOURS_WIFE, "SPOUSE", "FEMALE")
TEKUN_FROM_DAY_20 = ChangeSocialAssistanceStatus(household_id=HOUSEHOLD, effective_on=day(20), person_id=MOTHER, to_state="TEKUN")
NO_LONGER = ChangeSocialAssistanceStatus(household_id=HOUSEHOLD, effective_on=day(28), person_id=MOTHER, to_state="NONE")


def stay(number: int, who: UUID, on: int, total: int, personal: int, **more: Any) -> Message:
    dates = {"admitted_on": day(on) - timedelta(days=1), "discharged_on": day(on)}
    return spent(number, who, total, personal, **dates | more)


EXPENSES = [
    stay(1, FATHER, 5, 10_000, 900),
    stay(2, FATHER, 10, 10_000, 1_500),
    stay(3, MOTHER, 10, 1_000, 101),
    stay(4, MOTHER, 25, 600, 600, med_type="11"),
    stay(5, MOTHER, 15, 600, 600, med_type="11"),  # another outpatient: no target
    stay(6, SON, 12, 1_000, 1_000),  # the day on which he is no member any more
    stay(7, SON, 11, 1_000, 200, med_type="14"),
    stay(8, NEIGHBOUR, 30, 2_000, 500, institution=FAR_HOSPITAL),
    stay(9, GRANDMOTHER, 10, 1_000, 1_000),  # policies had ended
    stay(10, FATHER, 10, 1_000, 1_000),
    stay(10, FATHER, 10, 1_000, 1_000, version=2, kind="REVERSED"),
    stay(11, FATHER, 10, 1_000, 1_000, stage="PRE"),
    stay(12, patient(99), 40, 1_000, 0, guardian_id=MOTHER),
    stay(13, patient(50), 10, 1_000, 1_000),  # nobody whom the register knows
    stay(14, FATHER, 10, 1_000, 1_000),
    stay(14, NEIGHBOUR, 70, 1_000, 1_000, version=2, kind="CORRECTED"),  # another person, another month
]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def models(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BothModels]:
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("views")
        urls = [f"sqlite:///{folder / name}.db" for name in ("register", "expenses")]
    else:
        urls = [request.getfixturevalue("new_postgres_database")() for _ in range(2)]
    models = BothModels(*urls)
    stable = exited(CHILD_HOUSEHOLD, members=(newcomer(GRANDMOTHER, "HEAD", "FEMALE"),), to_status="EXITED_STABLE")
    other = exited(OTHER_HOUSEHOLD, members=OTHER_COUPLE, division=FAR_VILLAGE)
    register = a_register(opening(), other, stable, DEATH, TEKUN_FROM_DAY_20, NO_LONGER)
    models.fold([event for stream in register.streams for event in register.events(stream)], EXPENSES)
    yield models
    models.close()


@pytest.fixture(scope="module")
def app(models: BothModels) -> Flask:
    return query_app(models.register, NOW, models.expenses)


def an(role: str, division: str) -> Actor:
    return Actor("u-1", role, "office-1", division)


def by_kind(rows: Any) -> dict[str, Any]:
    return {row["kind"]: row for row in rows}


class TestFigures:
    """`GET /v1/reimbursement`."""

    def test_a_month_is_told_by_kind_of_target_with_what_the_share_is_made_of(self, app: Flask) -> None:
        document = told(app, f"{PATH}?month=2018-09")
        total = by_kind(document["total"])
        assert {kind: row["settlements"] for kind, row in total.items()} == {
            "INPATIENT": 3, "CHRONIC_OUTPATIENT": 1, "TEKUN": 1,
        }  # fmt: skip
        stays = total["INPATIENT"]
        assert (stays["total_fee"], stays["reimbursed"], stays["personal_pay"]) == ("21000.00", "18499.00", "2501.00")
        assert (stays["ratio"], stays["target"]) == ("0.8809", "0.9000")
        assert (stays["below_target"], stays["alerts"]) == (2, 1)
        assert stays["basic_pay"] == "18499.00"
        assert (total["CHRONIC_OUTPATIENT"]["ratio"], total["CHRONIC_OUTPATIENT"]["below_target"]) == ("0.8000", 0)
        assert (total["TEKUN"]["ratio"], total["TEKUN"]["target"], total["TEKUN"]["alerts"]) == ("0.0000", "1.0000", 1)
        assert document["labels"]["reimbursement_target"]["TEKUN"]["zh"] == "特困人员"

    @pytest.mark.parametrize(
        ("by", "rows"),
        [
            ("", {((COUNTY,), "INPATIENT"): 4, ((COUNTY,), "CHRONIC_OUTPATIENT"): 1, ((COUNTY,), "TEKUN"): 1,
                  ((FAR_COUNTY,), "INPATIENT"): 1}),
            ("institution", {((HOSPITAL,), "INPATIENT"): 4, ((HOSPITAL,), "CHRONIC_OUTPATIENT"): 1, ((HOSPITAL,), "TEKUN"): 1,
                             ((FAR_HOSPITAL,), "INPATIENT"): 1}),
            ("hospital_county,month", {
                ((FAR_COUNTY, "2018-09"), "INPATIENT"): 3, ((FAR_COUNTY, "2018-09"), "CHRONIC_OUTPATIENT"): 1,
                ((FAR_COUNTY, "2018-09"), "TEKUN"): 1, ((FAR_COUNTY, "2018-10"), "INPATIENT"): 1,
                ((COUNTY, "2018-10"), "INPATIENT"): 1,
            }),
        ],
    )  # fmt: skip
    def test_there_is_a_row_for_what_was_asked(self, app: Flask, by: str, rows: Any) -> None:
        document = told(app, f"{PATH}?{YEAR}" + (f"&by={by}" if by else ""))
        words = by.split(",") if by else ["county"]
        found = {(tuple(row[word] for word in words), row["kind"]): row["settlements"] for row in document["rows"]}
        assert found == rows
        assert all(row[word] is None for row in document["rows"] for word in get_reimbursement.BY if word not in words)
        assert sum(row["settlements"] for row in document["total"]) == sum(rows.values())

    @pytest.mark.parametrize(
        ("parameters", "months"),
        [
            ("", ("2018-10", "2018-10")),
            ("month=2018-02", ("2018-02", "2018-02")),
            ("to=2018-09", ("2018-01", "2018-09")),
            ("from=2018-09", ("2018-09", "2018-10")),
            ("from=2017-12&to=2018-09", ("2017-12", "2018-09")),
            ("as_of=2018-09-10", ("2018-09", "2018-09")),
            ("from=2018-08&as_of=2018-09-10", ("2018-08", "2018-09")),
        ],
    )
    def test_which_months(self, app: Flask, parameters: str, months: tuple[str, str]) -> None:
        document = told(app, f"{PATH}?{parameters}")
        assert (document["first_month"], document["last_month"]) == months

    @pytest.mark.parametrize(
        ("parameters", "settlements"),
        [
            ("month=2018-10", 2), ("month=2018-08", 0), (f"{YEAR}&division={COUNTY}", 6), (f"{YEAR}&division={TOWNSHIP}", 6),
            (f"{YEAR}&division={FAR_COUNTY}", 1), (f"{YEAR}&institution={FAR_HOSPITAL}", 1), (f"{YEAR}&kind=TEKUN", 1),
            (f"{YEAR}&kind=INPATIENT,CHRONIC_OUTPATIENT", 6), (f"{YEAR}&kind=TEKUN&division={FAR_COUNTY}", 0),
        ],
    )  # fmt: skip
    def test_every_condition_holds(self, app: Flask, parameters: str, settlements: int) -> None:
        assert sum(row["settlements"] for row in told(app, f"{PATH}?{parameters}")["total"]) == settlements

    def test_a_discharge_after_the_day_that_is_asked_about_is_not_counted(self, app: Flask) -> None:
        for on, settlements, listed in (
            (4, 0, 0),
            (5, 1, 0),
            (9, 1, 0),
            (10, 3, 2),
            (11, 4, 2),
            (25, 5, 3),
            (30, 6, 4),
            (40, 7, 4),
        ):
            question = f"from=2018-01&as_of={day(on).isoformat()}"
            figures, short = told(app, f"{PATH}?{question}"), told(app, f"{LIST}?{question}")
            assert sum(row["settlements"] for row in figures["total"]) == settlements
            assert len(short["settlements"]) == listed
            assert figures["as_of"] == short["as_of"] == day(on).isoformat()
        assert told(app, f"{PATH}?{YEAR}")["as_of"] is None

    def test_the_sheet_has_the_same_rows_in_both_languages(self, app: Flask) -> None:
        for language, heading, kind, words in (
            ("zh", "户所在县（市、区）", "报销比例目标类别", {"住院", "慢特病门诊", "特困人员"}),
            (
                "en",
                "Household's county",
                "Kind of target",
                {"Inpatients", "Chronic outpatients", "Persons in extreme-poverty support"},
            ),
        ):
            response = ask(app, f"{PATH}?month=2018-09", Accept="text/csv", Accept_Language=language)
            rows = list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))
            assert {row[kind] for row in rows} == words
            assert {row[heading] for row in rows} == {hainan()[COUNTY].name(language)}


class TestBelowTarget:
    """`GET /v1/reimbursement/below-target`."""

    def test_the_largest_personal_part_comes_first(self, app: Flask) -> None:
        rows = told(app, f"{LIST}?{YEAR}")["settlements"]
        assert [row["personal_pay"] for row in rows] == ["1500.00", "600.00", "500.00", "101.00"]
        first, destitute, _, small = rows
        assert (first["institution"], first["hospital_county"], first["county"]) == (HOSPITAL, FAR_COUNTY, COUNTY)
        assert (first["month"], first["kind"], first["care"], first["ratio"], first["target"]) == (
            "2018-09", "INPATIENT", "INPATIENT", "0.8500", "0.9000",
        )  # fmt: skip
        assert (first["household_id"], first["person_id"]) == (str(HOUSEHOLD), str(FATHER))
        assert (destitute["kind"], destitute["care"], destitute["alert"]) == ("TEKUN", "OUTPATIENT", True)
        assert (small["alert"], first["alert"]) == (False, True)

    def test_it_has_as_many_as_the_figures_say(self, app: Flask) -> None:
        for parameters in (YEAR, "month=2018-09", f"{YEAR}&division={FAR_COUNTY}", f"{YEAR}&kind=TEKUN"):
            total = told(app, f"{PATH}?{parameters}")["total"]
            listed = told(app, f"{LIST}?{parameters}")["settlements"]
            alerts = told(app, f"{LIST}?{parameters}&alert=true")["settlements"]
            assert len(listed) == sum(row["below_target"] for row in total)
            assert len(alerts) == sum(row["alerts"] for row in total)

    def test_only_alerts_or_only_the_others(self, app: Flask) -> None:
        assert [row["personal_pay"] for row in told(app, f"{LIST}?{YEAR}&alert=false")["settlements"]] == ["101.00"]

    def test_pages_make_up_the_list(self, app: Flask) -> None:
        whole = told(app, f"{LIST}?{YEAR}")["settlements"]
        paged, cursor = list[Any](), ""
        for _ in whole:
            page = told(app, f"{LIST}?{YEAR}&limit=1{cursor}")
            paged += page["settlements"]
            cursor = f"&cursor={page['next']}"
        assert page["next"] is None
        assert paged == whole

    def test_a_cursor_of_another_question_is_refused(self, app: Flask) -> None:
        cursor = told(app, f"{LIST}?{YEAR}&limit=1")["next"]
        assert ask(app, f"{LIST}?month=2018-09&limit=1&cursor={cursor}").get_json()["code"] == "E-CURSOR"

    def test_the_sheet_is_the_whole_list(self, app: Flask) -> None:
        response = ask(app, f"{LIST}?{YEAR}", Accept="text/csv", Accept_Language="zh")
        rows = list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))
        assert [row["个人自付（元）"] for row in rows] == ["1500.00", "600.00", "500.00", "101.00"]
        refused = ask(app, f"{LIST}?limit=1", Accept="text/csv").get_json()
        assert [(fault["code"], fault["field"]) for fault in refused["violations"]] == [("E-FIELD-NOT-ALLOWED", "limit")]

    def test_who_may_not_ask_for_households_gets_no_ids_of_theirs(self, app: Flask) -> None:
        for role in permissions()["query.reimbursement"]:
            rows = told(app, f"{LIST}?{YEAR}", an(role, PROVINCE))["settlements"]
            known = role in permissions()["query.household"]
            assert {row["household_id"] is not None for row in rows} == {known}
            assert {row["person_id"] is not None for row in rows} == {known}
            assert len(rows) == 4


def test_another_target_is_another_list(models: BothModels) -> None:
    strict = Targets({**shipped_targets().ratios, "INPATIENT": Fraction(19, 20)}, 1000_00)
    by_year = {2018: strict, 2019: shipped_targets()}
    app = query_app(models.register, NOW, models.expenses, targets=by_year.__getitem__)
    stays = by_kind(told(app, f"{PATH}?month=2018-09")["total"])["INPATIENT"]
    assert (stays["target"], stays["below_target"], stays["alerts"]) == ("0.9500", 3, 1)


@pytest.mark.parametrize("path", [PATH, LIST])
@pytest.mark.parametrize(
    ("parameters", "faults"),
    [
        ("month=2018-13", {("E-FIELD-TYPE", "month")}),
        ("month=2018-9", {("E-FIELD-TYPE", "month")}),
        ("month=0000-01", {("E-FIELD-TYPE", "month")}),
        ("month=2018-11", {("E-DATE-FUTURE", "month")}),
        ("to=2018-12", {("E-DATE-FUTURE", "to")}),
        ("as_of=2018-11-01", {("E-DATE-FUTURE", "as_of")}),
        ("as_of=2018-09-30&month=2018-10", {("E-DATE-FUTURE", "month")}),
        ("month=2018-09&from=2018-08", {("E-FIELD-NOT-ALLOWED", "from")}),
        ("from=2018-10&to=2018-09", {("E-FIELD-RANGE", "from")}),
        ("from=2016-10&to=2018-10", {("E-FIELD-RANGE", "from")}),
        ("kind=DIBAO&institution=H1&division=469030100999&colour=red", {
            ("E-CODE-UNKNOWN", "kind"), ("E-FIELD-TYPE", "institution"), ("E-DIVISION-UNKNOWN", "division"),
            ("E-FIELD-UNKNOWN", "colour"),
        }),
    ],
)  # fmt: skip
def test_every_fault_is_told_at_once(app: Flask, path: str, parameters: str, faults: set[tuple[str, str]]) -> None:
    problem = ask(app, f"{path}?{parameters}").get_json()
    assert {(fault["code"], fault["field"]) for fault in problem["violations"]} == faults


def test_a_word_that_nothing_is_told_by_is_refused(app: Flask) -> None:
    assert ask(app, f"{PATH}?by=village").get_json()["code"] == "E-CHOICE"
    assert ask(app, f"{LIST}?alert=perhaps").get_json()["code"] == "E-CHOICE"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("scope", "settlements"), [(PROVINCE, 7), (COUNTY, 6), (TOWNSHIP, 6), (FAR_COUNTY, 1), ("", None)])
def test_every_role_sees_its_own_division_and_no_other(app: Flask, role: str, scope: str, settlements: int | None) -> None:
    who = an(role, scope)
    answers = [ask(app, f"{path}?{YEAR}", who) for path in (PATH, LIST)]
    if role not in permissions()["query.reimbursement"]:
        assert {(answer.status_code, answer.get_json()["code"]) for answer in answers} == {(403, "E-AUTH-ROLE")}
    elif settlements is None:
        assert {answer.get_json()["code"] for answer in answers} == {"E-AUTH-SCOPE"}
    else:
        assert sum(row["settlements"] for row in answers[0].get_json()["total"]) == settlements
        for place in {PROVINCE, COUNTY, FAR_COUNTY} - {scope}:
            outside = ask(app, f"{LIST}?division={place}", who)
            assert outside.status_code == (200 if scope == PROVINCE else 403)


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        (f"{PATH}?{YEAR}&by=institution,county,hospital_county,month", get_reimbursement.ANSWER),
        (f"{LIST}?{YEAR}", get_reimbursement_below_target.ANSWER),
        (f"{PATH}?month=2018-02", get_reimbursement.ANSWER),
    ],
)
def test_answers_are_what_the_document_says(app: Flask, path: str, schema: Any) -> None:
    for role in ("OPERATOR", "COUNTY_OFFICER"):
        answer = told(app, path, an(role, PROVINCE))
        assert [error.message for error in OAS31Validator(schema).iter_errors(answer)] == []


def test_where_a_read_model_is_missing_it_says_so(models: BothModels) -> None:
    for app in (query_app(None, NOW, models.expenses), query_app(models.register, NOW)):
        assert ask(app, PATH).get_json()["code"] == "E-VIEW-UNAVAILABLE"
