"""A token made over HTTP never gives more than its maker has."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.refusal import Refusals, Refused
from registry.tokens.granting import actions_of, weigh_grant
from schemas.access import Actor
from schemas.code_tables import table

UNTIL = datetime(2019, 1, 1, tzinfo=UTC)
PROVINCE, COUNTY, ELSEWHERE = "460000000000", "469030000000", "469024000000"


def maker(role: str = "PROVINCE_OFFICER", division: str = PROVINCE) -> Actor:
    return Actor("staff-00001", role, "office", division)


def exceeding(by: Actor, role: str, division: str, until: datetime = UNTIL) -> list[str]:
    """The fields by which the wanted token would give more."""
    refusals = Refusals()
    weigh_grant(by, UNTIL, Actor("program-1", role, "office", division), until, refusals)
    if len(refusals) == 0:
        return []
    with pytest.raises(Refused) as refused:
        refusals.raise_any()
    assert {v.code for v in refused.value.violations} == {"E-TOKEN-EXCEEDS"}
    return [v.field for v in refused.value.violations]


def test_the_same_role_within_the_division_for_no_longer_may_be_given() -> None:
    assert exceeding(maker(), "PROVINCE_OFFICER", COUNTY) == []
    assert exceeding(maker("OPERATOR", COUNTY), "OPERATOR", COUNTY) == []


def test_all_that_is_too_much_is_told_at_once() -> None:
    assert exceeding(maker(division=COUNTY), "COUNTY_OFFICER", ELSEWHERE, UNTIL + timedelta(seconds=1)) == [
        "role",
        "division",
        "expires_at",
    ]


@pytest.mark.parametrize("makers", ["PROVINCE_OFFICER", "OPERATOR"])
def test_nobody_gives_a_role_that_may_do_what_he_may_not(makers: str) -> None:
    given = {role for role in table("role").codes if exceeding(maker(makers), role, PROVINCE) == []}
    assert given == {makers, "HOSPITAL", "AGENCY"}


def test_a_role_that_does_not_exist_has_nothing_to_give() -> None:
    assert actions_of("ADMIN") == frozenset()
    assert exceeding(maker("ADMIN"), "HOSPITAL", PROVINCE) == ["role"]


def test_a_malformed_scope_gives_nothing() -> None:
    assert exceeding(maker(division=""), "HOSPITAL", COUNTY) == ["division"]
