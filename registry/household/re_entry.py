"""Re-entry: the formalities after a confirmed relapse, ended by the announcement (返贫即入, T10).

Source: three-year plan, item 23. All steps of an identification, run while the household is RELAPSED and already helped; the
spell is the one that began with the relapse.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from registry.command import decides
from registry.decision import Decision
from registry.household import status
from registry.household.case import RE_ENTRY
from registry.household.command import begin, require_case
from registry.household.entry import EntryCommand, check_entry
from registry.household.event import HouseholdEvent
from registry.household.household import Household


class HouseholdReEntered(HouseholdEvent):
    """The re-entry formalities are complete (T10)."""

    TOPIC = "household.household_re_entered"
    from_status: str
    to_status: str
    case_id: UUID
    spell_no: int
    attribute: str
    main_cause: str
    other_causes: list[str]
    size: int

    def apply(self, aggregate: Household) -> None:
        aggregate.close_case(RE_ENTRY)
        aggregate.become(self)
        aggregate.attribute = self.attribute
        aggregate.main_cause = self.main_cause
        aggregate.other_causes = tuple(self.other_causes)
        aggregate.exited_on = aggregate.retention_until = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReEnter(EntryCommand):
    """Announce that the household is registered again (T10)."""

    FROM: ClassVar[frozenset[str]] = frozenset({status.RELAPSED})


@decides(ReEnter)
def re_enter(household: Household, command: ReEnter, decision: Decision) -> None:
    """T10: what `check_entry` asks for.

    As its checks say: E-CAUSE-MISSING, E-CAUSE-NOT-MAIN, E-CAUSE-REPEATED, E-CAUSE-TOO-MANY, E-DATE-ORDER,
    E-NEED-TEST-NOT-MET, E-NO-CASE, E-NO-LIVING-MEMBER, E-OBJECTION-UPHELD, E-PASS-RATIO, E-REVIEW-RETURNED, E-STEP-MISSING,
    E-TWO-PERSON-RULE.
    """
    refusals = begin(household, command, decision)
    case = require_case(household, RE_ENTRY)
    check_entry(household, case, command, decision, refusals)
    refusals.raise_any()
    spell = household.spell
    assert spell is not None
    household.trigger(
        HouseholdReEntered,
        decision,
        command.effective_on,
        evidence=command.evidence,
        from_status=household.status,
        to_status=status.REGISTERED,
        case_id=case.case_id,
        spell_no=spell.number,
        attribute=command.attribute,
        main_cause=command.main_cause,
        other_causes=list(command.other_causes),
        size=household.size,
    )
