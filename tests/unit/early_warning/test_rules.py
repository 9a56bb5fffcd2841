"""The rules that warn: each at its threshold, by group, on windows that end with a discharge; the same in any order."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.early_warning.burden import Expense, by_care, calendar_year, rolling
from registry.early_warning.rules import Facts, Finding, find
from registry.policy.policy import Policy
from tests.support.early_warnings import expense as expense_id
from tests.support.scenario import COUNTY, person, shipped_policies

DAY = date(2019, 3, 18)
LONG_AGO = date(2000, 1, 1)
POLICY: Policy = shipped_policies().for_(COUNTY, DAY)
LISTED = ("REGISTERED", "EXITED", "MONITORED")


def spent(
    number: int, personal: int, on: date = DAY, *, total: int = 0, who: int = 1, care: str = "INPATIENT", settled: bool = True
) -> Expense:
    own = Decimal(personal)
    return Expense(expense_id(number), person(who), on, care, Decimal(total) or own, own, own, settled)


def facts(group: str = "EXITED", size: int = 3, income: int | None = None) -> Facts:
    return Facts(group, size, None if income is None else Decimal(income), POLICY)


def found(*expenses: Expense, of: Facts | None = None, since: date = LONG_AGO) -> Finding:
    known = of or facts()
    return find(expenses, lambda day: known, since)


def rules(finding: Finding) -> list[str]:
    return [rule.rule for rule in finding.fired]


def test_nobody_is_judged_anew_by_the_policy_of_a_relatives_day() -> None:
    """An unlisted person's 5,000 are below every threshold; a relative's 100, after the household was listed, change nothing."""
    later = DAY + timedelta(days=14)

    def known(day: date) -> Facts:
        return facts("OTHER_RURAL" if day < later else "EXITED")

    expenses = [spent(1, 5000, who=1), spent(2, 100, later, who=2)]
    assert find(expenses, known, LONG_AGO).level == "NONE"
    assert find([*expenses, spent(3, 100, later, who=1)], known, LONG_AGO).level == "YELLOW"


@pytest.mark.parametrize("group", LISTED)
@pytest.mark.parametrize(
    ("personal", "fires", "level"),
    [
        (2999, [], "NONE"),
        (3000, ["P1"], "BLUE"),
        (4999, ["P1"], "BLUE"),
        (5000, ["P1", "P2"], "YELLOW"),
        (10_000, ["P1", "P2", "P3"], "ORANGE"),
        (20_000, ["G1", "P1", "P2", "P3", "P4"], "RED"),
    ],
)
def test_personal_burden_of_those_whom_the_register_lists(group: str, personal: int, fires: list[str], level: str) -> None:
    finding = found(spent(1, personal), of=facts(group))
    assert (rules(finding), finding.level) == (fires, level)


@pytest.mark.parametrize(
    ("personal", "fires"), [(5999, []), (6000, ["P1"]), (12_899, ["P1"]), (12_900, ["P1", "P2"]), (19_999, ["P1", "P2"])]
)
def test_personal_burden_of_others_is_about_a_years_income(personal: int, fires: list[str]) -> None:
    assert [rule for rule in rules(found(spent(1, personal), of=facts("OTHER_RURAL"))) if rule != "H1"] == fires


def test_a_stay_that_costs_much_is_a_first_sign_also_before_it_is_settled() -> None:
    finding = found(spent(1, 0, total=20_000, settled=False))
    assert (rules(finding), finding.level, finding.basis) == (["G1"], "BLUE", Decimal(20_000))
    assert rules(found(spent(1, 0, total=20_000, care="OUTPATIENT"))) == []
    assert rules(found(spent(1, 100, total=19_999))) == []


def test_gross_cost_of_a_year_fires_where_insurance_paid_nearly_all() -> None:
    finding = found(spent(1, 400, total=30_000), spent(2, 400, DAY + timedelta(days=90), total=20_000))
    assert (rules(finding), finding.level) == (["G1", "G2"], "YELLOW")
    assert finding.basis == Decimal(50_000)


def test_a_household_bears_what_its_members_bear_together() -> None:
    together = [spent(1, 2900, who=1), spent(2, 2900, who=2)]
    assert rules(found(*together, of=facts("REGISTERED", income=14_500))) == ["H1"]
    assert rules(found(*together, of=facts("REGISTERED", income=14_501))) == []
    assert rules(found(*together, of=facts(income=None))) == []


def test_where_the_income_of_others_is_not_known_the_provinces_stands_in() -> None:
    limit = POLICY.rural_income * 2 / 2
    finding = found(spent(1, int(limit) + 1, total=1), of=facts("OTHER_RURAL", size=2))
    assert "H1" in rules(finding)
    assert "H1" not in rules(found(spent(1, int(limit) - 1, total=1), of=facts("OTHER_RURAL", size=2)))


def test_who_falls_below_a_line_by_the_burden_and_was_not_below_it_before() -> None:
    line, monitoring = POLICY.poverty_line, POLICY.monitoring_line
    above = int(monitoring * 3) + 3
    assert rules(found(spent(1, 3500), of=facts(income=above))) == ["L1", "P1"]
    assert rules(found(spent(1, 3500), of=facts(income=int(line * 3) + 3))) == ["L2", "P1"]
    assert rules(found(spent(1, 3500), of=facts(income=int(line * 3) - 3))) == ["P1"]
    assert rules(found(spent(1, 2900), of=facts(income=above))) == []
    assert rules(found(spent(1, 3500), of=facts("REGISTERED", income=above))) == ["P1"]


def test_a_window_has_365_days_with_the_discharge_as_its_last() -> None:
    first = spent(1, 3000, DAY - timedelta(days=364))
    assert rolling([first, spent(2, 2000)], DAY).personal == 5000
    assert rolling([spent(1, 3000, DAY - timedelta(days=365)), spent(2, 2000)], DAY).personal == 2000
    leap = [spent(1, 1000, date(2020, 2, 29)), spent(2, 1000, date(2021, 2, 27))]
    assert rolling(leap, date(2021, 2, 27)).personal == 2000
    assert rolling(leap, date(2021, 2, 28)).personal == 1000


def test_a_calendar_year_begins_anew() -> None:
    across = [spent(1, 3000, date(2018, 12, 31)), spent(2, 2000, date(2019, 1, 1))]
    assert calendar_year(across, date(2019, 1, 1)).personal == 2000
    assert rolling(across, date(2019, 1, 1)).personal == 5000
    assert rules(found(*across)) == ["P1", "P2"]


def test_two_hospitals_on_one_day_add_up() -> None:
    assert found(spent(1, 2500), spent(2, 2500)).level == "YELLOW"


def test_small_amounts_are_left_out_of_the_burden_and_not_of_the_cost() -> None:
    burden = rolling([spent(1, 49), spent(2, 50)], DAY, POLICY.warning_small_amount)
    assert (burden.personal, burden.gross) == (50, 99)


def test_by_kind_of_care() -> None:
    sums = by_care([spent(1, 10), spent(2, 20, care="CHRONIC_OUTPATIENT"), spent(3, 5)], DAY)
    assert {care: burden.personal for care, burden in sums.items()} == {"INPATIENT": 15, "CHRONIC_OUTPATIENT": 20}


def test_what_is_long_past_fires_no_more_but_still_counts_in_later_windows() -> None:
    old, new = spent(1, 6000, DAY - timedelta(days=200)), spent(2, 100)
    assert found(old, since=DAY - timedelta(days=100)).level == "NONE"
    finding = found(old, new, since=DAY - timedelta(days=100))
    assert finding.level == "YELLOW"
    assert finding.expenses == {old.expense_id, new.expense_id}


def test_the_facts_are_those_of_the_day() -> None:
    moved_on = DAY + timedelta(days=10)

    def on(day: date) -> Facts:
        return facts("OTHER_RURAL" if day < moved_on else "EXITED", income=1_000_000)

    assert find([spent(1, 5000)], on, LONG_AGO).level == "NONE"
    assert find([spent(1, 5000, moved_on)], on, LONG_AGO).level == "YELLOW"


EXPENSES = st.builds(
    lambda number, personal, more, back, who, care, settled: Expense(
        UUID(int=number), person(who), DAY - timedelta(days=back), care, Decimal(personal + more), Decimal(personal),
        Decimal(personal), settled,
    ),
    st.integers(1, 10**6), st.integers(0, 30_000), st.integers(0, 90_000), st.integers(0, 500), st.integers(1, 3),
    st.sampled_from(["INPATIENT", "OUTPATIENT"]), st.booleans(),
)  # fmt: skip


@given(
    expenses=st.lists(EXPENSES, max_size=8, unique_by=lambda e: e.expense_id),
    group=st.sampled_from([*LISTED, "OTHER_RURAL"]),
    income=st.none() | st.integers(0, 60_000),
    seed=st.integers(0, 2**16),
)
def test_order_does_not_matter_and_no_expense_more_lowers_the_level(
    expenses: list[Expense], group: str, income: int | None, seed: int
) -> None:
    known = facts(group, 3, income)
    finding = found(*expenses, of=known)
    shuffled = Random(seed).sample(expenses, len(expenses))
    assert found(*shuffled, of=known) == finding
    assert finding.expenses <= {expense.expense_id for expense in expenses}
    assert all(rule.amount >= rule.threshold for rule in finding.fired if not rule.rule.startswith("L"))
    if expenses:
        fewer = found(*expenses[1:], of=known)
        before, after = {r.rule for r in fewer.fired}, {r.rule for r in finding.fired}
        assert before - {"L1", "L2"} <= after
