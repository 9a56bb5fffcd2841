"""What happens in the province on each day: the stories of all households, merged by day, made when the day comes."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from heapq import heappop, heappush

from deploy.demo import exit_plans
from deploy.demo.campaigns import Campaigns
from deploy.demo.days import FIRST_DAY, working_day
from deploy.demo.life import Intent, Life
from deploy.demo.province import Province
from deploy.demo.staff import PROVINCE_OFFICER, office_of, supervision_team, team_of
from deploy.demo.stories import featured, opening
from deploy.demo.turn import Step, Turn
from deploy.demo.villages import edition
from registry.reference.county_plan import AdoptConsolidationPlan
from registry.reference.division_set import ChangeDivisions
from registry.reference.supervision_team import AssignSupervisionTeam

_LEDGER_AFTER_DAYS, _LEDGER_WITHIN_DAYS = 6, 50
_PLAN_MONTHS = ((2018, 11), (2019, 2), (2020, 2), (2021, 2))


class Diary:
    """Gives the steps of one day after another; each day once, in order."""

    def __init__(self, province: Province) -> None:
        self._province = province
        self._due: list[tuple[int, int]] = []
        self._campaigns = Campaigns(province)
        scale = province.scale
        self._featured = {
            "not_exited": featured.Featured(featured.NOT_EXITED, scale.not_exited),
            "exited": featured.Featured(featured.EXITED, scale.exited),
            "ledger": featured.Featured(featured.LEDGER, scale.ledger),
        }
        self._ledger_days: dict[int, list[int]] = {}
        for place in range(len(province.villages)):
            day = working_day(FIRST_DAY + timedelta(days=_LEDGER_AFTER_DAYS + place * 7 % _LEDGER_WITHIN_DAYS))
            self._ledger_days.setdefault(day.toordinal(), []).append(place)

    def steps_on(self, day: date) -> Iterator[Step]:
        """Everything that somebody enters into the register on that day, in order."""
        if day == working_day(FIRST_DAY):
            yield from self._opening(day)
        yield from self._county_plans(day)
        for life in self._province.take_roused():
            self._expect(life)
        yield from exit_plans.steps_on(self._province, day)
        yield from self._campaigns.steps_on(day)
        for village in self._ledger_days.pop(day.toordinal(), ()):
            yield from self._ledger(village, day)
        while self._due and self._due[0][0] <= day.toordinal():
            _, number = heappop(self._due)
            due_now = self._province.lives.get(number)
            if due_now is None:  # it was roused, and all that was planned is done
                continue
            for turn, due, beside in due_now.due(day):
                yield from due(Turn.of(due_now, day, turn, self._province), *beside)
            self._expect(due_now)
            self._expect_those_split_off()

    def _opening(self, day: date) -> Iterator[Step]:
        """The villages, then every household of the old register."""
        province = self._province
        villages = ChangeDivisions(effective_on=day, edition="demo-2018", divisions=edition(province.villages))
        thread = Turn.of(province.not_exited(0), day, 1, province).thread
        yield Step(PROVINCE_OFFICER, villages, None, thread)
        for county in sorted({village.county for village in province.villages}):
            team = team_of(county)
            given = AssignSupervisionTeam(effective_on=day, county=county, team=team, organisation=supervision_team(team))
            yield Step(PROVINCE_OFFICER, given, None, thread)
        for place in range(province.scale.not_exited):
            yield from self._begin(province.not_exited(place), day, opening.register, "not_exited", place)
        for place in range(province.scale.exited):
            yield from self._begin(province.exited(place), day, opening.take_over_exited, "exited", place)

    def _ledger(self, village: int, day: date) -> Iterator[Step]:
        """The clerk of a village enters its ledger."""
        for place in self._province.ledger_homes.places_of(village):
            life = self._province.of_ledger(place, day)
            yield from self._begin(life, day, opening.enter_ledger, "ledger", place)

    def _begin(self, life: Life, day: date, intent: Intent, kind: str, place: int) -> Iterator[Step]:
        yield from intent(Turn.of(life, day, life.turns, self._province))
        self._featured[kind].plan(place, life)
        self._expect(life)

    def _expect(self, life: Life) -> None:
        """Keep a household as long as something is planned for it."""
        due = life.next_day()
        if due is None:
            self._province.lives.pop(life.number, None)
        else:
            self._province.lives[life.number] = life
            heappush(self._due, (due, life.number))

    def _expect_those_split_off(self) -> None:
        for child in self._province.take_children():
            self._expect(child)

    def _county_plans(self, day: date) -> Iterator[Step]:
        """Every county adopts its consolidation plan of the year."""
        if (day.year, day.month) not in _PLAN_MONTHS or day != working_day(day.replace(day=5)):
            return
        for place, county in enumerate(sorted({village.county for village in self._province.villages})):
            paper = sha256(f"{county}/{day.year}".encode()).digest()
            some_village = next(village.code for village in self._province.villages if village.county == county)
            plan = AdoptConsolidationPlan(effective_on=day, county=county, year=day.year, document_sha256=paper)
            thread = Turn.of(self._province.not_exited(0), day, day.toordinal() + place, self._province).thread
            yield Step(office_of(some_village).county, plan, None, thread)
