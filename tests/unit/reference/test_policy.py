"""Policies: which one holds where and when, and what it says."""

import json
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.policy.documents import PolicyRefused, shipped
from registry.policy.policy import Policy, PolicyBook
from schemas.divisions import hainan
from schemas.policy_schema import policy_schema

PROVINCE, LINGAO, VILLAGE, HAIKOU, XIUYING = (
    "460000000000",
    "469024000000",
    "469024100201",
    "460100000000",
    "460105000000",
)
BOOK = PolicyBook(shipped())
CODES = [d.code for d in hainan()]


def province(year: int, revision: int = 1, **sections: Any) -> dict[str, Any]:
    lines = {"poverty": 3000 + year % 100, "rural_income": 12902}
    return {"division": PROVINCE, "year": year, "revision": revision, "lines": lines, **sections}


def county(division: str, year: int, **sections: Any) -> dict[str, Any]:
    return {"division": division, "year": year, "revision": 1, **sections}


@pytest.mark.parametrize(("year", "line"), [(2018, 3535), (2019, 3747), (2020, 4000), (2021, 4000)])
def test_the_poverty_line_is_the_years(year: int, line: int) -> None:
    assert BOOK.for_(VILLAGE, date(year, 7, 1)).poverty_line == line


def test_the_monitoring_line_is_half_above_the_poverty_line_until_the_year_has_its_own() -> None:
    assert BOOK.for_(VILLAGE, date(2019, 1, 1)).monitoring_line == Decimal("5620.50")
    assert BOOK.for_(VILLAGE, date(2021, 1, 1)).monitoring_line == 6500
    zero = province(2019, lines={"poverty": 4000, "rural_income": 12902, "monitoring": 0})
    assert PolicyBook([zero]).for_(VILLAGE, date(2019, 1, 1)).monitoring_line == 6000


def test_a_countys_own_document_holds_for_all_its_places_and_only_in_its_year() -> None:
    for place in (LINGAO, "469024100000", VILLAGE):
        policy = BOOK.for_(place, date(2019, 12, 31))
        assert (policy.version, policy.publicity_days_village) == ("46/2019.1+469024/2019.1", 8)
    assert BOOK.for_(VILLAGE, date(2020, 1, 1)).version == "46/2020.1"
    assert BOOK.for_("469025100000", date(2019, 6, 1)).publicity_days_village == 7


def test_a_citys_document_holds_in_its_districts() -> None:
    book = PolicyBook([province(2019), county(HAIKOU, 2019, publicity={"village_days": 9})])
    assert book.for_(XIUYING, date(2019, 1, 1)).publicity_days_village == 9
    assert book.for_(PROVINCE, date(2019, 1, 1)).publicity_days_village == 7


def test_a_year_without_a_document_goes_on_with_the_last_and_an_early_one_takes_the_first() -> None:
    book = PolicyBook([province(2018), province(2020)])
    versions = [book.for_(VILLAGE, date(year, 5, 1)).version for year in (2015, 2018, 2019, 2020, 2030)]
    assert versions == ["46/2018.1", "46/2018.1", "46/2018.1", "46/2020.1", "46/2020.1"]


def test_the_highest_revision_holds_whatever_the_order() -> None:
    first, second = province(2019), province(2019, 2, publicity={"village_days": 10})
    for documents in ([first, second], [second, first]):
        policy = PolicyBook(documents).for_(VILLAGE, date(2019, 1, 1))
        assert (policy.version, policy.publicity_days_village) == ("46/2019.2", 10)


def test_adding_a_document_makes_a_new_book_and_keeps_the_old() -> None:
    what_if = BOOK.with_added(province(2018, 2, lines={"poverty": 3600, "rural_income": 12902}))
    assert what_if.for_(VILLAGE, date(2018, 1, 1)).poverty_line == 3600
    assert BOOK.for_(VILLAGE, date(2018, 1, 1)).poverty_line == 3535
    assert len(what_if.documents) == len(BOOK.documents) + 1


def test_a_book_refuses_what_the_documents_rules_refuse() -> None:
    with pytest.raises(PolicyRefused, match="E-POLICY-COUNTY-KEY"):
        BOOK.with_added(county(HAIKOU, 2019, lines={"poverty": 5000}))


