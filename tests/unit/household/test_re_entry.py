"""Re-entry: the formalities after a confirmed relapse (T10)."""

from registry.household.exit import ExitProposed, ProposeExit
from registry.household.re_entry import HouseholdReEntered, ReEnter
from registry.household.review import ApproveByCounty
from tests.support.histories import (
    COMPARATOR,
    RE_ENTERED_ON,
    RICH,
    compared,
    do,
    exited,
    home_check,
    publicity,
    re_entered,
    re_entry_approved,
    registered,
    relapsed,
    reviewed,
    vote,
)
from tests.support.scenario import Step, day, given, seen

CASE = "RE_ENTRY"


def enter(on: int = 330, main_cause: str | None = "ILLNESS", *others: str) -> Step:
    return do(ReEnter, day(on), attribute="DIBAO", main_cause=main_cause, other_causes=others)


def test_with_all_formalities_done_the_household_is_registered_again() -> None:
    outcome = given(re_entry_approved()).when(enter(330, "ILLNESS", "LACK_OF_LABOUR"))
    outcome.then(
        seen(
            HouseholdReEntered,
            from_status="RELAPSED",
            to_status="REGISTERED",
            spell_no=2,
            attribute="DIBAO",
            main_cause="ILLNESS",
            other_causes=["LACK_OF_LABOUR"],
            size=3,
        )
    )
    household = outcome.household
    assert not household.cases
    assert len(household.spells) == 2
    assert (household.exited_on, household.retention_until) == (None, None)


def test_every_missing_formality_is_named() -> None:
    outcome = given(relapsed()).when(enter())
    outcome.then_refuses("E-STEP-MISSING")
    assert outcome.refused is not None
    assert [v.params["step"] for v in outcome.refused.violations] == [
        "HOME_CHECKED",
        "COMPARED",
        "APPRAISED",
        "PUBLICISED_VILLAGE",
        "TOWNSHIP_REVIEWED",
        "COUNTY_APPROVED",
    ]


def test_the_check_that_proved_the_relapse_is_not_the_one_of_the_re_entry() -> None:
    given(relapsed()).when(compared(day(302), CASE)).then_refuses("E-STEP-MISSING")


def test_the_formalities_come_after_the_relapse() -> None:
    given(relapsed()).when(home_check(day(299), CASE)).then_refuses("E-DATE-ORDER")


def test_a_household_that_is_out_of_need_does_not_re_enter() -> None:
    steps = [home_check(day(301), CASE, RICH), compared(day(302), CASE), vote(day(303), CASE)]
    ended = [*publicity(day(304), CASE), reviewed(day(312), CASE), do(ApproveByCounty, day(313), procedure=CASE)]
    given(relapsed(), steps, ended).when(enter()).then_refuses("E-NEED-TEST-NOT-MET")


def test_causes_are_named_anew() -> None:
    given(re_entry_approved()).when(enter(330, None)).then_refuses("E-CAUSE-MISSING")


def test_two_persons_check_and_compare() -> None:
    second = home_check(day(315), CASE, by=(COMPARATOR,))
    given(re_entry_approved(), second).when(enter()).then_refuses("E-TWO-PERSON-RULE")


def test_only_a_relapsed_household_re_enters() -> None:
    given(exited()).when(enter(250)).then_refuses("E-STATE")
    given(registered()).when(enter(30)).then_refuses("E-STATE")


def test_it_re_enters_once() -> None:
    given(re_entered()).when(enter(331)).then_refuses("E-STATE")


def test_the_announcement_comes_after_the_approval() -> None:
    given(re_entry_approved()).when(enter(312)).then_refuses("E-DATE-ORDER")


def test_the_months_before_the_next_exit_count_from_the_relapse() -> None:
    outcome = given(re_entered()).when(do(ProposeExit, day(480)))
    outcome.then_refuses("E-TOO-SOON")
    assert outcome.violation("E-TOO-SOON")["earliest"] == day(484)
    given(re_entered()).when(do(ProposeExit, day(484))).then(ExitProposed)


def test_the_register_says_when() -> None:
    assert given(re_entered()).household.status_since == RE_ENTERED_ON
