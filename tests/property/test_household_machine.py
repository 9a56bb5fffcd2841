"""Random lives of a household beside a plain model of its two state machines: replay, live and model agree."""

from collections import Counter
from datetime import timedelta
from random import Random
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from registry.application.parsing import parse
from registry.command import Command, decider_of
from registry.event import RegistryEvent
from registry.household.corrections import CorrectFact, Record, Restatement, VoidFact, find_fact
from registry.refusal import Refused
from tests.support.histories import (
    History,
    accepted,
    approved,
    cleared_out,
    do,
    exited,
    helped,
    in_ledger,
    re_entry_approved,
    registered,
    relapse_proposed,
    relapsed,
    stable,
)
from tests.support.household_model import ENDS_HELP, OVERLAY, REGISTER, PlainHousehold
from tests.support.next_step import imported, next_commands, out_of_place
from tests.support.random_commands import any_command, single_household_commands, somebody
from tests.support.scenario import HOUSEHOLD, By, Scenario, Step, actor, check_history, day, given, state_of

SEEDS = st.integers(0, 2**32)
BOUNDED = settings(
    max_examples=13,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


def nothing() -> list[Step]:
    """A household that the register does not know yet."""
    return []


def out() -> list[Step]:
    """A household that was cleared out."""
    return cleared_out(registered(), day(30))


def carried_over() -> list[Step]:
    """A household of the old register."""
    return [imported(day(1), Random(1))]


BEGINNINGS: tuple[History, ...] = (
    *(nothing, in_ledger, carried_over, approved, helped, accepted, exited, stable),
    *(relapse_proposed, relapsed, re_entry_approved, out),
)


class HouseholdMachine(RuleBasedStateMachine):
    """Commands at random, some of them sensible, against one household."""

    seen: ClassVar[Counter[str]] = Counter()

    beginning: ClassVar[History] = staticmethod(nothing)

    @initialize()
    def begin(self) -> None:
        self.scenario: Scenario = given(type(self).beginning())
        self.model = PlainHousehold.of(self.scenario.history)
        self.seen.update(type(event).__name__ for event in self.scenario.history)

    @rule(days=st.sampled_from((0, 1, 3, 10, 40, 200)))
    def time_passes(self, days: int) -> None:
        self.scenario.now += timedelta(days=days)

    @rule(times=st.integers(1, 12), seed=SEEDS)
    def an_official_goes_on(self, times: int, seed: int) -> None:
        chance = Random(seed)
        for _ in range(times):
            options = list(next_commands(self.scenario.household, self.scenario.now.date(), chance))
            if options:
                self.give(chance.choice(options), chance)
                self.household_and_model_agree()

    @rule(classes=st.lists(st.sampled_from(single_household_commands()), min_size=1, max_size=8), seed=SEEDS)
    def somebody_tries_anything(self, classes: list[type[Command]], seed: int) -> None:
        chance = Random(seed)
        for command_class in classes:
            self.give(any_command(command_class, self.scenario.now.date(), chance), chance)
            self.household_and_model_agree()

    @rule(seed=SEEDS)
    def the_county_corrects_or_voids(self, seed: int) -> None:
        chance = Random(seed)
        if not self.scenario.history:
            return
        event = chance.choice(self.scenario.history)
        before = state_of(self.scenario.household)
        try:
            corrected = correct(self.scenario, event, chance)
        except Refused:
            self.seen["correction refused"] += 1
            assert state_of(self.scenario.household) == before
            return
        for correction in corrected:
            self.seen["FactVoided" if correction.VOIDS else "correction"] += 1
        self.model = PlainHousehold.of(self.scenario.history)

    def give(self, command: Command, chance: Random) -> None:
        household = self.scenario.household
        before = state_of(household)
        forbidden = self.model.forbids(type(command).__name__)
        outcome = self.scenario.when(By(somebody(command, chance), command))
        if outcome.refused is not None:
            self.seen[f"{type(command).__name__} refused"] += 1
            assert outcome.events == []
            assert not household.pending
            assert state_of(household) == before
            return
        assert not forbidden or not outcome.events, f"{type(command).__name__} was accepted in {self.model.status}"
        for event in outcome.events:
            self.seen[type(event).__name__] += 1
            self.model.saw(event)
        if ENDS_HELP & {type(event).__name__ for event in outcome.events}:
            assert not household.live_measures
        if before["status"] != household.status:
            self.what_is_out_of_place_is_refused(chance)

    def what_is_out_of_place_is_refused(self, chance: Random) -> None:
        """Right after each change: everything that is sensible elsewhere, and has no place here."""
        household = self.scenario.household
        before = state_of(household)
        for command in list(out_of_place(household, self.scenario.now.date(), chance)):
            if self.model.forbids(type(command).__name__):
                self.seen["out of place"] += 1
                assert self.scenario.when(command).refused is not None, f"{command} in {self.model.status}"
        assert state_of(household) == before

    @invariant()
    def household_and_model_agree(self) -> None:
        self.model.agrees_with(self.scenario.household)

    def teardown(self) -> None:
        if hasattr(self, "scenario") and self.scenario.history:
            check_history(self.scenario.household, self.scenario.history)


def correct(scenario: Scenario, event: RegistryEvent, chance: Random) -> list[RegistryEvent]:
    """Void the fact of an event, or say it again for another day. What was recorded; raises Refused."""
    household, today = scenario.household, scenario.now.date()
    record = Record(household, list(scenario.history))
    decision = scenario.decision(actor("COUNTY_OFFICER", 9))
    if chance.random() < 0.5:
        command = do(VoidFact, today, corrects_event_id=event.event_id)
        decider_of(VoidFact)(record, command, decision)
    else:
        fact = find_fact(record.stream, event.event_id)
        day_then = fact.now.effective_on + timedelta(days=chance.choice((-5, -1, 0, 1, 5)))
        correction = CorrectFact(household_id=HOUSEHOLD, effective_on=day_then, corrects_event_id=event.event_id)
        values = {**fact.statement.values_of(fact.now), "household_id": HOUSEHOLD, "effective_on": day_then}
        decider_of(CorrectFact)(record, Restatement(correction, parse(fact.statement.command, values)), decision)
    recorded = household.collect_events()
    scenario.history += recorded
    return recorded


@pytest.mark.slow
def test_random_lives_agree_with_a_plain_model() -> None:
    HouseholdMachine.seen.clear()
    for history in BEGINNINGS:
        machine = type(f"From_{history.__name__}", (HouseholdMachine,), {"beginning": staticmethod(history)})
        run_state_machine_as_test(machine, settings=BOUNDED)
    unseen = {*REGISTER, *OVERLAY, "AppealDecided", "FactVoided"} - set(HouseholdMachine.seen)
    assert not unseen, "the machine went nowhere near these transitions"
