"""The main job: make a province, live through its years, show what happened, and serve it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from deploy.cannot_start import CannotStart
from deploy.child import Child
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import write_side
from deploy.demo.hospitals.warned import print_warned, warned
from deploy.demo.installation import Demonstration, begin, found_demonstration
from deploy.demo.living import record
from deploy.demo.pipeline import caught_up, pipeline_beside, shows_all
from deploy.demo.progress import Shown, shown_progress
from deploy.demo.recording import Tally
from deploy.demo.report import print_years
from deploy.demo.scale import SCALES
from deploy.demo.to_try import Worth, a_case_that_led_somewhere
from deploy.demo.villages import make_villages
from deploy.demo.years import a_household_that_re_entered, years
from deploy.settings import Settings
from projections.expenses.read_model import EXPENSES
from projections.register.balance import Imbalance, check_balance
from projections.register.read_model import REGISTER
from schemas.divisions import hainan

DEFAULT_SCALE: Final = "small"
DEFAULT_SEED: Final = 20180904


class BalanceBroken(Exception):
    """E-BALANCE: the register's balance does not hold at some week's end."""

    code: ClassVar[str] = "E-BALANCE"

    def __init__(self, imbalances: list[Imbalance]) -> None:
        super().__init__("; ".join(str(each) for each in imbalances[:5]))
        self.imbalances = imbalances


@dataclass(frozen=True, slots=True)
class Lived:
    """What was lived through: which demonstration, how it went, a village, and what is worth a look."""

    demonstration: Demonstration
    tally: Tally
    village: str
    worth: Worth


def chosen_demonstration(settings: Settings, scale: str | None, seed: int | None, *, hospitals: bool = True) -> Demonstration:
    """The one that the data are of, or a new one as asked for. hospitals: whether they bill in a new one.

    Raises CannotStart where the data are of another one.
    """
    found = found_demonstration(settings)
    if found is None:
        return Demonstration(scale or DEFAULT_SCALE, DEFAULT_SEED if seed is None else seed, hospitals=hospitals)
    if scale not in (None, found.scale) or seed not in (None, found.seed) or (found.hospitals and not hospitals):
        raise CannotStart(f"the data in {settings.path('')} are of the demonstration {found}: name another folder with --data")
    return found


def live_through(settings: Settings, demonstration: Demonstration, tell: Callable[[str], None]) -> Lived:
    """Live through what is left of the demonstration, check the balance and print the table.

    Raises CannotStart, BalanceBroken.
    """
    begin(settings, demonstration)
    tally = Tally()
    with pipeline_beside(settings) as pipeline, shown_progress() as shown:
        if not demonstration.finished:
            with opened_views(settings) as views:
                tally = record(
                    settings,
                    demonstration,
                    lambda day, events: _look_around(pipeline, shown, day, events),
                    lambda side: shows_all(side, views, pipeline),
                )
        # What the recording kept in memory is let go of before the read model is asked.
        with write_side(settings) as side, caught_up(side, REGISTER, pipeline, shown.waiting) as connection:
            imbalances, found = check_balance(connection), years(connection)
            household_id = a_household_that_re_entered(connection)
        found_warnings, case_id = {}, None
        if demonstration.hospitals:
            with write_side(settings) as side, caught_up(side, EXPENSES, pipeline, shown.waiting) as connection:
                found_warnings, case_id = warned(connection), a_case_that_led_somewhere(connection)
    scale = SCALES[demonstration.scale]
    print_years(found, scale)
    if found_warnings:
        print_warned(found_warnings, scale)
    if imbalances:
        raise BalanceBroken(imbalances)
    tell("the balance holds at every week's end, for every division, in households and persons")
    villages = make_villages(hainan(), scale.villages)
    return Lived(demonstration, tally, villages[len(villages) // 2].code, Worth(household_id, case_id))


def _look_around(pipeline: Sequence[Child], shown: Shown, day: date, events: int) -> None:
    """Show how far it has come, and see that the pipeline keeps up. Raises CannotStart if it refuses."""
    for child in pipeline:
        child.watch()
    shown.lived(day, events)
