"""A comparison run and a sweep, and what is found in them."""

from datetime import date
from typing import Any

from registry.campaigns.comparison_runs import CloseComparisonRun, OpenComparisonRun, run_id_of, runs_id_of
from registry.campaigns.finding import FindMismatch
from registry.campaigns.handling import ActOnMismatch, AssignMismatch, CloseMismatch, RecordMismatchVerdict
from registry.campaigns.mismatch import mismatch_id_of
from registry.campaigns.sweep_target import CheckSweepTarget, ListSweepTarget, target_id_of
from registry.campaigns.sweeps import CloseSweep, OpenSweep, sweep_id_of, sweeps_id_of
from tests.support.scenario import HOUSEHOLD, PROVINCE, TOWNSHIP, By, actor, by, day, paper

RUNS = runs_id_of(PROVINCE)
RUN = run_id_of(PROVINCE, 2018, 2)
MISMATCH = mismatch_id_of(RUN, "VEHICLE", "VEHICLE_OWNER", HOUSEHOLD, None)
SWEEPS = sweeps_id_of(PROVINCE)
SWEEP = sweep_id_of(PROVINCE, 2018)
TARGET = target_id_of(SWEEP, HOUSEHOLD)
VERIFIER = actor("TOWNSHIP_OFFICER")
CLOSER = actor("COUNTY_OFFICER")


def run_opened(on: date = day(5), **changes: Any) -> OpenComparisonRun:  # noqa: B008
    """The run of the second half of 2018, over cars and household registration."""
    given = {"year": 2018, "half": 2, "window_from": date(2018, 7, 1), "window_to": date(2018, 12, 31)}
    return OpenComparisonRun(effective_on=on, **{**given, "sectors": ("VEHICLE", "HUKOU", "DIBAO"), **changes})  # type: ignore[arg-type]


def run_closed(on: date = day(40)) -> CloseComparisonRun:  # noqa: B008
    """The run's end."""
    return CloseComparisonRun(run_id=RUN, effective_on=on)


def found(on: date = day(10), **changes: Any) -> FindMismatch:  # noqa: B008
    """A car."""
    given = {"run_id": RUN, "household_id": HOUSEHOLD, "sector": "VEHICLE", "rule": "VEHICLE_OWNER"}
    return FindMismatch(effective_on=on, **{**given, **changes})  # type: ignore[arg-type]


def assigned(on: date = day(11), township: str = TOWNSHIP) -> AssignMismatch:  # noqa: B008
    """The township has it."""
    return AssignMismatch(mismatch_id=MISMATCH, effective_on=on, township=township)


def verdict(said: str = "TRUE_POSITIVE", on: date = day(12)) -> By:  # noqa: B008
    """The township looked."""
    command = RecordMismatchVerdict(mismatch_id=MISMATCH, effective_on=on, verdict=said, evidence=(paper("COMPARISON_REPORT"),))
    return by(VERIFIER, command)


def acted(outcome: str = "CORRECTION", on: date = day(13), **link: Any) -> ActOnMismatch:  # noqa: B008
    """What was done."""
    return ActOnMismatch(mismatch_id=MISMATCH, effective_on=on, outcome=outcome, **link)


def mismatch_closed(on: date = day(14)) -> By:  # noqa: B008
    """The county ends it."""
    return by(CLOSER, CloseMismatch(mismatch_id=MISMATCH, effective_on=on))


def sweep_opened(on: date = day(5), year: int = 2018) -> OpenSweep:  # noqa: B008
    """The sweep of 2018."""
    return OpenSweep(year=year, effective_on=on)


def sweep_closed(on: date = day(60)) -> CloseSweep:  # noqa: B008
    """Its end."""
    return CloseSweep(sweep_id=SWEEP, effective_on=on)


def listed(*groups: str, on: date = day(6)) -> ListSweepTarget:  # noqa: B008
    """The household is a target."""
    return ListSweepTarget(sweep_id=SWEEP, household_id=HOUSEHOLD, effective_on=on, groups=groups or ("DISABLED",))


def checked(result: str = "ALREADY_REGISTERED", on: date = day(7)) -> CheckSweepTarget:  # noqa: B008
    """Somebody was there."""
    return CheckSweepTarget(sweep_id=SWEEP, household_id=HOUSEHOLD, effective_on=on, checkers=("staff-1",), sweep_result=result)
