"""What a household must show to be registered, for the first time (T3) or again after a relapse (T10).

Source: three-year plan, items 3 and 23: the standard is neither lowered nor raised; who qualifies is admitted, by the procedure.
"""

from dataclasses import dataclass
from decimal import Decimal

from registry.command import code, codes
from registry.decision import Decision
from registry.household import case as steps
from registry.household.case import Case
from registry.household.command import StatusCommand
from registry.household.household import Household
from registry.household.need import NeedFacts
from registry.household.step import skipped
from registry.refusal import Refusals
from schemas.code_tables import table

OTHER_CAUSES_MAX = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCommand(StatusCommand):
    """An intent to announce a household as registered, with what it is and why it is poor."""

    attribute: str = code("household_attribute")
    main_cause: str | None = code("poverty_cause", None)
    other_causes: tuple[str, ...] = codes("poverty_cause")


def check_entry(household: Household, case: Case, command: EntryCommand, decision: Decision, refusals: Refusals) -> None:
    """Every step done, in order; known members; checker and comparator two persons; causes; the need test met."""
    case.require(
        steps.ANNOUNCED,
        refusals,
        on=command.effective_on,
        skip=skipped(household, decision, command.effective_on),
    )
    refusals.unless(len(household.members) > 0, "E-NO-LIVING-MEMBER")
    refusals.unless(case.comparator not in case.checkers, "E-TWO-PERSON-RULE", other=steps.COMPARED)
    check_causes(command, refusals)
    if case.need is not None:
        check_in_need(household, case.need, decision, refusals)


def check_causes(command: EntryCommand, refusals: Refusals) -> None:
    """E-CAUSE-MISSING, E-CAUSE-NOT-MAIN, E-CAUSE-TOO-MANY, E-CAUSE-REPEATED: one main cause, at most two others."""
    causes = [command.main_cause, *command.other_causes]
    refusals.unless(command.main_cause is not None, "E-CAUSE-MISSING", at="main_cause")
    secondary = table("poverty_cause").tagged("secondary")
    refusals.unless(command.main_cause not in secondary, "E-CAUSE-NOT-MAIN", at="main_cause", cause=command.main_cause)
    few = len(command.other_causes) <= OTHER_CAUSES_MAX
    refusals.unless(few, "E-CAUSE-TOO-MANY", at="other_causes", maximum=OTHER_CAUSES_MAX)
    refusals.unless(len(set(causes)) == len(causes), "E-CAUSE-REPEATED", at="other_causes")


def check_in_need(household: Household, need: NeedFacts, decision: Decision, refusals: Refusals) -> None:
    """E-NEED-TEST-NOT-MET unless the household is poor by these findings."""
    line = need_line(household, need, decision)
    refusals.unless(need.in_need(line), "E-NEED-TEST-NOT-MET", income=need.income_per_head, line=line)


def need_line(household: Household, need: NeedFacts, decision: Decision) -> Decimal:
    """The poverty line of the year in which the income period of the findings ends, yuan a head."""
    return decision.policy_for(household.division, need.income_to).poverty_line
