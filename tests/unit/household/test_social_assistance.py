"""What members get from civil affairs."""

from typing import Any

from registry.household.social_assistance import ChangeSocialAssistanceStatus, SocialAssistanceStatusChanged
from tests.support.helped_households import WIFE, marginal, registered
from tests.support.scenario import HOUSEHOLD, day, given, person, seen


def change(to_state: str = "DIBAO", **changes: Any) -> ChangeSocialAssistanceStatus:
    facts = {"household_id": HOUSEHOLD, "effective_on": day(20), "person_id": WIFE, "to_state": to_state}
    return ChangeSocialAssistanceStatus(**(facts | changes))


def test_a_member_gets_the_minimum_living_allowance() -> None:
    granted = seen(SocialAssistanceStatusChanged, person_id=WIFE, scheme="DIBAO", from_state="NONE", to_state="DIBAO")
    outcome = given(registered()).when(change()).then(granted)
    assert outcome.household.members[WIFE].social_assistance == "DIBAO"


def test_one_kind_of_support_gives_way_to_the_other() -> None:
    changed = seen(SocialAssistanceStatusChanged, scheme="TEKUN", from_state="DIBAO", to_state="TEKUN")
    given(registered(), change()).when(change("TEKUN")).then(changed)


def test_the_end_of_support_names_the_kind_that_ended() -> None:
    ended = seen(SocialAssistanceStatusChanged, scheme="DIBAO", from_state="DIBAO", to_state="NONE")
    given(registered(), change()).when(change("NONE")).then(ended)


def test_households_that_are_not_registered_get_it_too() -> None:
    given(marginal()).when(change()).then(SocialAssistanceStatusChanged)


def test_what_the_member_gets_already_is_not_recorded_again() -> None:
    given(registered(), change()).when(change(effective_on=day(30))).then_nothing_happens()


def test_somebody_elses_support_is_not_recorded_here() -> None:
    given(registered()).when(change(person_id=person(9))).then_refuses("E-NOT-A-MEMBER")


def test_an_unknown_household_has_no_members() -> None:
    given().when(change()).then_refuses("E-STATE")
