"""The base of every household command, and the checks that all of them share."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from registry.command import Command
from registry.decision import Decision
from registry.household import status
from registry.household.case import Case
from registry.household.household import Household
from registry.refusal import Refusals, refuse
from schemas.access import permissions

BACK_DATING = "override.back_dating"
"""The action of recording a fact that is older than policy allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdCommand(Command):
    """An intent about one household."""

    household_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCommand(HouseholdCommand):
    """An intent that changes the register status. It may not take effect before the last change (E-DATE-BEFORE-LAST)."""

    FROM: ClassVar[frozenset[str]] = frozenset()
    """Statuses from which the transition is legal (E-STATE otherwise)."""


def begin(household: Household, command: HouseholdCommand, decision: Decision, division: str = "") -> Refusals:
    """Check what every command must satisfy; further violations are added to the answer.

    `division` is where a household will be that the register does not know yet.

    E-DATE-FUTURE; E-DATE-TOO-OLD beyond the policy's back-dating limit, unless the actor's role may; for status commands
    E-DATE-BEFORE-LAST, and E-STATE. A status that forbids the command is refused at once: nothing further makes sense.
    """
    if isinstance(command, StatusCommand):
        require_status(household, command.FROM)
    refusals = Refusals()
    effective_on = command.effective_on
    refusals.unless(effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    if decision.actor["role"] not in permissions()[BACK_DATING]:
        limit = decision.policy_for(household.division or division, effective_on).backdating_days
        oldest = decision.today - timedelta(days=limit)
        refusals.unless(effective_on >= oldest, "E-DATE-TOO-OLD", at="effective_on", days=limit)
    if isinstance(command, StatusCommand):
        since = household.status_since
        refusals.unless(since is None or effective_on >= since, "E-DATE-BEFORE-LAST", at="effective_on", last=since)
    return refusals


def require_status(household: Household, allowed: frozenset[str]) -> None:
    """Raises Refused (E-STATE) unless the household has one of these statuses."""
    if household.status not in allowed:
        refuse("E-STATE", status=household.status, allowed=sorted(allowed))


def require_live(household: Household) -> None:
    """Raises Refused (E-STATE) unless the household is known and not closed."""
    require_status(household, status.LIVE)


def require_case(household: Household, procedure: str) -> Case:
    """The procedure's open case. Raises Refused (E-NO-CASE)."""
    case = household.cases.get(procedure)
    if case is None:
        refuse("E-NO-CASE", at="procedure", procedure=procedure)
    return case
