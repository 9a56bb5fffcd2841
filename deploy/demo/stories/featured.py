"""Stories that are told at every scale, so that each thing that can happen to a household does happen to one.

The households that they are told of are spread over the province; all others live by chance alone.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from deploy.demo.days import FIRST_DAY
from deploy.demo.life import Intent, Life
from deploy.demo.stories import clearing_out, ending, exits, identification, monitoring, obstacles, relapses, wrong_exits
from deploy.demo.stories.proceeding import (
    HIT,
    MISMATCH_CONFIRMED,
    NO_QUORUM,
    OBJECTION,
    OBJECTION_UPHELD,
    TAKEN_DOWN_EARLY,
    VOTE_LOST,
)
from registry.household.case import DISMISSED, UPHELD

NOTHING = "NOTHING"
"""In place of a trouble: everything goes well."""


class Chapter(NamedTuple):
    """On this day of the demonstration a household means to do something."""

    day: int
    intent: Intent
    beside: tuple[Any, ...] = ()


def _exit(day: int = 22, trouble: str = NOTHING) -> Chapter:
    return Chapter(day, exits.propose, (trouble,))


NOT_EXITED: tuple[tuple[Chapter, ...], ...] = (
    (Chapter(30, clearing_out.request, (NOTHING, UPHELD)),),
    (Chapter(40, clearing_out.request, (NOTHING, DISMISSED)), Chapter(240, identification.apply, (True, NOTHING))),
    (Chapter(35, clearing_out.request, (VOTE_LOST,)),),
    (Chapter(38, clearing_out.request, (OBJECTION_UPHELD,)),),
    (_exit(), Chapter(250, relapses.check)),
    (_exit(), Chapter(300, relapses.check, (True,))),
    (_exit(), Chapter(160, wrong_exits.reverse)),
    (_exit(), Chapter(130, monitoring.check, ("UNSTABLE_EXITED",))),
    (_exit(), Chapter(150, monitoring.check, ("UNSTABLE_EXITED", True))),
    (_exit(), Chapter(170, monitoring.check, (monitoring.SUDDEN_HARDSHIP,))),
    (_exit(), Chapter(260, clearing_out.request, (NOTHING, UPHELD))),
    (_exit(24, VOTE_LOST),),
    (_exit(26, OBJECTION),),
    (_exit(26, OBJECTION_UPHELD),),
    (_exit(28, TAKEN_DOWN_EARLY),),
    (_exit(28, NO_QUORUM),),
    (_exit(30, exits.INCOME_BELOW_LINE),),
    (_exit(30, exits.GUARANTEE_NOT_MET),),
    (_exit(32, exits.CONSENT_REFUSED),),
    (_exit(32, exits.BY_MISTAKE),),
    (_exit(34, exits.ACCEPTED_TOO_SOON),),
    (Chapter(9, obstacles.arise),),
    (Chapter(15, ending.split, (True,)),),
    (Chapter(20, ending.split),),
    (Chapter(25, ending.move),),
    (Chapter(60, ending.leave_the_province),),
    (Chapter(12, ending.merge),),
)
EXITED: tuple[tuple[Chapter, ...], ...] = (
    (Chapter(45, relapses.check),),
    (Chapter(70, relapses.check, (True,)),),
    (Chapter(55, wrong_exits.reverse),),
    (Chapter(65, monitoring.check, ("UNSTABLE_EXITED",)),),
    (Chapter(75, clearing_out.request, (NOTHING, DISMISSED)),),
    (Chapter(600, monitoring.check, ("UNSTABLE_EXITED",)),),
)
LEDGER: tuple[tuple[Chapter, ...], ...] = (
    (Chapter(75, identification.apply, (True, NOTHING)),),
    (Chapter(85, identification.apply, (False, identification.NOT_IN_NEED, DISMISSED)),),
    (Chapter(90, identification.apply, (False, VOTE_LOST, UPHELD)),),
    (Chapter(95, identification.apply, (False, OBJECTION_UPHELD, UPHELD)),),
    (Chapter(100, identification.apply, (False, MISMATCH_CONFIRMED)),),
    (Chapter(105, identification.apply, (True, HIT)),),
    (Chapter(110, identification.apply, (True, TAKEN_DOWN_EARLY)),),
    (Chapter(115, monitoring.check, (monitoring.MARGINAL,)),),
    (Chapter(120, monitoring.check, (monitoring.MARGINAL, True)),),
    (Chapter(125, monitoring.check, (monitoring.SUDDEN_HARDSHIP,)),),
)


class Featured:
    """Which of the households with consecutive places have a story of their own."""

    def __init__(self, stories: tuple[tuple[Chapter, ...], ...], households: int) -> None:
        self._by_place = {(number + 1) * households // (len(stories) + 1): story for number, story in enumerate(stories)}

    def plan(self, place: int, life: Life) -> None:
        """Put the story of this place, if there is one, on the household's agenda."""
        for day, chapter in self._chapters(place):
            life.plan(day, chapter.intent, *chapter.beside)

    def _chapters(self, place: int) -> Iterator[tuple[date, Chapter]]:
        for chapter in self._by_place.get(place, ()):
            yield FIRST_DAY + timedelta(days=chapter.day), chapter
