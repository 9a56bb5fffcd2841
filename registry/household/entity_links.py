"""Cooperatives and enterprises that carry a household along.

Source: three-year plan, item 4 (every poor household joins an enterprise or cooperative by 2020; subsidised loans count the
households that are stably driven). A household is linked with an entity once, in one way at a time.
"""

from dataclasses import dataclass

from registry.command import code, decides
from registry.decision import Decision
from registry.household.assistance import check_body, check_entitled, require_known
from registry.household.command import HouseholdCommand, begin
from registry.household.event import HouseholdEvent
from registry.household.household import Household


class HouseholdLinkedToEntity(HouseholdEvent):
    """A cooperative or enterprise carries the household."""

    TOPIC = "household.household_linked_to_entity"
    entity_uscc: str
    link_kind: str

    def apply(self, aggregate: Household) -> None:
        aggregate.entities[self.entity_uscc] = self.link_kind


class HouseholdUnlinkedFromEntity(HouseholdEvent):
    """The link with an entity ended."""

    TOPIC = "household.household_unlinked_from_entity"
    entity_uscc: str

    def apply(self, aggregate: Household) -> None:
        del aggregate.entities[self.entity_uscc]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkToEntity(HouseholdCommand):
    """Link the household with an entity, or link it in another way."""

    entity_uscc: str
    link_kind: str = code("link_kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkFromEntity(HouseholdCommand):
    """End the link with an entity."""

    entity_uscc: str


@decides(LinkToEntity)
def link_to_entity(household: Household, command: LinkToEntity, decision: Decision) -> None:
    """E-NOT-ENTITLED, E-USCC; nothing where the link stands."""
    require_known(household)
    if household.entities.get(command.entity_uscc) == command.link_kind:
        return
    refusals = begin(household, command, decision)
    check_entitled(household, command, decision, refusals, lasting=True)
    check_body(command.entity_uscc, refusals, at="entity_uscc")
    refusals.raise_any()
    household.trigger(
        HouseholdLinkedToEntity,
        decision,
        command.effective_on,
        evidence=command.evidence,
        entity_uscc=command.entity_uscc,
        link_kind=command.link_kind,
    )


@decides(UnlinkFromEntity)
def unlink_from_entity(household: Household, command: UnlinkFromEntity, decision: Decision) -> None:
    """E-NOT-LINKED. The end of a link asks for no entitlement: it may end because that did."""
    require_known(household)
    refusals = begin(household, command, decision)
    refusals.unless(command.entity_uscc in household.entities, "E-NOT-LINKED", at="entity_uscc")
    refusals.raise_any()
    household.trigger(
        HouseholdUnlinkedFromEntity,
        decision,
        command.effective_on,
        evidence=command.evidence,
        entity_uscc=command.entity_uscc,
    )
