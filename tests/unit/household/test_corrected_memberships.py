"""Corrections of who lived where: the person moves with the membership."""

from registry.correction import body_fields
from registry.household.corrections import FactVoided
from registry.household.head import HeadChanged
from registry.household.members import AddMember, MemberAdded, MemberRemoved, RemoveMember
from registry.person.person import PersonJoinedHousehold, PersonLeftHousehold
from tests.support.corrected import broken, correct, found_wrong, void
from tests.support.families import (
    BIRTH,
    DAUGHTER,
    DEATH,
    FATHER,
    MOTHER,
    OTHER_HOUSEHOLD,
    SON,
    daughter,
    ledger_entry,
    members_known,
    neighbours,
    newcomer,
    opening,
)
from tests.support.register import on
from tests.support.scenario import HOUSEHOLD, by, day, seen


def test_a_members_facts_are_put_right() -> None:
    register = found_wrong([ledger_entry(), members_known()])
    record = dict(register.event(HOUSEHOLD, MemberAdded, 3).__dict__)
    facts = {name: record[name] for name in body_fields(MemberAdded)} | {"birth_month": "1999-04-17", "relation": "OTHER"}
    correct(register, MemberAdded, 3, member=facts).then(
        on(HOUSEHOLD, seen(MemberAdded, person_id=SON, relation="OTHER", reason_code="CASE_OPENED"))
    )
    member = register.household(HOUSEHOLD).members[SON]
    assert (member.relation, member.birth_month.isoformat()) == ("OTHER", "1999-04-01")
    correct(register, MemberAdded, 3, member=facts | {"person_id": str(DAUGHTER)}).then_refuses("E-CORRECTION-NOT-ALLOWED")
    correct(register, MemberAdded, 3, member=facts | {"relation": "HEAD"}).then_refuses("E-HEAD")


def test_a_membership_that_began_on_another_day_moves_the_person_too() -> None:
    register = found_wrong([opening(), BIRTH])
    correct(register, MemberAdded, effective_on=day(8)).then(
        on(HOUSEHOLD, seen(MemberAdded, effective_on=day(8))),
        on(DAUGHTER, seen(PersonJoinedHousehold, effective_on=day(8))),
    )
    assert register.person(DAUGHTER).since == day(8)


def test_a_membership_keeps_its_place_among_the_persons_moves() -> None:
    moved_in = AddMember(
        household_id=HOUSEHOLD, effective_on=day(12), reason_code="MARRIED_IN", member=newcomer(SON, "SON_IN_LAW", "MALE")
    )
    away = RemoveMember(household_id=OTHER_HOUSEHOLD, effective_on=day(12), reason_code="MARRIED_OUT", person_id=SON)
    older = opening(OTHER_HOUSEHOLD, newcomer(SON, "HEAD", "MALE"))
    household = opening(HOUSEHOLD, newcomer(FATHER, "HEAD", "MALE"))
    register = found_wrong([older, household, away, moved_in])
    outcome = correct(register, MemberAdded, effective_on=day(11))
    assert outcome.then_refuses("E-CORRECTION-NOT-ALLOWED").fields("E-CORRECTION-NOT-ALLOWED") == ["effective_on"]


def test_who_never_came_is_free_to_live_elsewhere() -> None:
    register = found_wrong([opening(), neighbours(), BIRTH])
    void(register, MemberAdded).then(on(HOUSEHOLD, FactVoided), on(DAUGHTER, PersonLeftHousehold))
    assert DAUGHTER not in register.household(HOUSEHOLD).members
    there = AddMember(household_id=OTHER_HOUSEHOLD, effective_on=day(9), reason_code="BIRTH", member=daughter())
    register.take(by("COUNTY_OFFICER", there))
    assert register.person(DAUGHTER).household_id == OTHER_HOUSEHOLD


def test_who_never_died_is_back() -> None:
    register = found_wrong([opening(), DEATH])
    void(register, MemberRemoved).then(on(HOUSEHOLD, FactVoided), on(SON, seen(PersonJoinedHousehold, effective_on=day(12))))
    assert register.household(HOUSEHOLD).members.keys() == {FATHER, MOTHER, SON}


def test_who_lives_elsewhere_by_now_is_not_back() -> None:
    elsewhere = AddMember(
        household_id=OTHER_HOUSEHOLD, effective_on=day(13), reason_code="OTHER", member=newcomer(SON, "OTHER", "MALE")
    )
    register = found_wrong([opening(), neighbours(), DEATH, elsewhere])
    void(register, MemberRemoved).then_refuses("E-PERSON-ALREADY-LIVE")


def test_who_moved_on_did_come_first() -> None:
    gone = RemoveMember(household_id=HOUSEHOLD, effective_on=day(20), reason_code="OTHER", person_id=DAUGHTER)
    register = found_wrong([opening(), BIRTH, gone])
    void(register, MemberAdded).then_refuses("E-NOT-A-MEMBER", "E-CORRECTION-BREAKS")


def test_a_household_is_not_left_without_a_head() -> None:
    register = found_wrong([ledger_entry(), members_known()])
    assert "E-HEAD" in broken(void(register, MemberAdded, 1))["household.fact_voided"]
    succession = RemoveMember(
        household_id=HOUSEHOLD, effective_on=day(12), reason_code="DEATH", person_id=FATHER, new_head_id=MOTHER
    )
    register = found_wrong([opening(), succession])
    assert "E-HEAD" in broken(void(register, HeadChanged))["household.member_removed"]
