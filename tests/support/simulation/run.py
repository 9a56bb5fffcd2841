"""A run: turn after turn, and now and then everything comes to rest and has to agree. A failing run is made small.

simulate(seed=7, steps=2500)                  # raises Failed, which tells the last turns and how to see it again
shortest(seed=7, failed=...)                  # the fewest turns that hypothesis finds to fail still
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from random import Random
from shutil import rmtree

import pytest

import consumers.rebuild.rebuild
from consumers.rebuild.watching import TellingOthers
from tests.support.hand_group import HandGroup
from tests.support.simulation.databases import watched_databases
from tests.support.simulation.desk import Desk
from tests.support.simulation.feeding import FeedWorker
from tests.support.simulation.invariants import assert_all_agree, assert_log_is_a_part_of_the_store
from tests.support.simulation.process import Fault, here
from tests.support.simulation.projecting import PARTITIONS, ProjectorWorker
from tests.support.simulation.rebuilding import RebuildWorker
from tests.support.simulation.relaying import RelayWorker
from tests.support.simulation.turns import WHO, Turn, turns_of
from tests.support.simulation.worker import Worker
from tests.support.simulation.world import Parts, World, new_world

REST_EVERY = 250
"""Turns until everything comes to rest."""
LOOK_EVERY = 60
"""Turns until the log is looked at in the midst of it all."""
STORY = 40
"""Turns that a failure tells of."""
_ROUNDS_MAX = 50


class Failed(AssertionError):
    """Something did not hold. turns: those of the run, the last of which showed it."""

    def __init__(self, seed: int, turns: Sequence[Turn], story: Sequence[str]) -> None:
        self.seed = seed
        self.turns = tuple(turns)
        self.story = tuple(story)
        last = turns[-1].number if turns else 0
        again = f"make simulate SEED={seed} N={last}"
        if len(turns) < last:
            again = f"python -m tests.support.simulation --seed {seed} --only {','.join(str(turn.number) for turn in turns)}"
        super().__init__("\n".join((f"seed {seed}, turn {last}; again: {again}", *story[-STORY:])))


@dataclass(frozen=True)
class Outcome:
    """What came of a run. done: what happened how often; story: turn by turn; fingerprint: of all that."""

    steps: int
    done: Counter[str]
    story: tuple[str, ...]
    fingerprint: str


def simulate(seed: int, steps: int, parts: Parts = Parts()) -> Outcome:  # noqa: B008
    """A run of so many turns. Raises Failed."""
    return run(seed, turns_of(seed, steps), parts)


def run(seed: int, turns: Iterable[Turn], parts: Parts) -> Outcome:
    """A run of these turns, then rest."""
    world = new_world(parts)
    taken: list[Turn] = []
    simulation = _Simulation(world, seed)
    try:
        with _simulated_surroundings(world):
            try:
                for turn in turns:
                    taken.append(turn)
                    simulation.take(turn)
                simulation.rest()
            except BaseException as error:
                if isinstance(error, Exception):
                    raise Failed(seed, taken, [*simulation.story, f"{type(error).__name__}: {error}"]) from error
                raise
            finally:
                simulation.abandon()
        return Outcome(len(taken), world.done, tuple(simulation.story), simulation.fingerprint.hexdigest())
    finally:
        rmtree(world.folder, ignore_errors=True)


class _Simulation:
    """The scheduler, with all who have turns."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.story: list[str] = []
        self.fingerprint = hashlib.sha256()
        self._seed = seed
        self._last = ""
        self._rest_at = REST_EVERY
        self._look_at = LOOK_EVERY
        kinds = {"desk": Desk, "relay": RelayWorker, "projector": ProjectorWorker, "feed": FeedWorker, "rebuild": RebuildWorker}
        self.workers: dict[str, Worker] = {}
        for name in WHO:
            if kind := kinds.get(name.partition("-")[0]):
                self.workers[name] = kind(name, world, self._befell)
        self.projectors = [worker for worker in self.workers.values() if isinstance(worker, ProjectorWorker)]
        self.feeds = [worker for worker in self.workers.values() if isinstance(worker, FeedWorker)]
        self._share_out(Random(seed))

    def take(self, turn: Turn) -> None:
        """One turn."""
        world = self.world
        world.turn = turn.number
        world.pass_time(1 / 86400)
        worker = self.workers.get(turn.who)
        if turn.who == "time":
            what = self._time(turn.chance)
        elif turn.who == "group":
            what = self._share_out(turn.chance)
        elif turn.who == "operator":
            what = self._end_somebody(turn.chance)
        elif worker is None:
            return
        elif worker.process.asleep_for:
            worker.process.asleep_for -= 1
            what = "sleeps"
        elif worker.process.paused:
            what = worker.go_on(turn.fault) or "is paused again"
        else:
            what = worker.begin(turn.chance, turn.fault) or "is paused"
        self._tell(f"{turn.number} {turn.who}: {what}")
        if what.startswith("is paused") and worker in (*self.projectors, *self.feeds) and turn.chance.random() < 0.5:
            self._tell(f"    thought dead: {self._share_out(turn.chance)}")
        if turn.number >= self._look_at:
            self._look_at = turn.number + LOOK_EVERY
            assert_log_is_a_part_of_the_store(world)
        if turn.number >= self._rest_at:
            self._rest_at = turn.number + REST_EVERY
            self.rest()

    def rest(self) -> None:
        """Let all come to an end, answer every sender, move and fold everything; then all has to agree."""
        chance = Random(f"{self._seed}/{self.world.turn}")
        self._wake_all()
        for worker in self.workers.values():
            if chance.random() < 0.5:
                worker.end()
            worker.hurries = True
        self._answer_all()
        self._until(self.workers["relay-1"], lambda: self._last.startswith("moves 0 "), "all to be moved")
        self._drain(self.world.group, self.projectors)
        self._drain(self.world.feeds, self.feeds)
        assert_all_agree(self.world)
        for worker in self.workers.values():
            worker.hurries = False
        self._tell(f"at rest: {self._share_out(chance)}")

    def abandon(self) -> None:
        """Leave nobody behind."""
        for worker in self.workers.values():
            worker.abandon()

    def _answer_all(self) -> None:
        desk = self.workers["desk-1"]
        assert isinstance(desk, Desk)
        for sent in self.world.ledger.without_answer():
            self._until(desk, lambda: not sent.open, sent.key, partial(desk.send, sent))  # noqa: B023

    def _wake_all(self) -> None:
        """Whoever is paused ends what he was at; some wait for others."""
        for _ in range(_ROUNDS_MAX):
            paused = [worker for worker in self.workers.values() if worker.process.paused]
            if not paused:
                return
            for worker in paused:
                worker.process.asleep_for = 0
                self._tell(f"at rest, {worker.name}: {worker.go_on(None) or 'is paused'}")
        raise AssertionError(f"{paused[0].name} does not come to an end")

    def _drain(self, group: HandGroup, members: Sequence[ProjectorWorker] | Sequence[FeedWorker]) -> None:
        """One of them takes all partitions, and goes on to the end of the log."""
        one, other = members
        for worker in members:
            worker.end()
        group.share_out({one.member: range(PARTITIONS), other.member: ()})
        self._until(one, lambda: self._last.endswith(f" 0 of {list(range(PARTITIONS))}"), "the end of the log")

    def _until(self, worker: Worker, done: Callable[[], bool], what: str, work: Callable[[], str] | None = None) -> None:
        """Let it work, unharmed, until that is so."""
        self._last, rounds = "", 0
        while not done():
            rounds += 1
            assert rounds < _ROUNDS_MAX, f"{worker.name} waits in vain for {what}"
            self._last = worker.begin(Random(rounds), None, work) or "is paused"
            self._tell(f"at rest, {worker.name}: {self._last}")

    def _time(self, chance: Random) -> str:
        """Time goes on; or the clocks are put back."""
        back = chance.random() < 0.2
        days = chance.choice((-0.04, -1, -3)) if back else chance.choice((0.02, 0.5, 1, 1, 3, 8, 31))
        self.world.pass_time(days)
        self.world.done["clock put back"] += back
        return f"goes on by {days} days"

    def _share_out(self, chance: Random) -> str:
        """Each partition goes to somebody, or for a while to nobody; who sleeps is soon thought dead."""
        told = []
        groups: tuple[tuple[HandGroup, Sequence[ProjectorWorker | FeedWorker]], ...] = (
            (self.world.group, self.projectors),
            (self.world.feeds, self.feeds),
        )
        for group, members in groups:
            awake = [member for member in members if not member.process.paused or chance.random() < 0.2]
            shares: dict[ProjectorWorker | FeedWorker, list[int]] = {member: [] for member in members}
            for number in range(PARTITIONS):
                if awake and chance.random() < 0.95:
                    shares[chance.choice(awake)].append(number)
            group.share_out({member.member: numbers for member, numbers in shares.items()})
            told += [f"{member.name} gets {numbers}" for member, numbers in shares.items()]
        return ", ".join(told)

    def _end_somebody(self, chance: Random) -> str:
        worker = chance.choice(list(self.workers.values()))
        worker.end()
        return f"ends {worker.name}"

    def _befell(self, where: str, fault: Fault) -> None:
        process = here()
        assert process is not None
        kind = process.name.partition("-")[0]
        self.world.done[f"{kind} {fault.harm.value} {fault.moment.value} of {where}"] += 1
        self._tell(f"    {process.name} {fault}, {where}")

    def _tell(self, line: str) -> None:
        self.story.append(line)
        self.fingerprint.update(line.encode())


@contextmanager
def _simulated_surroundings(world: World) -> Iterator[None]:
    pool_log = logging.getLogger("sqlalchemy.pool")
    with watched_databases(world.ticks), pytest.MonkeyPatch.context() as patch:
        # By the machine's own clock it would tell others now more, now less often.
        patch.setattr(consumers.rebuild.rebuild, "TellingOthers", partial(TellingOthers, ticks=world.ticks))
        # Connections of the dead cannot be reset.
        patch.setattr(pool_log, "disabled", True)
        yield
