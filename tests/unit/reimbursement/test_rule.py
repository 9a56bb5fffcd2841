"""Rule R1: what falls short of a target, by exact amounts."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.register.past_assistance import assistance_on, stated
from projections.reimbursement.rule import KINDS, TEKUN, Targets, falls_short, ratio_text, shipped_targets, target_kind

NINE_TENTHS = Fraction(9, 10)
FEN = st.integers(0, 10**9)
TARGETS = st.fractions(Fraction(1, 2), Fraction(1), max_denominator=1000)


@pytest.mark.parametrize(
    ("care", "tekun", "kind"),
    [
        ("INPATIENT", False, "INPATIENT"),
        ("CHRONIC_OUTPATIENT", False, "CHRONIC_OUTPATIENT"),
        ("OUTPATIENT", False, None),
        ("INPATIENT", True, TEKUN),
        ("OUTPATIENT", True, TEKUN),
    ],
)
def test_a_settlement_has_the_target_of_the_person_or_of_the_care(care: str, tekun: bool, kind: str | None) -> None:
    assert target_kind(care, tekun=tekun) == kind


@pytest.mark.parametrize(("personal", "short"), [(100_00, False), (100_01, True), (0, False), (1000_00, True)])
def test_one_fen_decides(personal: int, short: bool) -> None:
    assert falls_short(1000_00, personal, NINE_TENTHS) is short


def test_what_cost_nothing_does_not_fall_short() -> None:
    assert not falls_short(0, 0, Fraction(1))
    assert ratio_text(0, 0) is None


def test_every_fen_of_the_destitute_falls_short_and_is_an_alert_from_500_yuan_on() -> None:
    targets = shipped_targets()
    assert falls_short(1000_00, 1, targets.ratios[TEKUN])
    assert not targets.alerts(TEKUN, 1000_00, 499_99)
    assert targets.alerts(TEKUN, 1000_00, 500_00)


def test_a_large_personal_part_within_the_target_is_no_alert() -> None:
    assert not shipped_targets().alerts("INPATIENT", 100_000_00, 10_000_00)


def test_the_shipped_targets_are_those_of_the_plan() -> None:
    assert dict(shipped_targets().ratios) == {"INPATIENT": NINE_TENTHS, "CHRONIC_OUTPATIENT": Fraction(4, 5), TEKUN: Fraction(1)}
    assert set(KINDS) == shipped_targets().ratios.keys()
    assert Targets.of({}, Decimal("500.50")).alert_personal == 500_50


@given(FEN, FEN, TARGETS)
def test_it_falls_short_exactly_where_the_share_is_smaller(total: int, personal: int, target: Fraction) -> None:
    personal = min(total, personal)
    assert falls_short(total, personal, target) is (total > 0 and Fraction(total - personal, total) < target)


@given(FEN, FEN, TARGETS)
def test_whoever_pays_less_never_falls_short_where_the_other_did_not(total: int, personal: int, target: Fraction) -> None:
    personal = min(total, personal)
    if not falls_short(total, personal, target):
        assert not falls_short(total, personal // 2, target)


@given(st.integers(1, 10**9), FEN)
def test_the_text_never_says_more_than_was_reimbursed(total: int, personal: int) -> None:
    personal = min(total, personal)
    text, share = ratio_text(total, personal), Fraction(total - personal, total)
    assert text is not None
    assert Fraction(text) <= share < Fraction(text) + Fraction(1, 10_000)


STATEMENTS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["NONE", "DIBAO", "TEKUN"])), max_size=6)


@given(STATEMENTS, st.integers(0, 9))
def test_the_assistance_of_a_day_is_what_was_last_stated_for_the_latest_day_by_then(
    statements: list[tuple[int, str]], day: int
) -> None:
    past = ""
    for on, state in statements:
        past = stated(past, on, state)
    while statements and statements[0][1] == "NONE":
        statements = statements[1:]  # of who never had any it goes without saying
    holding = sorted((on, number, state) for number, (on, state) in enumerate(statements) if on <= day)
    assert assistance_on(past, day) == (holding[-1][2] if holding else "NONE")
