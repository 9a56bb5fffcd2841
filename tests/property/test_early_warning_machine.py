"""Random lives of early-warning cases beside a plain model: what may happen happens, what may not is refused, and nothing else.

Two subjects at once, a household and a person whom none has taken in, over days and working days; every command is decided from
events that went through Avro, and the household's own life goes on beside them.
"""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from registry.command import Command
from registry.early_warning.assess import AssessEarlyWarning
from registry.early_warning.assign import AssignEarlyWarning
from registry.early_warning.cancel import CancelEarlyWarning
from registry.early_warning.command import CaseCommand
from registry.early_warning.escalate import EscalateEarlyWarning
from registry.early_warning.outcome import LINKED, CloseEarlyWarning, RecordWarningOutcome
from registry.early_warning.reopen import ReopenEarlyWarning
from registry.early_warning.transfer import TransferEarlyWarning
from registry.early_warning.visit import RecordWarningVisit, VerifyEarlyWarning
from registry.early_warning.warnings import EarlyWarnings, case_id_of, stream_id_of
from registry.event import RegistryEvent
from registry.household.case import case_id_of as household_case
from registry.household.obstacles import ClearObstacle, OpenObstacle
from registry.refusal import Refused
from schemas.clock import SHANGHAI
from schemas.code_tables import table
from tests.support.early_warnings import assessed, expense, fired
from tests.support.families import opening
from tests.support.histories import RELAPSE_CHECKED_ON, re_entered, relapse_checked
from tests.support.register import Register, a_register, state_of
from tests.support.scenario import COUNTY, HOUSEHOLD, TOWNSHIP, day, paper, person
from tests.support.warning_model import ALLOWED, PROVINCE_LATER, STEPS, PlainWarnings, working_days_after

ALONE = person(9)
SUBJECTS = (HOUSEHOLD, ALONE)
TOWNSHIPS = (TOWNSHIP, "469030101000", "469030102000")
RELAPSE = household_case(HOUSEHOLD, "RELAPSE", 1)
LINKS: dict[str, dict[str, UUID]] = {
    "NONE": {},
    "RELAPSE": {"household_id": HOUSEHOLD, "linked_case_id": RELAPSE},
    "UNHEARD_OF": {"household_id": HOUSEHOLD, "linked_case_id": household_case(HOUSEHOLD, "RELAPSE", 9)},
    "HALF": {"household_id": HOUSEHOLD},
}
AMOUNTS = (3_500, 6_000, 11_000, 17_000, 26_000)
LAST_DAY = date(2024, 6, 28)
"""The official calendar of the working days after it is known."""
BOUNDED = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
outcomes = st.sampled_from(table("warning_outcome").codes)
subjects, ages = st.sampled_from(SUBJECTS), st.sampled_from((0, 0, 0, 0, 2, 20, -1))


