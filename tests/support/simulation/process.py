"""One process of the simulation: it runs until something befalls it, and stands still wherever it is told to.

Each process works in a thread of its own, but only one thread runs at any time: the scheduler hands the baton to a process and
gets it back when the work is done, or where the process is paused in the midst of it. So every interleaving is the scheduler's.

A process that is killed executes nothing more: its connections are closed under its hands, and whatever its code would still do
on the way out (take back, remove, close) meets the same death.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tests.support.planted_faults import Crash

_HERE = threading.local()


class Moment(Enum):
    """Where something can befall a process."""

    READ = "before a read"
    BEGIN = "before it begins to write"
    COMMIT = "before its commit"
    COMMITTED = "after its commit"
    BETWEEN = "between two things"


class Harm(Enum):
    """What can befall it."""

    PAUSE = "is paused"
    KILL = "is killed"
    CUT = "loses the connection"
    FULL = "finds the disk full"


@dataclass(frozen=True)
class Fault:
    """Something that befalls whoever comes to the nth such moment of its turn. turns: of its own that a paused one sleeps on."""

    harm: Harm
    moment: Moment
    nth: int = 1
    turns: int = 0

    def __str__(self) -> str:
        return f"{self.harm.value} {self.moment.value} ({self.nth})"


class Life:
    """What one process has from its start to its end: the connections that end with it."""

    def __init__(self) -> None:
        self.dead = False
        self.connections: list[Any] = []


@dataclass(frozen=True)
class Ending:
    """How a piece of work ended: with what it gave, with an error, or with the death of the process."""

    given: Any = None
    error: BaseException | None = None
    dead: bool = False


class Process:
    """Runs pieces of work, one at a time. told: hears what befalls it, and where."""

    def __init__(self, name: str, told: Callable[[str, Fault], None]) -> None:
        self.name = name
        self.life = Life()
        self.paused = False
        self.asleep_for = 0
        self._told = told
        self._fault: Fault | None = None
        self._seen = 0
        self._go, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._thread: threading.Thread | None = None
        self._ending: Ending | None = None

    def start(self, work: Callable[[], Any], fault: Fault | None) -> Ending | None:
        """Begin a piece of work; its ending, or None where the process was paused in it."""
        assert not self.paused
        self.life = Life() if self.life.dead else self.life
        self._thread = threading.Thread(target=self._run, args=(work,), name=self.name, daemon=True)
        self._hand_over(fault)
        self._thread.start()
        return self._get_back()

    def go_on(self, fault: Fault | None) -> Ending | None:
        """Let it go on from where it was paused."""
        assert self.paused
        self.paused = False
        self._hand_over(fault)
        self._go.release()
        return self._get_back()

    def meets(self, where: str, moment: Moment) -> Harm | None:
        """The process has come to such a moment. Returns what else is to befall it than a pause or its death."""
        while True:
            if self.life.dead:
                raise Crash
            fault = self._fault
            if fault is None or fault.moment is not moment:
                return None
            self._seen += 1
            if self._seen < fault.nth:
                return None
            self._fault = None
            self._told(where, fault)
            if fault.harm is Harm.KILL:
                self.die()
            if fault.harm is not Harm.PAUSE:
                return fault.harm
            self.asleep_for = fault.turns
            # What comes with the next turn may befall it here too.
            self.wait()

    def wait(self) -> None:
        """Stand still until the next turn."""
        self.paused = True
        self._back.release()
        self._go.acquire()
        if self.life.dead:
            raise Crash

    def die(self) -> None:
        """Be killed here."""
        self.life.dead = True
        for connection in self.life.connections:
            connection.end()
        raise Crash

    def abandon(self) -> None:
        """Be dead from now on, wherever it stands."""
        self.life.dead = True
        for connection in self.life.connections:
            connection.end()
        if self.paused:
            self.go_on(None)

    def _hand_over(self, fault: Fault | None) -> None:
        self._fault, self._seen = fault, 0

    def _get_back(self) -> Ending | None:
        self._back.acquire()
        if self.paused:
            return None
        assert self._thread is not None
        self._thread.join()
        self._thread = None
        ending, self._ending = self._ending, None
        return ending

    def _run(self, work: Callable[[], Any]) -> None:
        _HERE.process = self
        try:
            self._ending = Ending(given=work())
        except BaseException as error:
            self._ending = Ending(error=error)
        if self.life.dead:
            self._ending = Ending(dead=True)
        self._back.release()


def here() -> Process | None:
    """The process whose code is running; None for the scheduler and the checks."""
    return getattr(_HERE, "process", None)
