"""Stories that are told at every scale, so that each thing that can happen to a household does happen to one.

The households that they are told of are spread over the province; all others live by chance alone.
"""

from collections.abc import Callable
from datetime import timedelta
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


class Story(NamedTuple):
    """What happens to one household, and which households it can happen to."""

    chapters: tuple[Chapter, ...]
    fits: Callable[[Life], bool]


def told(*chapters: Chapter, fits: Callable[[Life], bool] = lambda life: True) -> Story:
    """A story of any household, unless something is asked of it."""
    return Story(chapters, fits)


def _exit(day: int = 22, trouble: str = NOTHING) -> Chapter:
    return Chapter(day, exits.propose, (trouble,))


def _lives_alone(life: Life) -> bool:
    return life.size == 1


NOT_EXITED: tuple[Story, ...] = (
    told(Chapter(30, clearing_out.request, (NOTHING, UPHELD))),
    told(Chapter(40, clearing_out.request, (NOTHING, DISMISSED)), Chapter(240, identification.apply, (True, NOTHING))),
    told(Chapter(35, clearing_out.request, (VOTE_LOST,))),
    told(Chapter(38, clearing_out.request, (OBJECTION_UPHELD,))),
    told(_exit(), Chapter(250, relapses.check)),
    told(_exit(), Chapter(300, relapses.check, (True,))),
    told(_exit(), Chapter(160, wrong_exits.reverse)),
    told(_exit(), Chapter(130, monitoring.check, ("UNSTABLE_EXITED",))),
    told(_exit(), Chapter(150, monitoring.check, ("UNSTABLE_EXITED", True))),
    told(_exit(), Chapter(170, monitoring.check, (monitoring.SUDDEN_HARDSHIP,))),
    told(_exit(), Chapter(260, clearing_out.request, (NOTHING, UPHELD))),
    told(_exit(24, VOTE_LOST)),
    told(_exit(26, OBJECTION)),
    told(_exit(26, OBJECTION_UPHELD)),
    told(_exit(28, TAKEN_DOWN_EARLY)),
    told(_exit(28, NO_QUORUM)),
    told(_exit(30, exits.INCOME_BELOW_LINE)),
    told(_exit(30, exits.GUARANTEE_NOT_MET)),
    told(_exit(32, exits.CONSENT_REFUSED)),
    told(_exit(32, exits.BY_MISTAKE)),
    told(_exit(34, exits.ACCEPTED_TOO_SOON)),
    told(Chapter(9, obstacles.arise, (obstacles.COMPLAINT,))),
    told(Chapter(9, obstacles.arise, (obstacles.FINDING, "GRAVE", True))),
    told(Chapter(15, ending.split, (True,)), fits=ending.can_split),
    told(Chapter(20, ending.split), fits=ending.can_split),
    told(Chapter(25, ending.move)),
    told(Chapter(60, ending.leave_the_province)),
    told(Chapter(12, ending.merge), fits=_lives_alone),
)
EXITED: tuple[Story, ...] = (
    told(Chapter(45, relapses.check)),
    told(Chapter(70, relapses.check, (True,))),
    told(Chapter(55, wrong_exits.reverse)),
    told(Chapter(65, monitoring.check, ("UNSTABLE_EXITED",))),
    told(Chapter(75, clearing_out.request, (NOTHING, DISMISSED))),
    told(Chapter(600, monitoring.check, ("UNSTABLE_EXITED",))),
)
LEDGER: tuple[Story, ...] = (
    told(Chapter(75, identification.apply, (True, NOTHING))),
    told(Chapter(85, identification.apply, (False, identification.NOT_IN_NEED, DISMISSED))),
    told(Chapter(90, identification.apply, (False, VOTE_LOST, UPHELD))),
    told(Chapter(95, identification.apply, (False, OBJECTION_UPHELD, UPHELD))),
    told(Chapter(100, identification.apply, (False, MISMATCH_CONFIRMED))),
    told(Chapter(105, identification.apply, (True, HIT))),
    told(Chapter(110, identification.apply, (True, TAKEN_DOWN_EARLY))),
    told(Chapter(115, monitoring.check, (monitoring.MARGINAL,))),
    told(Chapter(120, monitoring.check, (monitoring.MARGINAL, True))),
    told(Chapter(125, monitoring.check, (monitoring.SUDDEN_HARDSHIP,))),
)


class Featured:
    """Tells each of these stories of one of the households with consecutive places: the first from its place on that it fits."""

    def __init__(self, stories: tuple[Story, ...], households: int) -> None:
        self._untold = [((number + 1) * households // (len(stories) + 1), story) for number, story in enumerate(stories)]

    def plan(self, place: int, life: Life) -> None:
        """Put the story that is this household's, if one is, on its agenda."""
        for number, (first, story) in enumerate(self._untold):
            if first > place:
                return
            if story.fits(life):
                del self._untold[number]
                for day, intent, beside in story.chapters:
                    life.plan(FIRST_DAY + timedelta(days=day), intent, *beside)
                return
