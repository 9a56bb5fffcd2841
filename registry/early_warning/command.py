"""The base of commands about a warning, and the checks that they share."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from registry.command import Command
from registry.decision import Decision
from registry.early_warning.warnings import Case, EarlyWarnings
from registry.refusal import Refusals, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningCommand(Command):
    """An intent about a warning. subject_id: the household, or the person whom no household has taken in."""

    subject_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCommand(WarningCommand):
    """An intent about one case, by people."""

    case_id: UUID


def begin(warnings: EarlyWarnings, command: CaseCommand, decision: Decision, allowed: Collection[str]) -> tuple[Case, Refusals]:
    """The case, and the answer so far. E-DATE-FUTURE; at once E-WARNING-UNKNOWN, E-WARNING-STATE in another state."""
    case = warnings.case
    if case is None or case.case_id != command.case_id:
        refuse("E-WARNING-UNKNOWN", at="case_id")
    if case.state not in allowed:
        refuse("E-WARNING-STATE", state=case.state, allowed=sorted(allowed))
    refusals = Refusals()
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    return case, refusals
