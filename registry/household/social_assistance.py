"""Members' minimum living allowance and extreme-poverty support, as civil affairs decides them.

Source: three-year plan, item 11 (the two registers are brought together). A fact about any household, entitled or not.
"""

from dataclasses import dataclass
from uuid import UUID

from registry.command import code, decides
from registry.decision import Decision
from registry.household.assistance import check_member
from registry.household.command import HouseholdCommand, begin, require_live
from registry.household.event import HouseholdEvent
from registry.household.household import Household

NO_ASSISTANCE = "NONE"


class SocialAssistanceStatusChanged(HouseholdEvent):
    """Civil affairs changed a member's minimum allowance or destitute support."""

    TOPIC = "household.social_assistance_status_changed"
    person_id: UUID
    scheme: str
    from_state: str
    to_state: str

    def apply(self, aggregate: Household) -> None:
        aggregate.members[self.person_id].social_assistance = self.to_state


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSocialAssistanceStatus(HouseholdCommand):
    """Record what a member gets from the effective day on: DIBAO, TEKUN or NONE. One excludes the other."""

    person_id: UUID
    to_state: str = code("social_assistance")


@decides(ChangeSocialAssistanceStatus)
def change_social_assistance_status(household: Household, command: ChangeSocialAssistanceStatus, decision: Decision) -> None:
    """E-NOT-A-MEMBER; nothing where the member gets just that. `scheme` is the one that begins, or the one that ends.

    As its checks say: E-STATE.
    """
    require_live(household)
    refusals = begin(household, command, decision)
    member = check_member(household, command.person_id, refusals)
    refusals.raise_any()
    assert member is not None
    if member.social_assistance == command.to_state:
        return
    household.trigger(
        SocialAssistanceStatusChanged,
        decision,
        command.effective_on,
        evidence=command.evidence,
        person_id=command.person_id,
        scheme=member.social_assistance if command.to_state == NO_ASSISTANCE else command.to_state,
        from_state=member.social_assistance,
        to_state=command.to_state,
    )
