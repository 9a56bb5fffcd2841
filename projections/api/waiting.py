"""Read your own write: wait until the read model has a household's version, at most so long, and at most so many at a time."""

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Final

from projections.api.access import visible_version
from projections.api.endpoint import Question
from projections.api.errors import NotYet
from projections.api.parameters import Parameter, whole
from projections.api.parts import QueryParts

VERSION_MAX: Final = 2**31 - 1
WAIT_S_MAX: Final = 10
WAIT_S: Final = 2
_LOOK_FIRST_S: Final = 0.005
_LOOK_LAST_S: Final = 0.05

MIN_VERSION: Final[tuple[Parameter, ...]] = (
    whole(
        "min_version",
        "Wait until the household has at least this version, as a command answered it (E-NOT-YET if it takes too long)",
        0,
        VERSION_MAX,
        example=4,
    ),
    whole("max_wait_s", "How many seconds to wait at most", 0, WAIT_S_MAX, default=WAIT_S),
)


class Waiting:
    """Lets requests wait, but never so many that nobody is left to serve the others."""

    def __init__(self, parts: QueryParts) -> None:
        self._ticks, self._pause = parts.ticks, parts.pause
        self._places = BoundedSemaphore(parts.waits_max)

    def for_household(self, parts: QueryParts, question: Question) -> None:
        """Wait as the question wants it. A household that the actor may not see is awaited like one that is not there yet."""
        household_id = question.path["household_id"].bytes

        def version_now() -> int | None:
            with parts.driver() as driver:
                return visible_version(driver, question.actor, household_id)

        self.until(version_now, question.values["min_version"], question.values["max_wait_s"])

    def until(self, version_now: Callable[[], int | None], wanted: int | None, wait_s: int) -> None:
        """Return once `version_now()` has reached `wanted`; None of it is no household yet. Raises NotYet."""
        if wanted is None or _reached(version_now(), wanted):
            return
        if not self._places.acquire(blocking=False):
            raise NotYet
        try:
            self._look_again(version_now, wanted, self._ticks() + wait_s)
        finally:
            self._places.release()

    def _look_again(self, version_now: Callable[[], int | None], wanted: int, deadline: float) -> None:
        look_s = _LOOK_FIRST_S
        while (left_s := deadline - self._ticks()) > 0:
            self._pause(min(look_s, left_s))
            if _reached(version_now(), wanted):
                return
            look_s = min(look_s * 2, _LOOK_LAST_S)
        raise NotYet


def _reached(version: int | None, wanted: int) -> bool:
    return version is not None and version >= wanted
