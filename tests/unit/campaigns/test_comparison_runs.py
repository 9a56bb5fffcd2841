"""The two runs of a year: one after another, each in its half, over sectors that the policy allows."""

from datetime import date

import pytest

from registry.campaigns.comparison_runs import CloseComparisonRun, ComparisonRunClosed, ComparisonRunOpened, run_id_of
from tests.support.campaigns import RUN, RUNS, run_closed, run_opened
from tests.support.register import a_register, on
from tests.support.scenario import PROVINCE, day, ref, seen

FIRST_HALF = {"year": 2019, "half": 1, "window_from": date(2019, 1, 1), "window_to": date(2019, 6, 30)}


def test_a_run_is_opened_for_a_half_year_and_said_again_changes_nothing() -> None:
    opened = seen(ComparisonRunOpened, run_id=RUN, year=2018, half=2, sectors=["VEHICLE", "HUKOU", "DIBAO"], division=PROVINCE)
    a_register().when(run_opened()).then(on(RUNS, opened)).when(run_opened(on=day(6))).then_nothing_happens()


def test_a_run_waits_for_the_one_before_it() -> None:
    a_register(run_opened()).when(run_opened(on=day(200), **FIRST_HALF)).then_refuses("E-RUN-OPEN")
    next_run = seen(ComparisonRunOpened, run_id=run_id_of(PROVINCE, 2019, 1))
    a_register(run_opened(), run_closed()).when(run_opened(on=day(200), **FIRST_HALF)).then(on(RUNS, next_run))


def test_a_half_year_has_one_run() -> None:
    a_register(run_opened(), run_closed()).when(run_opened(on=day(50))).then_refuses("E-WINDOW-OVERLAP")
    a_register(run_opened()).when(run_opened(sectors=("HUKOU",))).then_refuses("E-RUN-OPEN", "E-WINDOW-OVERLAP")


def test_the_days_are_of_the_half_year_and_in_order() -> None:
    outcome = a_register().when(run_opened(window_from=date(2018, 6, 30), window_to=date(2019, 1, 1)))
    assert outcome.then_refuses("E-CAMPAIGN-WINDOW").fields("E-CAMPAIGN-WINDOW") == ["window_from", "window_to"]
    a_register().when(run_opened(window_from=date(2018, 8, 2), window_to=date(2018, 8, 1))).then_refuses("E-DATE-ORDER")


@pytest.mark.parametrize(("sectors", "code"), [((), "E-SECTORS-MISSING"), (("HUKOU", "BANK"), "E-SECTOR-EXCLUDED")])
def test_some_sectors_are_asked_and_banks_are_not(sectors: tuple[str, ...], code: str) -> None:
    a_register().when(run_opened(sectors=sectors)).then_refuses(code)


def test_no_run_is_opened_or_closed_on_a_day_to_come() -> None:
    a_register().today(day(3)).when(run_opened()).then_refuses("E-DATE-FUTURE")
    a_register(run_opened()).today(day(6)).when(run_closed()).then_refuses("E-DATE-FUTURE")


def test_a_run_is_closed_once() -> None:
    register = a_register(run_opened()).when(run_closed()).then(on(RUNS, seen(ComparisonRunClosed, run_id=RUN)))
    register.when(run_closed(on=day(41))).then_nothing_happens()
    register.when(CloseComparisonRun(run_id=ref(1), effective_on=day(41))).then_refuses("E-RUN-UNKNOWN")
