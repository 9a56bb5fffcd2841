"""Commands, relay, crashes, projection and rebuilds in any order: in the end store, log and read model agree.

Every part is the real one on real databases; only the moments at which parts die are chosen. See `breakable_pipeline`.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import mkdtemp
from typing import ClassVar
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from registry.command import Command
from registry.household.command import HouseholdCommand
from registry.household.household import Household
from registry.refusal import Refused
from schemas.access import Actor
from tests.support.agreement import assert_all_agree, shown_rows, stored_rows, versions
from tests.support.breakable_pipeline import BreakablePipeline, Death
from tests.support.next_step import next_commands
from tests.support.random_commands import somebody
from tests.support.random_lives import any_change

HOUSEHOLDS = tuple(UUID(int=(0xB0 << 120) + number) for number in range(4))
PROVINCE = "460000000000"
IN_MEMORY = Path("/dev/shm")
"""Nothing here dies but by the test's hand, so nothing needs to reach a disk."""
SEEDS = st.integers(0, 2**32)
DEATHS = st.sampled_from([Death.NONE, Death.NONE, Death.NONE, Death.BEFORE, Death.AFTER])
SIZES = st.sampled_from([1, 3, 1000])
REBUILD_AFTER = 12
"""Events relayed since the last one: a rebuild leaves little to do for the projector, which is to be seen at work."""


class PipelineMachine(RuleBasedStateMachine):
    """One installation, driven in any order."""

    done: ClassVar[Counter[str]] = Counter()
    """What happened in all runs together: a machine whose commands are all refused would agree with anything."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="pipeline-machine-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
        self.pipe = BreakablePipeline(self.folder / "data")
        self.news = 0

    @rule(seed=SEEDS, many=st.integers(1, 3), death=DEATHS)
    def commands(self, seed: int, many: int, death: Death) -> None:
        """Somebody does what could be done next with some households, or something else."""
        chance = Random(seed)
        for command in chain.from_iterable(self._commands(chance.choice(HOUSEHOLDS), chance) for _ in range(many)):
            facts = somebody(command, chance)
            try:
                outcome = self.pipe.execute(command, Actor(facts["id"], facts["role"], facts["org"], PROVINCE), death)
            except Refused:
                self.done["refused"] += 1
            else:
                self.done["command"] += bool(outcome.events)

    @rule(days=st.sampled_from([0, 1, 8, 40]), death=DEATHS)
    def time_passes(self, days: int, death: Death) -> None:
        """Weeks and months end."""
        self.pipe.clock.set(self.pipe.clock.now() + timedelta(days=days))
        self.pipe.close_periods(death)

    @rule(page_max=SIZES, pages=st.integers(1, 4), death=DEATHS)
    def relay(self, page_max: int, pages: int, death: Death) -> None:
        """The relay moves some pages; it may die in the last of them."""
        moved = [self.pipe.relay(page_max) for _ in range(pages - 1)]
        moved.append(self.pipe.relay(page_max, death))
        self.news += sum(moved)
        self.done["relay"] += any(moved)

    @precondition(lambda self: self.pipe.has_relay)
    @rule()
    def relay_is_replaced(self) -> None:
        """The relay's process is ended, and another one comes."""
        self.pipe.forget_relay()

    @rule(batch_max=SIZES, batches=st.integers(1, 4), death=DEATHS, notices=st.booleans())
    def project(self, batch_max: int, batches: int, death: Death, notices: bool) -> None:
        """The projector folds some batches, perhaps before it has noticed that another build is live; it may die in the last."""
        if notices:
            self.pipe.notice_swap()
        self.news += self.pipe.relay(batch_max)
        folded = [self.pipe.project(batch_max) for _ in range(batches - 1)]
        folded.append(self.pipe.project(batch_max, death))
        self.done["project"] += any(folded)

    @precondition(lambda self: self.pipe.has_projector)
    @rule()
    def projector_is_replaced(self) -> None:
        """The projector's process is ended, and another one comes."""
        self.pipe.forget_projector()

    @precondition(lambda self: self.news > REBUILD_AFTER)
    @rule(death=st.sampled_from([Death.NONE, Death.BEFORE]))
    def rebuild(self, death: Death) -> None:
        """The read model is made again, and swapped in unless the rebuild dies before."""
        self.news = 0
        self.pipe.rebuild(death)
        self.done["rebuild"] += death is Death.NONE

    def teardown(self) -> None:
        """What is left flows; then all have to agree."""
        self.pipe.flow()
        self.pipe.close()
        self.done += self.pipe.deaths
        assert_all_agree(self.pipe.settings, self.folder / "fresh")
        shown = {UUID(bytes=row[0]): row[2] for row in shown_rows(self.pipe.settings)["household"]}
        assert shown == versions(stored_rows(self.pipe.settings))
        rmtree(self.folder)

    def _commands(self, household_id: UUID, chance: Random) -> list[Command]:
        household = self.pipe.side.service.new_loader().aggregate(Household, household_id)
        today = self.pipe.clock.now().date()
        options = list(next_commands(household, today, chance))
        late = today - timedelta(days=chance.choice((0, 0, 2, 20)))
        chosen = [chance.choice(options)] if options and chance.random() < 0.6 else []
        chosen.append(any_change(household, late, chance))
        return [replace(c, household_id=household_id) for c in chosen if isinstance(c, HouseholdCommand)]


def test_whatever_dies_and_in_whatever_order_all_agree_in_the_end() -> None:
    PipelineMachine.done.clear()
    run_state_machine_as_test(
        PipelineMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    done = PipelineMachine.done
    parts = ("command", "period", "relay", "project")
    assert all(done[what] for what in ("command", "relay", "project", "rebuild", "rebuild before")), done
    assert all(done[f"{part} {death.value}"] for part in parts for death in (Death.BEFORE, Death.AFTER)), done
    assert done["command"] > done["refused"] / 10
