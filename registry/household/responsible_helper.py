"""The responsible helper: the one person who answers for a household's help.

Source: three-year plan, item 13 (designated units, specific measures, first responsible person). That there is exactly one at
a time is the programme's custom, not the plan's word.
"""

from dataclasses import dataclass

from registry.command import decides, staff
from registry.decision import Decision
from registry.household.assistance import check_body, check_entitled, require_known
from registry.household.command import HouseholdCommand, begin, require_live
from registry.household.event import HouseholdEvent
from registry.household.household import Household
from registry.refusal import refuse


class HelperAssigned(HouseholdEvent):
    """The household got its responsible helper."""

    TOPIC = "household.helper_assigned"
    helper_id: str
    organisation: str

    def apply(self, aggregate: Household) -> None:
        aggregate.helper_id = self.helper_id


class HelperReplaced(HouseholdEvent):
    """Another helper took over."""

    TOPIC = "household.helper_replaced"
    helper_id: str
    organisation: str
    previous_helper_id: str

    def apply(self, aggregate: Household) -> None:
        aggregate.helper_id = self.helper_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignHelper(HouseholdCommand):
    """Give the household its helper: an opaque staff id, and the code (GB 32100) of the organisation that sends him."""

    helper_id: str = staff()
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceHelper(HouseholdCommand):
    """Let another helper take over."""

    helper_id: str = staff()
    organisation: str


@decides(AssignHelper)
def assign_helper(household: Household, command: AssignHelper, decision: Decision) -> None:
    """E-NOT-ENTITLED, E-HELPER-ASSIGNED, E-USCC; nothing where he is the helper already."""
    require_known(household)
    if household.helper_id == command.helper_id:
        return
    refusals = begin(household, command, decision)
    check_entitled(household, command, decision, refusals, lasting=True)
    refusals.unless(not household.helper_id, "E-HELPER-ASSIGNED", at="helper_id")
    check_body(command.organisation, refusals, at="organisation")
    refusals.raise_any()
    household.trigger(
        HelperAssigned,
        decision,
        command.effective_on,
        evidence=command.evidence,
        helper_id=command.helper_id,
        organisation=command.organisation,
    )


@decides(ReplaceHelper)
def replace_helper(household: Household, command: ReplaceHelper, decision: Decision) -> None:
    """E-NO-HELPER, E-USCC; nothing where he is the helper already. An exited household keeps a helper, so it may change him.

    As its checks say: E-STATE.
    """
    require_live(household)
    if not household.helper_id:
        refuse("E-NO-HELPER")
    if household.helper_id == command.helper_id:
        return
    refusals = begin(household, command, decision)
    check_body(command.organisation, refusals, at="organisation")
    refusals.raise_any()
    household.trigger(
        HelperReplaced,
        decision,
        command.effective_on,
        evidence=command.evidence,
        helper_id=command.helper_id,
        organisation=command.organisation,
        previous_helper_id=household.helper_id,
    )