class EarlyWarningMachine(RuleBasedStateMachine):
    """What the intake, the offices and the clock do to the warnings of a household and of a person, in any order."""

    seen: ClassVar[Counter[str]] = Counter()
    relapses: ClassVar[bool] = False
    """Whether the household is an exited one on its way back, or one on the register all along."""

    @initialize()
    def begin(self) -> None:
        before = relapse_checked() if self.relapses else [opening()]
        self.register: Register = a_register(*before)  # type: ignore[arg-type]
        self.register.today(max(self.register.now.astimezone(SHANGHAI).date(), RELAPSE_CHECKED_ON if self.relapses else day(10)))
        self.models = {subject: PlainWarnings() for subject in SUBJECTS}
        self.last: dict[UUID, AssessEarlyWarning] = {}
        self.over: set[UUID] = set()
        """Whose last assessment was answered by an end that it may not survive: a case handed over to a household."""
        self.the_intake_assesses(ALONE, "ORANGE", 11_000, {1}, 0, unclaimed=True)
        self.the_intake_assesses(HOUSEHOLD, "YELLOW", 6_000, {2}, 0, unclaimed=False)
        self.life = list(re_entered())[len(relapse_checked()) :] if self.relapses else []

    @property
    def today(self) -> date:
        """The day in the province."""
        return self.register.now.astimezone(SHANGHAI).date()

    @rule(days=st.sampled_from((1, 1, 2, 3, 6, 9, 30, 95, 370)))
    def time_passes(self, days: int) -> None:
        self.wait_until(self.today + timedelta(days=days))

    @rule(subject=subjects, to=st.sampled_from(("COUNTY", "PROVINCE")), after=st.integers(0, 1))
    def nobody_does_anything(self, subject: UUID, to: str, after: int) -> None:
        """To the last good day of the running clock, the county's or the province's, or the day after; and it is told."""
        due = self.models[subject].waits_until
        if self.models[subject].is_open:
            self.wait_until((due if to == "COUNTY" else working_days_after(due, PROVINCE_LATER)) + timedelta(days=after))
        self.a_clock_runs_out(subject, to, 0, stale=False)

    def wait_until(self, day: date) -> None:
        if self.today < day <= LAST_DAY:
            self.register.today(day)

    @rule(
        subject=subjects,
        level=st.sampled_from(("NONE", "BLUE", "YELLOW", "YELLOW", "ORANGE", "ORANGE", "RED")),
        amount=st.sampled_from(AMOUNTS),
        bills=st.sets(st.integers(1, 4), min_size=1, max_size=3),
        age=ages,
        unclaimed=st.booleans(),
    )
    def the_intake_assesses(self, subject: UUID, level: str, amount: int, bills: set[int], age: int, *, unclaimed: bool) -> None:
        on = self.today - timedelta(days=age)
        lonely = {"subject_kind": "PERSON", "group": "OTHER_RURAL", "unclaimed": unclaimed}
        more: dict[str, Any] = {} if subject == HOUSEHOLD else lonely | {"division": COUNTY if unclaimed else TOWNSHIP}
        command = assessed(
            level,
            on,
            amount,
            subject_id=subject,
            basis=Decimal(amount),
            fired=() if level == "NONE" else (fired(level, amount, on),),
            expenses=() if level == "NONE" else tuple(expense(number) for number in sorted(bills)),
            **more,
        )
        recorded = self.give(command, accepted=age >= 0)
        if age >= 0:
            self.last[subject] = command
            self.over.discard(subject)
            assert recorded is not None
            assert not self.give(command, accepted=True), "the same assessment twice"

    @rule(subject=subjects)
    def the_intake_says_it_again(self, subject: UUID) -> None:
        """Whatever people have done since: what was known before they did it moves nothing."""
        if subject in self.last and subject not in self.over:
            assert set(self.give(self.last[subject], accepted=True) or ()) <= {"EarlyWarningWatched", "EarlyWarningClosed"}

    @rule(subject=subjects, township=st.sampled_from(TOWNSHIPS), age=ages, stale=st.booleans())
    def the_county_assigns(self, subject: UUID, township: str, age: int, *, stale: bool) -> None:
        self.say(AssignEarlyWarning, subject, age, stale, township=township)

    @rule(subject=subjects, age=ages)
    def a_township_visits(self, subject: UUID, age: int) -> None:
        self.say(RecordWarningVisit, subject, age, visitors=("staff-1",))

    @rule(subject=subjects, age=ages, finding=st.sampled_from(table("warning_finding").codes))
    def a_township_finds(self, subject: UUID, age: int, finding: str) -> None:
        self.say(VerifyEarlyWarning, subject, age, finding=finding)

    @rule(
        subject=subjects, outcome=st.sampled_from(table("warning_outcome").codes), link=st.sampled_from(sorted(LINKS)), age=ages
    )
    def a_township_says_what_was_done(self, subject: UUID, outcome: str, link: str, age: int) -> None:
        self.conclude(subject, outcome, link, age)

    @rule(subject=subjects, days=st.lists(st.sampled_from((0, 1, 3)), min_size=3, max_size=3))
    def a_township_does_its_work(self, subject: UUID, days: list[int]) -> None:
        """Visit, finding and outcome, as far as the case allows them."""
        self.a_township_visits(subject, 0)
        self.time_passes(days[0])
        self.a_township_finds(subject, 0, "IN_NEED")
        self.time_passes(days[1])
        runs = subject == HOUSEHOLD and self.has_relapse()
        self.conclude(subject, "RE_ENTERED" if runs else "NO_RISK", "RELAPSE" if runs else "NONE", 0)
        self.time_passes(days[2])

    @rule(subject=subjects, to=st.sampled_from(("COUNTY", "PROVINCE")), age=ages, stale=st.booleans())
    def a_clock_runs_out(self, subject: UUID, to: str, age: int, *, stale: bool) -> None:
        model = self.models[subject]
        overdue = model.is_open and model.overdue(to, self.today)
        told = self.say(EscalateEarlyWarning, subject, age, stale, right=overdue, escalated_to=to)
        if told is not None:
            assert (to, model.waits_until) in model.told, "nobody was told"

    @rule(subject=subjects, age=ages, stale=st.booleans())
    def the_county_opens_it_again(self, subject: UUID, age: int, *, stale: bool) -> None:
        self.say(ReopenEarlyWarning, subject, age, stale, evidence=(paper("COUNTY_DECISION"),))

    @rule(subject=subjects, age=ages)
    def the_county_cancels_it(self, subject: UUID, age: int) -> None:
        right = not self.models[subject].visited
        self.say(CancelEarlyWarning, subject, age, right=right, reason_code="WRONG_PERSON")

    @rule(subject=subjects)
    def the_intake_looks_whether_it_can_be_closed(self, subject: UUID) -> None:
        command = CloseEarlyWarning(subject_id=subject, effective_on=self.today)
        self.give(command, accepted=bool(self.models[subject].episodes) or None)

    @rule()
    def a_household_takes_the_person_in(self) -> None:
        command = TransferEarlyWarning(subject_id=ALONE, effective_on=self.today, household_id=HOUSEHOLD)
        was_open = self.models[ALONE].is_open
        assert bool(self.give(command, accepted=True)) == was_open
        self.over.add(ALONE)
        assert not self.give(command, accepted=True), "handed over twice"

    @rule(command_class=st.sampled_from((OpenObstacle, ClearObstacle)), back=st.integers(0, 1))
    def somebody_sets_the_obstacle_by_hand(self, command_class: type[OpenObstacle | ClearObstacle], back: int) -> None:
        episodes = self.models[HOUSEHOLD].episodes
        ref = episodes[max(-len(episodes), -1 - back)]
        self.give(command_class(household_id=HOUSEHOLD, effective_on=self.today, kind="WARNING", ref=ref), accepted=False)

    @precondition(lambda self: self.life)
    @rule(times=st.integers(1, 4))
    def the_households_own_life_goes_on(self, times: int) -> None:
        for _ in range(min(times, len(self.life))):
            step = self.life.pop(0)
            self.wait_until(getattr(step, "command", step).effective_on)
            try:
                self.register.take(step)
            except Refused:  # its days were let slip
                self.life.clear()
                return
            self.seen["the household goes on"] += 1

    def conclude(self, subject: UUID, outcome: str, link: str, age: int) -> None:
        linked = outcome in LINKED
        right = link == "RELAPSE" and outcome == "RE_ENTERED" and self.has_relapse() if linked else link == "NONE"
        self.say(RecordWarningOutcome, subject, age, right=right and outcome != "MOVED", outcome=outcome, **LINKS[link])

    def has_relapse(self) -> bool:
        """Whether the household ever had the case that a link names."""
        return self.register.aggregate(type(self.household), HOUSEHOLD).case_counts.get("RELAPSE", 0) > 0

    @property
    def household(self) -> Any:
        """The household, as its events add up now."""
        self.register.loaded = {}
        return self.register.household(HOUSEHOLD)

    def say(
        self, command_class: type[CaseCommand], subject: UUID, age: int, stale: bool = False, *, right: bool = True, **fields: Any
    ) -> list[str] | None:
        """Somebody says something of the latest case, or, `stale`, of the one before: accepted just where that may be."""
        model = self.models[subject]
        number = max(1, len(model.episodes)) - stale
        command = command_class(
            subject_id=subject,
            case_id=case_id_of(subject, number),
            effective_on=self.today - timedelta(days=age),
            **fields,
        )
        known = bool(model.episodes) and not stale
        return self.give(command, accepted=known and right and age >= 0 and model.state in ALLOWED[command_class.__name__])

    def give(self, command: Command, *, accepted: bool | None) -> list[str] | None:
        """Give a command. accepted: what has to come of it; None: refused. Return the warnings' events by name; None: refused."""
        before = self.household
        state, events = state_of(before), {key: len(stream) for key, stream in self.register.streams.items()}
        outcome = self.register.when(command)
        name = type(command).__name__
        if outcome.refused is not None:
            codes = [violation.code for violation in outcome.refused.violations]
            assert not accepted, f"{name} was refused: {codes}"
            outcome.then_refuses(*codes)
            assert {key: len(stream) for key, stream in self.register.streams.items()} == events
            self.seen[f"{name} refused"] += 1
            return None
        assert accepted, f"{name} was accepted: {[type(event).__name__ for event in outcome.recorded]}"
        self.learn(outcome.recorded)
        after = state_of(self.household)
        for changed in ("obstacles", "version"):
            state.pop(changed)
            after.pop(changed)
        assert after == state, "a warning changed more of a household than an obstacle"
        return [type(event).__name__ for event in outcome.recorded if event.originator_id != HOUSEHOLD]

    def learn(self, recorded: list[RegistryEvent]) -> None:
        """Each subject's model sees the events of its stream."""
        streams = {stream_id_of(subject): model for subject, model in self.models.items()}
        for event in recorded:
            self.seen[type(event).__name__] += 1
            if event.originator_id != HOUSEHOLD:
                streams[event.originator_id].saw(event, self.today)

    @invariant()
    def cases_and_models_agree(self) -> None:
        self.register.loaded = {}
        for subject, model in self.models.items():
            case = self.register.aggregate(EarlyWarnings, stream_id_of(subject)).case
            assert model.episodes == [case_id_of(subject, number + 1) for number in range(len(model.episodes))]
            if case is None:
                assert not model.episodes
                continue
            assert (case.case_id, case.state, case.level, case.division) == (
                (model.episodes[-1], model.state, model.level, model.division)
            )
            assert (case.due_on, case.outcome_due_on, case.basis) == (model.due_on, model.outcome_due_on, model.basis)

    @invariant()
    def the_exit_is_held_back_exactly_while_the_case_is_open(self) -> None:
        held = {ref for kind, ref in self.household.obstacles if kind == "WARNING"}
        model = self.models[HOUSEHOLD]
        assert held == ({model.episodes[-1]} if model.is_open else set())


@pytest.mark.slow
def test_random_lives_of_cases_agree_with_a_plain_model() -> None:
    EarlyWarningMachine.seen.clear()
    for relapses in (False, True):
        machine = type(f"Relapses_{relapses}", (EarlyWarningMachine,), {"relapses": relapses})
        run_state_machine_as_test(machine, settings=BOUNDED)
    unseen = {*STEPS, "ObstacleOpened", "ObstacleCleared", "the household goes on"} - set(EarlyWarningMachine.seen)
    unseen |= {f"{name} refused" for name in ALLOWED} - set(EarlyWarningMachine.seen)
    assert not unseen, "the machine went nowhere near these"
