"""The year in which a household is expected to exit: a report line, never a guard."""

import pytest

from registry.household.exit import ExitProposed, ProposeExit
from registry.household.exit_year import ExitYearExpected, ExpectExitYear
from tests.support.histories import History, do, exited, helped, in_ledger, pre_exit, registered, relapsed
from tests.support.scenario import Step, day, given, seen


def expect(year: int, on: int = 30) -> Step:
    return do(ExpectExitYear, day(on), year=year)


def test_a_year_is_expected() -> None:
    outcome = given(registered()).when(expect(2019))
    outcome.then(seen(ExitYearExpected, year=2019))
    assert outcome.household.exit_year == 2019


def test_the_same_year_again_is_silent() -> None:
    given(registered(), expect(2019)).when(expect(2019, 31)).then_nothing_happens()


def test_another_year_may_be_expected() -> None:
    given(registered(), expect(2019)).when(expect(2020, 31)).then(seen(ExitYearExpected, year=2020))


def test_a_year_that_is_over_is_refused() -> None:
    outcome = given(registered()).when(expect(2017))
    outcome.then_refuses("E-FIELD-RANGE")
    assert outcome.violation("E-FIELD-RANGE") == {"at": "year", "minimum": 2018, "maximum": 2100}


@pytest.mark.parametrize("poor", [registered, pre_exit, relapsed], ids=lambda poor: poor.__name__)
def test_every_poor_household_may_be_expected_to_exit(poor: History) -> None:
    given(poor()).when(expect(2020, 310)).then(ExitYearExpected)


@pytest.mark.parametrize("other", [in_ledger, exited], ids=lambda other: other.__name__)
def test_who_is_not_poor_does_not_exit(other: History) -> None:
    given(other()).when(expect(2020, 310)).then_refuses("E-STATE")


def test_the_expected_year_holds_no_exit_back() -> None:
    given(helped(), expect(2020)).when(do(ProposeExit, day(210))).then(ExitProposed)
