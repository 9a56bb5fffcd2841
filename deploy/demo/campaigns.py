"""Comparisons twice a year and a sweep every summer: what they find, and what is made of it.

Source: three-year plan, items 23 and 24 (a sweep a year, two comparisons a year, problems in a closed loop). How many hits there
are, how many of them are true, and that a sixth of the households is listed, are assumptions.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from heapq import heappop, heappush
from random import Random
from typing import TYPE_CHECKING, Final
from uuid import UUID

from deploy.demo.days import LAST_DAY, working_day
from deploy.demo.life import CLOSED, EXITED, Life
from deploy.demo.staff import PROVINCE, PROVINCE_OFFICER, Office
from deploy.demo.stories import obstacles
from deploy.demo.stories.papers import paper
from deploy.demo.turn import Step, Turn
from registry.campaigns.comparison_runs import CloseComparisonRun, OpenComparisonRun, run_id_of
from registry.campaigns.finding import FindMismatch
from registry.campaigns.handling import ActOnMismatch, AssignMismatch, CloseMismatch, RecordMismatchVerdict
from registry.campaigns.mismatch import mismatch_id_of
from registry.campaigns.sweep_target import CheckSweepTarget, ListSweepTarget
from registry.campaigns.sweeps import CloseSweep, OpenSweep, sweep_id_of

if TYPE_CHECKING:
    from deploy.demo.province import Province

_RUNS: Final = {
    working_day(day): (day.year, 1 + (day.month > 6))
    for day in (date(2018, 11, 5), date(2019, 5, 8), date(2019, 11, 4), date(2020, 5, 11), date(2020, 11, 2))
}
_SWEEPS: Final = {working_day(date(year, 7, 15)): year for year in (2019, 2020)}
_RULES: Final = (
    ("VEHICLE", "VEHICLE_OWNER"),
    ("HOUSING", "COMMERCIAL_HOUSING_OWNER"),
    ("BUSINESS", "COMPANY_SHAREHOLDER"),
    ("DIBAO", "DIBAO_DIFFERS"),
    ("HUKOU", "DECEASED_MEMBER"),
    ("HEALTH", "NOT_INSURED"),
)
_GROUPS: Final = ("DISABLED", "MAJOR_ILLNESS", "DIBAO", "DANGEROUS_HOUSING", "APPLIED_NOT_ADMITTED", "OTHER")
_RUN_DAYS, _SWEEP_DAYS = 60, 62
_HIT_SHARE, _TRUE_SHARE, _IN_SPITE = 0.01, 0.35, 0.4
_HITS_MIN: Final = 2
_LISTED_OF, _LOOKED_AT, _QUALIFYING = 6, 0.93, 0.02
_THREADS_FROM: Final = 3_000_000

Happening = Callable[[date, Random], Iterator[Step]]


class Campaigns:
    """Gives the steps of one day after another; each day once, in order."""

    def __init__(self, province: "Province") -> None:
        self._province = province
        self._due: list[tuple[int, int, Happening]] = []
        self._number = 0

    def steps_on(self, day: date) -> Iterator[Step]:
        """What is opened, found, looked at and closed on that day."""
        if day in _RUNS:
            yield from self._run(day, *_RUNS[day])
        if day in _SWEEPS:
            yield from self._sweep(day, _SWEEPS[day])
        while self._due and self._due[0][0] <= day.toordinal():
            _, number, happening = heappop(self._due)
            yield from happening(day, self._province.fate.apart(f"campaigns/{number}"))

    def _later(self, day: date, happening: Happening) -> None:
        """For the first working day at or after this one; beyond the end it is let go."""
        self._number += 1
        on = working_day(day)
        if on <= LAST_DAY:
            heappush(self._due, (on.toordinal(), self._number, happening))

    def _thread(self, chance: Random) -> UUID:
        return UUID(int=chance.getrandbits(128), version=4)

    def _run(self, day: date, year: int, half: int) -> Iterator[Step]:
        chance = self._province.fate.apart(f"comparison/{year}/{half}")
        opened = OpenComparisonRun(
            effective_on=day,
            year=year,
            half=half,
            window_from=date(year, 1 if half == 1 else 7, 1),
            window_to=day - timedelta(days=day.day),
            sectors=tuple(sector for sector, _ in _RULES),
        )
        yield Step(PROVINCE_OFFICER, opened, None, self._thread(chance))
        run_id = run_id_of(PROVINCE, year, half)
        registered = [life for _, life in sorted(self._province.lives.items()) if life.status == "REGISTERED"]
        suspects = self._province.take_suspects()
        hits = chance.sample(registered, min(len(registered), max(_HITS_MIN, round(len(registered) * _HIT_SHARE))))
        for _, life in sorted({life.number: life for life in (*suspects, *hits)}.items()):
            self._later(day + timedelta(days=chance.randint(3, 25)), self._finding(run_id, life))
        close = CloseComparisonRun(run_id=run_id, effective_on=working_day(day + timedelta(days=_RUN_DAYS)))
        self._later(close.effective_on, lambda _, again: iter([Step(PROVINCE_OFFICER, close, None, self._thread(again))]))

    def _finding(self, run_id: UUID, life: Life) -> Happening:
        def found(day: date, chance: Random) -> Iterator[Step]:
            if life.case or life.status != "REGISTERED":
                return
            (sector, rule), household_id, office = chance.choice(_RULES), life.household_id, life.office
            find = FindMismatch(run_id=run_id, household_id=household_id, effective_on=day, sector=sector, rule=rule)
            yield Step(office.county, find, household_id, self._thread(chance))
            life.obstacles += 1
            mismatch_id = mismatch_id_of(run_id, sector, rule, household_id, None)
            self._later(day + timedelta(days=chance.randint(1, 3)), self._handling(mismatch_id, life, office))
            if chance.random() < _IN_SPITE:
                turn = Turn.of(life, day, _THREADS_FROM + self._number, self._province)
                life.plan(turn.in_days(1, 4), obstacles.propose_in_spite, obstacles.MISMATCH)
                self._province.rouse(life)

        return found

    def _handling(self, mismatch_id: UUID, life: Life, office: Office) -> Happening:
        """Assigned, verified (some of it late), acted on and closed, one after the other."""

        def assigned(day: date, chance: Random) -> Iterator[Step]:
            assign = AssignMismatch(mismatch_id=mismatch_id, effective_on=day, township=office.township.division)
            yield Step(office.county, assign, life.household_id, self._thread(chance))
            self._later(day + timedelta(days=chance.randint(2, 11)), verified)

        def verified(day: date, chance: Random) -> Iterator[Step]:
            said = "TRUE_POSITIVE" if chance.random() < _TRUE_SHARE else "FALSE_POSITIVE"
            papers = (paper("COMPARISON_REPORT", chance),)
            verdict = RecordMismatchVerdict(mismatch_id=mismatch_id, effective_on=day, verdict=said, evidence=papers)
            yield Step(office.township, verdict, life.household_id, self._thread(chance))
            outcome = chance.choice(("CORRECTION", "CORRECTION", "APPRAISAL")) if said == "TRUE_POSITIVE" else "NONE"
            self._later(day + timedelta(days=chance.randint(1, 5)), acted(outcome))

        def acted(outcome: str) -> Happening:
            def done(day: date, chance: Random) -> Iterator[Step]:
                act = ActOnMismatch(mismatch_id=mismatch_id, effective_on=day, outcome=outcome)
                yield Step(office.township, act, life.household_id, self._thread(chance))
                self._later(day + timedelta(days=chance.randint(1, 4)), closed)

            return done

        def closed(day: date, chance: Random) -> Iterator[Step]:
            close = CloseMismatch(mismatch_id=mismatch_id, effective_on=day)
            yield Step(office.county, close, life.household_id, self._thread(chance))
            life.obstacles -= 1

        return assigned

    def _sweep(self, day: date, year: int) -> Iterator[Step]:
        chance = self._province.fate.apart(f"sweep/{year}")
        yield Step(PROVINCE_OFFICER, OpenSweep(effective_on=day, year=year), None, self._thread(chance))
        sweep_id = sweep_id_of(PROVINCE, year)
        for number, life in sorted(self._province.lives.items()):
            if number % _LISTED_OF == year % _LISTED_OF:
                self._later(day + timedelta(days=chance.randint(3, 20)), self._listing(sweep_id, life))
        close = CloseSweep(sweep_id=sweep_id, effective_on=working_day(day + timedelta(days=_SWEEP_DAYS)))
        self._later(close.effective_on, lambda _, again: iter([Step(PROVINCE_OFFICER, close, None, self._thread(again))]))

    def _listing(self, sweep_id: UUID, life: Life) -> Happening:
        household_id = life.household_id

        def listed(day: date, chance: Random) -> Iterator[Step]:
            if life.status == CLOSED:
                return
            groups = ("EXITED",) if life.status in EXITED else tuple(chance.sample(_GROUPS, chance.choice((1, 1, 1, 2))))
            command = ListSweepTarget(sweep_id=sweep_id, household_id=household_id, effective_on=day, groups=groups)
            yield Step(life.office.team, command, life.household_id, self._thread(chance))
            if chance.random() < _LOOKED_AT:
                self._later(day + timedelta(days=chance.randint(4, 35)), checked)

        def checked(day: date, chance: Random) -> Iterator[Step]:
            if life.status == CLOSED:
                return
            known = life.status == "REGISTERED" or life.status in EXITED
            result = "ALREADY_REGISTERED" if known else ("QUALIFYING" if chance.random() < _QUALIFYING else "NOT_QUALIFYING")
            office = life.office
            command = CheckSweepTarget(
                sweep_id=sweep_id,
                household_id=household_id,
                effective_on=day,
                checkers=(office.clerk.user_id,),
                sweep_result=result,
            )
            yield Step(office.clerk, command, life.household_id, self._thread(chance))

        return listed
