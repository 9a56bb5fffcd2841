"""The yearly plan of exits, as events: a target, amended at will, that no decision reads."""

from dataclasses import replace
from typing import Any

import pytest

from registry.reference.exit_plan import AnnualExitPlanSet, SetAnnualExitPlan
from registry.reference.stream import stream_id
from tests.support.register import a_register, on
from tests.support.scenario import COUNTY, PROVINCE, TOWNSHIP, day, seen

OF_PROVINCE = SetAnnualExitPlan(effective_on=day(0), place=PROVINCE, year=2018, persons=83_000, villages=83, counties=2)
OF_COUNTY = SetAnnualExitPlan(effective_on=day(0), place=COUNTY, year=2018, persons=4_000, households=1_000, villages=9)


def test_a_plan_is_recorded_with_its_figures() -> None:
    of_province = seen(AnnualExitPlanSet, division=PROVINCE, year=2018, persons=83_000, households=None, villages=83, counties=2)
    of_county = seen(AnnualExitPlanSet, division=COUNTY, persons=4_000, households=1_000, villages=9, counties=0)
    register = a_register().when(OF_PROVINCE).then(on(stream_id("exit_plan", PROVINCE), of_province))
    register.when(OF_COUNTY).then(on(stream_id("exit_plan", COUNTY), of_county))


def test_the_same_plan_again_is_silent_and_another_one_replaces_it() -> None:
    stream = stream_id("exit_plan", PROVINCE)
    a_register(OF_PROVINCE).when(replace(OF_PROVINCE, effective_on=day(9))).then_nothing_happens()
    amended = replace(OF_PROVINCE, effective_on=day(9), persons=86_000)
    register = a_register(OF_PROVINCE).when(amended).then(on(stream, seen(AnnualExitPlanSet, persons=86_000)))
    register.when(replace(OF_PROVINCE, effective_on=day(10))).then(on(stream, seen(AnnualExitPlanSet, persons=83_000)))


def test_each_year_has_its_own() -> None:
    next_year = replace(OF_PROVINCE, year=2019, persons=39_600)
    a_register(OF_PROVINCE).when(next_year).then(on(stream_id("exit_plan", PROVINCE), AnnualExitPlanSet))
    a_register(OF_PROVINCE, next_year).when(OF_PROVINCE).then_nothing_happens()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"place": "469030888000"}, "E-DIVISION-UNKNOWN", "place"),
        ({"place": TOWNSHIP}, "E-DIVISION-LEVEL", "place"),
        ({"year": 2013}, "E-FIELD-RANGE", "year"),
        ({"persons": -1}, "E-FIELD-RANGE", "persons"),
        ({"households": 4_001}, "E-FIELD-RANGE", "households"),
        ({"counties": 2}, "E-FIELD-RANGE", "counties"),
        ({"effective_on": day(2)}, "E-DATE-FUTURE", "effective_on"),
    ],
)
def test_what_is_no_plan_is_refused(change: dict[str, Any], code: str, field: str) -> None:
    outcome = a_register().today(day(1)).when(replace(OF_COUNTY, **change))
    assert outcome.then_refuses(code).fields(code) == [field]


def test_every_fault_is_told_at_once() -> None:
    wrong = replace(OF_COUNTY, place=TOWNSHIP, households=5_000, effective_on=day(2))
    a_register().today(day(1)).when(wrong).then_refuses("E-DIVISION-LEVEL", "E-FIELD-RANGE", "E-DATE-FUTURE")
