"""Public posts: for members of entitled households, from 16 to below 70, one each."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from registry.household.members import MemberAdded
from registry.household.public_posts import EndPublicPost, GrantPublicPost, PublicPostEnded, PublicPostGranted
from tests.support.helped_households import HEAD, SON, WIFE, exited, facts_of, marginal, registered
from tests.support.scenario import HOUSEHOLD, amended, day, fact, given, person, ref, seen


def grant(**changes: Any) -> GrantPublicPost:
    facts = {
        "household_id": HOUSEHOLD,
        "effective_on": day(20),
        "post_id": ref(1),
        "person_id": HEAD,
        "post_type": "FOREST_RANGER",
        "monthly_wage": Decimal("1200.00"),
    }
    return GrantPublicPost(**(facts | changes))


def end(**changes: Any) -> EndPublicPost:
    return EndPublicPost(**({"household_id": HOUSEHOLD, "effective_on": day(100), "post_id": ref(1)} | changes))


def test_a_member_gets_a_post() -> None:
    granted = seen(PublicPostGranted, person_id=HEAD, post_type="FOREST_RANGER", starts_on=day(20))
    given(registered()).when(grant()).then(granted)


def test_a_post_may_begin_later() -> None:
    given(registered()).when(grant(starts_on=day(50))).then(seen(PublicPostGranted, starts_on=day(50)))


def test_the_same_grant_sent_again_does_nothing() -> None:
    given(registered(), grant()).when(grant()).then_nothing_happens()


def test_the_id_of_one_post_is_not_anothers() -> None:
    given(registered(), grant()).when(grant(person_id=WIFE)).then_refuses("E-ID-TAKEN")


def test_nobody_holds_two_posts() -> None:
    given(registered(), grant()).when(grant(post_id=ref(2), post_type="CLEANER")).then_refuses("E-POST-HELD")


def test_where_policy_allows_two_posts_they_are_of_two_kinds() -> None:
    two = given(registered(), grant()).under(amended(2018, public_post__per_person=2))
    two.when(grant(post_id=ref(2))).then_refuses("E-POST-HELD")
    two.when(grant(post_id=ref(2), post_type="CLEANER")).then(PublicPostGranted)
    two.when(grant(post_id=ref(3), post_type="ROAD_KEEPER")).then_refuses("E-POST-HELD")


@pytest.mark.parametrize(
    ("born", "codes"),
    [
        (date(2002, 9, 1), ()),
        (date(2002, 10, 1), ("E-BENEFICIARY-AGE",)),
        (date(1948, 10, 1), ()),
        (date(1948, 9, 1), ("E-BENEFICIARY-AGE",)),
    ],
)
def test_a_post_is_for_those_from_16_to_below_70_on_the_day_it_begins(born: date, codes: tuple[str, ...]) -> None:
    newcomer = fact(MemberAdded, day(15), reason="ADOPTED", **facts_of(person(5), birth_month=born))
    outcome = given(registered(), newcomer).when(grant(person_id=person(5)))
    if codes:
        outcome.then_refuses(*codes)
    else:
        outcome.then(PublicPostGranted)


def test_another_member_may_hold_the_same_kind_of_post() -> None:
    given(registered(), grant()).when(grant(post_id=ref(2), person_id=WIFE)).then(PublicPostGranted)


def test_after_one_post_ended_another_may_be_given() -> None:
    given(registered(), grant(), end()).when(grant(post_id=ref(2), effective_on=day(110))).then(PublicPostGranted)


def test_a_child_gets_no_post() -> None:
    outcome = given(registered()).when(grant(person_id=SON)).then_refuses("E-BENEFICIARY-AGE")
    assert outcome.violation("E-BENEFICIARY-AGE") == {"at": "person_id", "minimum": 16, "below": 70}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"person_id": person(9)}, "E-NOT-A-MEMBER"),
        ({"monthly_wage": Decimal(0)}, "E-AMOUNT"),
        ({"starts_on": day(19)}, "E-DATE-ORDER"),
        ({"effective_on": day(9)}, "E-NOT-ENTITLED"),
    ],
)
def test_a_grant_that_breaks_a_rule_is_refused(change: dict[str, Any], code: str) -> None:
    given(registered()).when(grant(**change)).then_refuses(code)


def test_only_the_entitled_get_posts() -> None:
    given(marginal()).when(grant()).then_refuses("E-NOT-ENTITLED")


def test_a_post_ends() -> None:
    given(registered(), grant()).when(end()).then(seen(PublicPostEnded, post_id=ref(1)))


def test_a_post_ends_in_whatever_status_the_household_is() -> None:
    given(exited(), grant()).when(end()).then(PublicPostEnded)


def test_a_post_ends_once() -> None:
    given(registered(), grant(), end()).when(end(effective_on=day(120))).then_nothing_happens()


def test_only_a_post_that_was_given_ends() -> None:
    given(registered()).when(end()).then_refuses("E-POST-UNKNOWN")


def test_a_post_does_not_end_before_it_was_given() -> None:
    given(registered(), grant()).when(end(effective_on=day(19))).then_refuses("E-DATE-ORDER")
