"""Links with cooperatives and enterprises."""

from typing import Any

from registry.household.entity_links import (
    HouseholdLinkedToEntity,
    HouseholdUnlinkedFromEntity,
    LinkToEntity,
    UnlinkFromEntity,
)
from tests.support.helped_households import HOSPITAL_GROUP, OFFICE, ledger, registered
from tests.support.scenario import HOUSEHOLD, day, given, seen

COOPERATIVE = HOSPITAL_GROUP


def link(**changes: Any) -> LinkToEntity:
    facts = {"household_id": HOUSEHOLD, "effective_on": day(20), "entity_uscc": COOPERATIVE, "link_kind": "COOPERATIVE_MEMBER"}
    return LinkToEntity(**(facts | changes))


def unlink(**changes: Any) -> UnlinkFromEntity:
    return UnlinkFromEntity(**({"household_id": HOUSEHOLD, "effective_on": day(50), "entity_uscc": COOPERATIVE} | changes))


def test_a_cooperative_carries_the_household() -> None:
    linked = seen(HouseholdLinkedToEntity, entity_uscc=COOPERATIVE, link_kind="COOPERATIVE_MEMBER")
    given(registered()).when(link()).then(linked)


def test_linking_again_in_the_same_way_does_nothing() -> None:
    given(registered(), link()).when(link(effective_on=day(30))).then_nothing_happens()


def test_the_way_of_a_link_may_change() -> None:
    given(registered(), link()).when(link(link_kind="CONTRACT")).then(seen(HouseholdLinkedToEntity, link_kind="CONTRACT"))


def test_a_household_may_be_linked_with_several_entities() -> None:
    given(registered(), link()).when(link(entity_uscc=OFFICE)).then(HouseholdLinkedToEntity)


def test_only_the_entitled_are_linked() -> None:
    given(ledger()).when(link()).then_refuses("E-NOT-ENTITLED")


def test_an_entity_has_a_valid_code() -> None:
    given(registered()).when(link(entity_uscc="91469999MA5T00017")).then_refuses("E-USCC")


def test_a_link_ends() -> None:
    given(registered(), link()).when(unlink()).then(seen(HouseholdUnlinkedFromEntity, entity_uscc=COOPERATIVE))


def test_a_link_that_is_not_there_cannot_end() -> None:
    given(registered(), link(), unlink()).when(unlink()).then_refuses("E-NOT-LINKED")
