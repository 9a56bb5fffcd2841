"""Any commands about a mismatch in any order: what the register accepts is what a plain table of transitions accepts."""

from typing import Any

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.strategies import sampled_from

from tests.support.campaigns import MISMATCH, acted, assigned, found, mismatch_closed, run_closed, run_opened, verdict
from tests.support.families import opening
from tests.support.register import Register, a_register
from tests.support.scenario import HOUSEHOLD, day

VERDICTS = ("TRUE_POSITIVE", "FALSE_POSITIVE")
FITTING = {("TRUE_POSITIVE", "CORRECTION"), ("TRUE_POSITIVE", "APPRAISAL"), ("FALSE_POSITIVE", "NONE")}


class Mismatches(RuleBasedStateMachine):
    """A state and a verdict beside the real thing."""

    register: Register

    @initialize()
    def begin(self) -> None:
        self.register = a_register(opening(), run_opened())
        self.state, self.verdict, self.run_open, self.today = "", "", True, 20

    def give(self, command: Any, allowed: bool) -> bool:
        """Accepted just where the table says so, with nothing left behind otherwise."""
        outcome = self.register.when(command)
        assert (outcome.refused is None) == allowed, outcome.refused
        if outcome.refused is not None:
            outcome.then_refuses(*{violation.code for violation in outcome.refused.violations})
        return allowed

    def tomorrow(self) -> Any:
        self.today += 1
        return day(self.today)

    @rule()
    def find(self) -> None:
        known = self.state != ""
        if self.give(found(on=self.tomorrow()), known or self.run_open) and not known:
            self.state = "FOUND"

    @rule()
    def assign(self) -> None:
        if self.give(assigned(on=self.tomorrow()), self.state in ("FOUND", "ASSIGNED")):
            self.state = "ASSIGNED"

    @rule(said=sampled_from(VERDICTS))
    def verify(self, said: str) -> None:
        if self.give(verdict(said, on=self.tomorrow()), self.state == "ASSIGNED"):
            self.state, self.verdict = "VERIFIED", said

    @rule(outcome=sampled_from(["CORRECTION", "APPRAISAL", "NONE", "CLEAR_OUT"]))
    def act(self, outcome: str) -> None:
        if self.give(acted(outcome, on=self.tomorrow()), self.state == "VERIFIED" and (self.verdict, outcome) in FITTING):
            self.state = "ACTED"

    @rule()
    def close(self) -> None:
        if self.give(mismatch_closed(on=self.tomorrow()), self.state == "ACTED"):
            self.state = "CLOSED"

    @precondition(lambda self: self.state != "")
    @rule()
    def end_the_run(self) -> None:
        self.give(run_closed(on=self.tomorrow()), allowed=True)
        self.run_open = False

    @invariant()
    def the_exit_is_held_back_while_it_is_open_and_no_longer(self) -> None:
        self.register.loaded = {}
        household = self.register.household(HOUSEHOLD)
        held = {("MISMATCH", MISMATCH)} if self.state not in ("", "CLOSED") else set()
        assert (household.obstacles, household.status) == (held, "REGISTERED")


TestMismatches = Mismatches.TestCase
TestMismatches.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
