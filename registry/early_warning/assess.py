"""What follows from a household's expenses as they stand now: watched, raised, risen, opened again, cancelled, or nothing.

Source: three-year plan, item 23; domain: early warning. The intake sends an assessment whenever something about the subject is
new; the same one twice changes nothing. No warning ever changes a status.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from registry.command import code, decides
from registry.decision import Decision
from registry.early_warning import warnings as states
from registry.early_warning.cancel import EarlyWarningCancelled
from registry.early_warning.command import WarningCommand
from registry.early_warning.event import WarningEvent
from registry.early_warning.levels import BLUE, LEVELS, NONE, is_higher, opens_a_case
from registry.early_warning.reopen import reopen, reopens_for
from registry.early_warning.warnings import Case, EarlyWarnings, case_id_of
from registry.early_warning.working_days import after_working_days
from registry.policy.policy import Policy
from registry.refusal import Refusals, refuse

AMOUNTS_REDUCED = "AMOUNTS_REDUCED"
MOVED = "MOVED"
"""From a township that had it to another."""


class EarlyWarningWatched(WarningEvent):
    """A first sign: entered in the watch list, and nobody has to do anything. `case_id` is the id that a case would have."""

    TOPIC = "warning.early_warning_watched"
    subject_kind: str
    subject_id: UUID
    group: str
    fired: list[dict[str, Any]]
    expenses: list[UUID]

    def apply(self, aggregate: EarlyWarnings) -> None:
        aggregate.about(self.subject_kind, self.subject_id)
        aggregate.division = self.division
        aggregate.watched = frozenset(self.expenses)


class EarlyWarningRaised(WarningEvent):
    """A case: somebody must look."""

    TOPIC = "warning.early_warning_raised"
    subject_kind: str
    subject_id: UUID
    episode: int
    group: str
    warning_level: str
    basis: Decimal
    fired: list[dict[str, Any]]
    expenses: list[UUID]
    due_on: date

    def apply(self, aggregate: EarlyWarnings) -> None:
        aggregate.about(self.subject_kind, self.subject_id)
        aggregate.division = self.division
        rules = frozenset(rule["rule"] for rule in self.fired)
        aggregate.case = Case(
            self.case_id,
            self.episode,
            self.warning_level,
            self.division,
            self.basis,
            self.due_on,
            frozenset(self.expenses),
            rules,
        )


class EarlyWarningAssigned(WarningEvent):
    """A township has it, and until when."""

    TOPIC = "warning.early_warning_assigned"
    assignment: str
    due_on: date

    def apply(self, aggregate: EarlyWarnings) -> None:
        case = aggregate.case
        assert case is not None
        aggregate.division = case.division = self.division
        case.begin_anew(self.due_on)
        case.moved = case.moved or self.assignment == MOVED


class EarlyWarningLevelChanged(WarningEvent):
    """The level rose while the case was open; the earlier due day holds."""

    TOPIC = "warning.early_warning_level_changed"
    level_before: str
    warning_level: str
    basis: Decimal
    fired: list[dict[str, Any]]
    expenses: list[UUID]
    due_on: date

    def apply(self, aggregate: EarlyWarnings) -> None:
        aggregate.rest_on(self.warning_level, self.basis, self.fired, self.expenses)
        assert aggregate.case is not None
        aggregate.case.due_on = self.due_on


class EarlyWarningBasisChanged(WarningEvent):
    """Other settlements, rules or amounts stand behind the open case; its level and its due day stay."""

    TOPIC = "warning.early_warning_basis_changed"
    basis: Decimal
    fired: list[dict[str, Any]]
    expenses: list[UUID]

    def apply(self, aggregate: EarlyWarnings) -> None:
        assert aggregate.case is not None
        aggregate.rest_on(aggregate.case.level, self.basis, self.fired, self.expenses)


@dataclass(frozen=True, slots=True, kw_only=True)
class FiredRule:
    """A rule that fired, with its numbers: of which person (None: of the household), in which window, and what was held against
    what. Yuan."""

    rule: str = code("warning_rule")
    warning_level: str = code("warning_level")
    person_id: UUID | None = None
    window: str = code("warning_window")
    window_to: date
    amount: Decimal
    threshold: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessEarlyWarning(WarningCommand):
    """Say how it stands with a subject's expenses. `effective_on`: the latest day on which a window ends.

    division: the township, or the county where nobody knows the township (`unclaimed`); fired: every rule that fired, none where
    nothing does any more; basis: the personal burden that they rest on, yuan; expenses: ids of the settlements behind them.
    """

    subject_kind: str = code("warning_subject")
    division: str
    unclaimed: bool = False
    assignment: str = code("warning_assignment", default="HOUSEHOLD_DIVISION")
    group: str = code("warning_group")
    basis: Decimal
    fired: tuple[FiredRule, ...] = ()
    expenses: tuple[UUID, ...] = ()

    @property
    def level(self) -> str:
        """The highest of those that fired."""
        return max((rule.warning_level for rule in self.fired), key=LEVELS.index, default=NONE)


@decides(AssessEarlyWarning)
def assess(warnings: EarlyWarnings, command: AssessEarlyWarning, decision: Decision) -> None:
    """E-DATE-FUTURE, E-DIVISION-UNKNOWN, E-CALENDAR-YEAR. The same assessment twice leads to nothing."""
    refusals = Refusals()
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    refusals.raise_any()
    if decision.divisions.get(command.division) is None:
        refuse("E-DIVISION-UNKNOWN", at="division", division=command.division)
    case = warnings.case
    if not opens_a_case(command.level):
        _take_back(warnings, command, decision)
        _watch(warnings, command, decision)
    elif case is not None and case.is_open:
        _follow(warnings, case, command, decision)
    elif case is not None and case.state == states.CLOSED and not _is_over(case, command, decision):
        why = reopens_for(case, command.level, command.basis, _policy(command, decision), decision.today)
        # Where nothing was spent beyond what people have ended, only policy or income differ: that opens nothing again.
        nothing_new = case.has_settled(command.expenses) and command.basis <= case.basis
        if why is not None and not nothing_new:
            reopen(warnings, decision, command.effective_on, why=why, due_on=_due(command, decision), **_body(command))
    elif case is None or not case.has_settled(command.expenses):
        _raise(warnings, command, decision)  # another matter: not what was closed a year ago, or was another person's


def _raise(warnings: EarlyWarnings, command: AssessEarlyWarning, decision: Decision) -> None:
    policy = _policy(command, decision)
    claimed_by = after_working_days(decision.today, policy.warning_claim_working_days)
    due_on = claimed_by if command.unclaimed else _due(command, decision)
    case_id = case_id_of(command.subject_id, warnings.next_episode)
    warnings.trigger(
        EarlyWarningRaised,
        decision,
        command.effective_on,
        division=command.division,
        case_id=case_id,
        subject_kind=command.subject_kind,
        subject_id=command.subject_id,
        episode=warnings.next_episode,
        group=command.group,
        due_on=due_on,
        **_body(command),
    )
    if not command.unclaimed:
        assign(warnings, decision, command.effective_on, command.division, assignment=command.assignment, due_on=due_on)


def assign(
    warnings: EarlyWarnings, decision: Decision, effective_on: date, division: str, *, assignment: str, due_on: date
) -> None:
    """Give the open case to a township."""
    assert warnings.case is not None
    warnings.trigger(
        EarlyWarningAssigned,
        decision,
        effective_on,
        division=division,
        case_id=warnings.case.case_id,
        assignment=assignment,
        due_on=due_on,
    )


def _follow(warnings: EarlyWarnings, case: Case, command: AssessEarlyWarning, decision: Decision) -> None:
    """The open case rises, or rests on something else; where neither is so, nothing is to be said."""
    if is_higher(command.level, case.level):
        warnings.trigger(
            EarlyWarningLevelChanged,
            decision,
            command.effective_on,
            case_id=case.case_id,
            level_before=case.level,
            due_on=min(case.due_on, _due(command, decision)),
            **_body(command),
        )
        return
    rules = frozenset(rule.rule for rule in command.fired)
    if (rules, frozenset(command.expenses), command.basis) != (case.rules, case.expenses, case.basis):
        body = _body(command)
        del body["warning_level"]
        warnings.trigger(EarlyWarningBasisChanged, decision, command.effective_on, case_id=case.case_id, **body)


def _take_back(warnings: EarlyWarnings, command: AssessEarlyWarning, decision: Decision) -> None:
    """Nothing that opens a case fires any more: one that nobody has visited is cancelled; people end all others."""
    case = warnings.open_case
    if case is not None and case.can_be_cancelled:
        warnings.trigger(EarlyWarningCancelled, decision, command.effective_on, reason_code=AMOUNTS_REDUCED, case_id=case.case_id)


def _watch(warnings: EarlyWarnings, command: AssessEarlyWarning, decision: Decision) -> None:
    known = warnings.watched == frozenset(command.expenses)
    if command.level != BLUE or known or warnings.open_case is not None:
        return
    body = _body(command)
    warnings.trigger(
        EarlyWarningWatched,
        decision,
        command.effective_on,
        division=command.division,
        case_id=case_id_of(command.subject_id, warnings.next_episode),
        subject_kind=command.subject_kind,
        subject_id=command.subject_id,
        group=command.group,
        fired=body["fired"],
        expenses=body["expenses"],
    )


def _is_over(case: Case, command: AssessEarlyWarning, decision: Decision) -> bool:
    """Whether it was closed so long ago that what fires now is another matter."""
    assert case.closed_on is not None
    return (decision.today - case.closed_on).days > _policy(command, decision).warning_episode_days


def _due(command: AssessEarlyWarning, decision: Decision) -> date:
    days = _policy(command, decision).warning_due_working_days[command.level]
    return after_working_days(decision.today, days)


def _policy(command: AssessEarlyWarning, decision: Decision) -> Policy:
    return decision.policy_for(command.division, command.effective_on)


def _body(command: AssessEarlyWarning) -> dict[str, Any]:
    fired = [
        {
            "rule": rule.rule,
            "warning_level": rule.warning_level,
            "person_id": rule.person_id,
            "window": rule.window,
            "window_to": rule.window_to,
            "amount": rule.amount,
            "threshold": rule.threshold,
        }
        for rule in command.fired
    ]
    return {
        "warning_level": command.level,
        "basis": command.basis,
        "fired": fired,
        "expenses": sorted(command.expenses),
    }
