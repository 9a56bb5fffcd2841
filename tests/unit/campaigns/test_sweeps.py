"""The annual sweep: opened in its months, over households listed by group, each checked once."""

from datetime import date

import pytest

from registry.campaigns.sweep_target import SweepHouseholdChecked, SweepTargetListed
from registry.campaigns.sweeps import CloseSweep, SweepClosed, SweepOpened, sweep_id_of
from tests.support.campaigns import SWEEP, SWEEPS, TARGET, checked, listed, sweep_closed, sweep_opened
from tests.support.families import opening
from tests.support.register import a_register, on
from tests.support.scenario import HOUSEHOLD, PROVINCE, VILLAGE, day, ref, seen


def test_a_year_has_one_sweep() -> None:
    register = a_register().when(sweep_opened()).then(on(SWEEPS, seen(SweepOpened, year=2018, division=PROVINCE)))
    register.when(sweep_opened(on=day(6))).then_nothing_happens()
    register.when(sweep_closed()).then(on(SWEEPS, seen(SweepClosed, sweep_id=SWEEP)))
    register.when(sweep_closed(on=day(61))).then_nothing_happens()
    register.when(sweep_opened(on=day(20))).then_refuses("E-WINDOW-OVERLAP")
    next_year = seen(SweepOpened, sweep_id=sweep_id_of(PROVINCE, 2019))
    register.when(sweep_opened(on=date(2019, 7, 1), year=2019)).then(on(SWEEPS, next_year))


@pytest.mark.parametrize(("on_day", "year"), [(date(2019, 6, 30), 2019), (date(2019, 10, 1), 2019), (date(2019, 8, 1), 2018)])
def test_it_begins_in_its_months_of_its_year(on_day: date, year: int) -> None:
    a_register().when(sweep_opened(on=on_day, year=year)).then_refuses("E-SWEEP-MONTHS")


def test_one_waits_for_the_other() -> None:
    a_register(sweep_opened()).when(sweep_opened(on=date(2019, 7, 1), year=2019)).then_refuses("E-RUN-OPEN")
    a_register().when(sweep_closed()).then_refuses("E-RUN-UNKNOWN")
    a_register(sweep_opened()).today(day(6)).when(sweep_closed()).then_refuses("E-DATE-FUTURE")
    a_register().today(day(3)).when(sweep_opened()).then_refuses("E-DATE-FUTURE")


def test_a_household_is_listed_for_each_of_its_groups_once() -> None:
    first = seen(SweepTargetListed, household_id=HOUSEHOLD, groups=["DISABLED"], division=VILLAGE)
    register = a_register(opening(), sweep_opened()).when(listed()).then(on(TARGET, first))
    register.when(listed("DISABLED")).then_nothing_happens()
    register.when(listed("DISABLED", "DIBAO", "DIBAO")).then(on(TARGET, seen(SweepTargetListed, groups=["DIBAO"])))


def test_a_listed_household_is_checked_once() -> None:
    found = seen(SweepHouseholdChecked, sweep_result="QUALIFYING", checkers=["staff-1"])
    register = a_register(opening(), sweep_opened(), listed()).when(checked("QUALIFYING")).then(on(TARGET, found))
    register.when(checked("QUALIFYING", on=day(8))).then_nothing_happens()
    register.when(checked("NOT_QUALIFYING", on=day(8))).then_refuses("E-TARGET-CHECKED")
    register.loaded = {}
    assert register.household(HOUSEHOLD).status == "REGISTERED"


def test_what_is_not_listed_is_not_checked_and_a_closed_sweep_lists_nobody() -> None:
    a_register(opening(), sweep_opened()).when(checked()).then_refuses("E-TARGET-UNKNOWN")
    closed = a_register(opening(), sweep_opened(), listed(), sweep_closed())
    closed.when(listed("DIBAO", on=day(61))).then_refuses("E-SWEEP-CLOSED")
    closed.when(checked(on=day(61))).then_refuses("E-SWEEP-CLOSED")
    a_register(opening()).when(listed()).then_refuses("E-RUN-UNKNOWN")
    a_register(sweep_opened()).when(listed()).then_refuses("E-HOUSEHOLD-UNKNOWN")
    a_register(opening()).when(CloseSweep(sweep_id=ref(1), effective_on=day(5))).then_refuses("E-RUN-UNKNOWN")


def test_groups_and_checkers_are_named() -> None:
    nobody = type(checked())(sweep_id=SWEEP, household_id=HOUSEHOLD, effective_on=day(7), checkers=(), sweep_result="NOT_FOUND")
    register = a_register(opening(), sweep_opened(), listed())
    register.when(nobody).then_refuses("E-FIELD-MISSING")
    empty = type(listed())(sweep_id=SWEEP, household_id=HOUSEHOLD, effective_on=day(7), groups=())
    register.when(empty).then_refuses("E-SWEEP-GROUPS")
