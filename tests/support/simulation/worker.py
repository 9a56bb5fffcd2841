"""What all that run as a process of the simulation have in common: they open what they need, and begin anew after any end."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from random import Random
from typing import ClassVar

import sqlalchemy.exc

from registry.store.errors import StoreUnavailable
from schemas.log_errors import LogUnavailable
from tests.support.simulation.process import Ending, Fault, Moment, Process
from tests.support.simulation.world import World

OUTSIDE: tuple[type[Exception], ...] = (
    LogUnavailable,
    StoreUnavailable,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
)
"""What waiting mends: the process goes on, with what it has open or opened anew."""


class Worker:
    """A process with its work. chance: of the turn that the present piece of work began with; hurries: takes much at once;
    opened: what is to be closed where the process ends otherwise than by death.
    """

    REFUSED: ClassVar[tuple[type[Exception], ...]] = ()
    """What ends this process besides, and is right to: another one has taken its place."""

    def __init__(self, name: str, world: World, told: Callable[[str, Fault], None]) -> None:
        self.name = name
        self.world = world
        self.chance = Random(0)
        self.process = Process(name, told)
        self.is_open = False
        self.opened = ExitStack()
        self.hurries = False

    def begin(self, chance: Random, fault: Fault | None, work: Callable[[], str] | None = None) -> str | None:
        """Begin a piece of work; what came of it, or None where the process was paused in it. work: instead of its own."""
        self.chance = chance
        return self._told(self.process.start(lambda: self._guarded(work or self.work), fault))

    def go_on(self, fault: Fault | None) -> str | None:
        """Go on from a pause."""
        return self._told(self.process.go_on(fault))

    def end(self) -> None:
        """End in an orderly way, with nothing befalling."""
        if self.is_open and not self.process.paused:
            ending = self.process.start(self._close, None)
            assert ending is not None
            assert ending.error is None, ending.error

    def abandon(self) -> None:
        """End as it is, and let go of its databases."""
        self.process.abandon()
        self.bury()

    def open(self) -> None:
        """Open all that the work needs."""
        raise NotImplementedError

    def work(self) -> str:
        """Do a piece of work; say what came of it. Raises what is in OUTSIDE and REFUSED."""
        raise NotImplementedError

    def bury(self) -> None:
        """Forget what a process had that is no more."""
        self.is_open = False
        self.opened = ExitStack()

    def between(self) -> None:
        """A moment between two things."""
        self.process.meets("its work", Moment.BETWEEN)

    def _guarded(self, work: Callable[[], str]) -> str:
        try:
            if not self.is_open:
                self.open()
                self.is_open = True
            return work()
        except OUTSIDE as error:
            return self.held_up(error)
        except self.REFUSED as error:
            self._close()
            self.world.done[f"{self.name.partition('-')[0]} gives way"] += 1
            return f"gives way: {type(error).__name__}"

    def held_up(self, error: Exception) -> str:
        """Something outside could not be reached: begin anew."""
        self._close()
        return f"is held up: {type(error).__name__}"

    def _close(self) -> None:
        with suppress(*OUTSIDE):
            self.opened.close()
        self.bury()

    def _told(self, ending: Ending | None) -> str | None:
        if ending is None:
            return None
        if ending.dead:
            self.bury()
            return "is dead"
        if ending.error is not None:
            raise ending.error
        return str(ending.given)