def test_a_book_out_of_events_says_the_same_as_one_out_of_files() -> None:
    again = PolicyBook(json.loads(json.dumps(BOOK.documents)))
    for year in range(2018, 2023):
        ours, theirs = (book.for_(VILLAGE, date(year, 1, 1)) for book in (BOOK, again))
        assert all(getattr(ours, f.name) == getattr(theirs, f.name) for f in fields(Policy))


def test_a_place_outside_the_province_has_no_policy() -> None:
    with pytest.raises(KeyError):
        BOOK.for_("440100000000", date(2019, 1, 1))


@given(st.sampled_from(CODES), st.dates(date(2010, 1, 1), date(2030, 1, 1)))
def test_every_place_has_a_policy_on_every_day(place: str, day: date) -> None:
    policy = BOOK.for_(place, day)
    assert policy.poverty_line > 0
    assert policy is BOOK.for_(place, date(day.year, 1, 1))


def test_a_policy_says_what_the_plan_says() -> None:
    policy = BOOK.for_(VILLAGE, date(2018, 9, 4))
    assert (policy.appraisal_quorum, policy.appraisal_pass_ratio) == (Fraction(2, 3), Fraction(1, 2))
    assert (policy.rejection_appeal_days, policy.clear_out_appeal_days) == (7, 30)
    assert (policy.min_months, policy.verification_days, policy.home_check_days) == (6, 90, 30)
    assert (policy.monitoring_review_days("SUDDEN_HARDSHIP"), policy.monitoring_review_days("MARGINAL")) == (30, 90)
    assert (policy.re_entry_target_working_days, policy.re_entry_limit_working_days) == (5, 20)
    assert (policy.public_post_age_from, policy.public_post_age_below) == (16, 70)
    assert policy.backdating_days == 60
    assert policy.procedure_working_days == 20
    assert policy.step_working_days["APPRAISED"] == 2
    assert policy.publicity_days_township == 0


@pytest.mark.parametrize(
    ("exited", "until"),
    [
        (date(2018, 12, 20), date(2020, 12, 31)),
        (date(2019, 12, 31), date(2020, 12, 31)),
        (date(2020, 2, 29), date(2021, 2, 28)),
        (date(2020, 12, 15), date(2021, 12, 15)),
    ],
)
def test_policies_are_kept_for_a_year_and_not_less_than_to_the_end_of_the_battle(exited: date, until: date) -> None:
    assert BOOK.for_(VILLAGE, exited).retention_until(exited) == until


def test_a_requested_appraisal_is_due_within_the_policys_days() -> None:
    assert BOOK.for_(VILLAGE, date(2018, 12, 25)).appraisal_due(date(2018, 12, 25)) == date(2019, 1, 8)


def test_a_cause_names_the_measures_of_which_one_must_be_live() -> None:
    policy = BOOK.for_(VILLAGE, date(2019, 1, 1))
    assert policy.required_measures("ILLNESS") == {"HEALTH"}
    assert policy.required_measures("OTHER") == frozenset()
    assert policy.required_measures_for_risk("WATER") == {"WATER"}


def test_a_subsidy_rule_gathers_what_policy_says_of_it() -> None:
    rule = BOOK.for_(VILLAGE, date(2019, 1, 1)).subsidy_rule("EDUCATION_PRIMARY")
    assert (rule.maximum, rule.period, rule.age_from, rule.age_below) == (Decimal(1000), "TERM", 5, 17)
    open_rule = BOOK.for_(VILLAGE, date(2019, 1, 1)).subsidy_rule("OTHER")
    assert (open_rule.period, open_rule.age_below) == (None, None)


def test_a_policy_cannot_be_changed() -> None:
    policy = BOOK.for_(VILLAGE, date(2019, 1, 1))
    with pytest.raises(FrozenInstanceError):
        policy.backdating_days = 999  # type: ignore[misc]
    assert isinstance(policy.review_days, Mapping)
    with pytest.raises(TypeError):
        policy.review_days["MARGINAL"] = 1  # type: ignore[index]


def test_every_key_of_the_schema_is_read_by_one_field_and_every_field_by_a_key() -> None:
    read = [hint.__metadata__[0] for hint in Policy.__annotations__.values() if hasattr(hint, "__metadata__")]
    assert sorted(read) == sorted(spec.name for spec in policy_schema().keys)
