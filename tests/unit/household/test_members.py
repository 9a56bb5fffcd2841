"""Who lives in a household (T16)."""

from typing import Any

from registry.household.head import HeadChanged
from registry.household.identification import ApplyForIdentification, IdentificationApplied
from registry.household.measures import AssistanceMeasureStopped, StartMeasure
from registry.household.members import (
    AddMember,
    ChangeMemberAttributes,
    MemberAdded,
    MemberAttributesChanged,
    MemberRemoved,
    RemoveMember,
)
from registry.person.person import PersonJoinedHousehold, PersonLeftHousehold
from tests.support.families import (
    DAUGHTER,
    FATHER,
    MOTHER,
    NEIGHBOUR,
    OTHER_HOUSEHOLD,
    SON,
    daughter,
    father,
    ledger_entry,
    members_known,
    mother,
    neighbours,
    newcomer,
    opening,
    son,
)
from tests.support.register import a_register, on
from tests.support.scenario import HOUSEHOLD, day, person, seen


def birth(number: int = 5, **changes: Any) -> AddMember:
    facts: dict[str, Any] = {"reason_code": "BIRTH", "member": daughter(birth_month=day(number))}
    return AddMember(household_id=HOUSEHOLD, effective_on=day(number), **facts | changes)


def leaving(person_id: Any, number: int = 6, **changes: Any) -> RemoveMember:
    facts: dict[str, Any] = {"reason_code": "MARRIED_OUT"}
    return RemoveMember(household_id=HOUSEHOLD, effective_on=day(number), person_id=person_id, **facts | changes)


def attributes(**changes: Any) -> ChangeMemberAttributes:
    facts: dict[str, Any] = {
        "person_id": FATHER,
        "health": ("HEALTHY",),
        "labour": "ORDINARY",
        "education": "JUNIOR",
        "school_status": "NOT_IN_SCHOOL",
        "insurance": ("RESIDENT_MEDICAL",),
        "social_assistance": "NONE",
    }
    return ChangeMemberAttributes(household_id=HOUSEHOLD, effective_on=day(7), **facts | changes)


def test_the_members_of_a_household_of_the_ledger_become_known_at_once() -> None:
    register = (
        a_register(ledger_entry(size=4))
        .when(members_known(son(), father(), mother()))
        .then(
            on(
                HOUSEHOLD,
                seen(MemberAdded, person_id=FATHER, relation="HEAD", reason_code="CASE_OPENED"),
                seen(MemberAdded, person_id=SON),
                seen(MemberAdded, person_id=MOTHER),
            ),
            *(on(person_id, PersonJoinedHousehold) for person_id in (SON, FATHER, MOTHER)),
        )
    )
    household = register.household(HOUSEHOLD)
    assert (household.size, household.head) == (3, FATHER)


def test_members_are_registered_as_a_whole_once() -> None:
    a_register(ledger_entry(), members_known(father())).when(members_known(mother())).then_refuses("E-MEMBERS-KNOWN")
    a_register(ledger_entry()).when(members_known(son())).then_refuses("E-HEAD")


def test_members_are_registered_with_the_application_in_one_save() -> None:
    application = ApplyForIdentification(
        household_id=HOUSEHOLD,
        effective_on=day(1),
        application_source="APPLICATION",
        applicant_person_id=MOTHER,
        members=(father(), mother()),
    )
    register = (
        a_register(ledger_entry(size=4))
        .when(application)
        .then(
            on(HOUSEHOLD, MemberAdded, MemberAdded, seen(IdentificationApplied, size=2)),
            on(FATHER, PersonJoinedHousehold),
            on(MOTHER, PersonJoinedHousehold),
        )
    )
    assert register.household(HOUSEHOLD).status == "IN_IDENTIFICATION"


def test_an_application_with_somebody_elses_member_leaves_nothing_behind() -> None:
    application = ApplyForIdentification(
        household_id=HOUSEHOLD,
        effective_on=day(1),
        application_source="APPLICATION",
        applicant_person_id=MOTHER,
        members=(father(), newcomer(NEIGHBOUR, "OTHER", "MALE")),
    )
    outcome = a_register(neighbours(), ledger_entry()).when(application)
    outcome.then_refuses("E-PERSON-ALREADY-LIVE", "E-NOT-A-MEMBER")
    assert outcome.fields("E-PERSON-ALREADY-LIVE") == ["members[1].person_id"]


def test_a_child_is_born() -> None:
    register = (
        a_register(opening())
        .when(birth())
        .then(
            on(HOUSEHOLD, seen(MemberAdded, person_id=DAUGHTER, reason_code="BIRTH")),
            on(DAUGHTER, seen(PersonJoinedHousehold, household_id=HOUSEHOLD, effective_on=day(5))),
        )
    )
    assert register.household(HOUSEHOLD).size == 4


def test_a_household_that_the_register_does_not_know_takes_nobody_in() -> None:
    a_register().when(birth()).then_refuses("E-HOUSEHOLD-UNKNOWN")


def test_members_of_the_ledger_are_not_added_one_by_one() -> None:
    a_register(ledger_entry()).when(birth()).then_refuses("E-MEMBERS-UNKNOWN")


def test_a_reason_is_due() -> None:
    outcome = a_register(opening()).when(birth(reason_code=None))
    assert outcome.then_refuses("E-FIELD-MISSING").fields("E-FIELD-MISSING") == ["reason_code"]


def test_the_reasons_of_other_commands_are_theirs() -> None:
    for reason in ("SPLIT", "MERGED"):
        a_register(opening()).when(birth(reason_code=reason)).then_refuses("E-REASON-NOT-ALLOWED")
        a_register(opening()).when(leaving(SON, reason_code=reason)).then_refuses("E-REASON-NOT-ALLOWED")


def test_a_household_has_no_second_head() -> None:
    a_register(opening()).when(birth(member=newcomer(person(9), "HEAD", "MALE"))).then_refuses("E-HEAD")


def test_a_spouse_is_not_of_the_heads_sex() -> None:
    register = a_register(opening(HOUSEHOLD, father()))
    register.when(birth(member=newcomer(person(9), "SPOUSE", "MALE"))).then_refuses("E-RELATION-SEX")


def test_a_person_is_live_once() -> None:
    register = a_register(opening(), neighbours())
    outcome = register.when(birth(member=newcomer(NEIGHBOUR, "OTHER", "MALE")))
    assert outcome.then_refuses("E-PERSON-ALREADY-LIVE").fields("E-PERSON-ALREADY-LIVE") == ["member.person_id"]
    outcome = register.when(birth(member=newcomer(SON, "SON", "MALE")))
    assert outcome.then_refuses("E-PERSON-ALREADY-LIVE").fields("E-PERSON-ALREADY-LIVE") == ["member.person_id"]


def test_who_left_one_household_may_join_another_from_that_day_on() -> None:
    register = a_register(opening(), neighbours(), leaving(SON, 6))
    back_dated = AddMember(
        household_id=OTHER_HOUSEHOLD, effective_on=day(5), reason_code="MARRIED_IN", member=newcomer(SON, "SON_IN_LAW", "MALE")
    )
    register.when(back_dated).then_refuses("E-PERSON-ALREADY-LIVE")
    register.take(
        AddMember(
            household_id=OTHER_HOUSEHOLD,
            effective_on=day(6),
            reason_code="MARRIED_IN",
            member=newcomer(SON, "SON_IN_LAW", "MALE"),
        )
    )
    assert register.person(SON).household_id == OTHER_HOUSEHOLD


def test_a_member_leaves() -> None:
    register = (
        a_register(opening())
        .when(leaving(SON))
        .then(
            on(HOUSEHOLD, seen(MemberRemoved, person_id=SON, reason_code="MARRIED_OUT")),
            on(SON, seen(PersonLeftHousehold, household_id=HOUSEHOLD)),
        )
    )
    assert register.household(HOUSEHOLD).members.keys() == {FATHER, MOTHER}


def test_who_is_no_member_cannot_leave() -> None:
    outcome = a_register(opening(), neighbours()).when(leaving(NEIGHBOUR))
    assert outcome.then_refuses("E-NOT-A-MEMBER").fields("E-NOT-A-MEMBER") == ["person_id"]


def test_nobody_leaves_before_he_came() -> None:
    a_register(opening(), birth(5)).when(leaving(DAUGHTER, 4)).then_refuses("E-DATE-ORDER")


def test_a_head_who_leaves_others_behind_names_the_next() -> None:
    a_register(opening()).when(leaving(FATHER, reason_code="DEATH")).then_refuses("E-HEAD")
    a_register(opening()).when(leaving(FATHER, new_head_id=NEIGHBOUR)).then_refuses("E-HEAD")
    a_register(opening()).when(leaving(SON, new_head_id=MOTHER)).then_refuses("E-HEAD")


def test_the_next_head_sees_everybody_anew() -> None:
    register = (
        a_register(opening())
        .when(leaving(FATHER, reason_code="DEATH", new_head_id=SON))
        .then(
            on(HOUSEHOLD, seen(HeadChanged, person_id=SON, previous_person_id=FATHER), MemberRemoved),
            on(FATHER, PersonLeftHousehold),
        )
    )
    household = register.household(HOUSEHOLD)
    assert household.head == SON
    assert {m.person_id: m.relation for m in household.members.values()} == {MOTHER: "MOTHER", SON: "HEAD"}


def test_the_last_one_leaves_without_a_successor() -> None:
    register = a_register(opening(HOUSEHOLD, father()), leaving(FATHER, reason_code="DEATH"))
    household = register.household(HOUSEHOLD)
    assert (household.size, household.head, household.status) == (0, None, "REGISTERED")


def test_measures_for_the_one_who_leaves_stop() -> None:
    post = {"category": "EMPLOYMENT", "subtype": "JOB_PLACEMENT", "unit": "11469999008174419M", "starts_on": day(2)}
    register = a_register(
        opening(),
        StartMeasure(household_id=HOUSEHOLD, effective_on=day(2), measure_id=person(50), person_id=SON, **post),
        StartMeasure(household_id=HOUSEHOLD, effective_on=day(2), measure_id=person(51), person_id=FATHER, **post),
    )
    register.when(leaving(SON)).then(
        on(
            HOUSEHOLD,
            seen(AssistanceMeasureStopped, measure_id=person(50), reason_code="BENEFICIARY_LEFT"),
            MemberRemoved,
        ),
        on(SON, PersonLeftHousehold),
    )
    assert [m.measure_id for m in register.household(HOUSEHOLD).live_measures] == [person(51)]


def test_a_members_facts_change_all_together() -> None:
    register = (
        a_register(opening())
        .when(attributes(health=("CHRONIC",), labour="LOST", work_area=None))
        .then(on(HOUSEHOLD, seen(MemberAttributesChanged, person_id=FATHER, health=["CHRONIC"], labour="LOST")))
    )
    member = register.household(HOUSEHOLD).members[FATHER]
    assert (member.health, member.labour, member.relation, member.ethnicity) == (("CHRONIC",), "LOST", "HEAD", "LI")


def test_the_same_facts_again_are_silent() -> None:
    a_register(opening()).when(attributes()).then_nothing_happens()


def test_facts_are_about_members() -> None:
    a_register(opening()).when(attributes(person_id=NEIGHBOUR)).then_refuses("E-NOT-A-MEMBER")


def test_codes_within_a_member_are_checked() -> None:
    outcome = a_register(opening()).when(birth(member=daughter(labour="STRONG", health=("HEALTHY", "SAD"))))
    assert outcome.then_refuses("E-CODE-UNKNOWN").fields("E-CODE-UNKNOWN") == ["member.health", "member.labour"]


def test_labour_that_is_odd_for_the_age_is_doubted() -> None:
    register = a_register(opening())
    child, idler = daughter(labour="ORDINARY"), newcomer(person(8), "OTHER", "MALE", labour="NONE")
    register.take(birth(member=child))
    assert register.warned == [("W-AGE-LABOUR", "member.labour")]
    register.take(birth(member=idler, reason_code="OMITTED"))
    assert register.warned == [("W-AGE-LABOUR", "member.labour")]
    register.take(attributes(labour="LOST"))
    assert register.warned == [("W-AGE-LABOUR", "labour")]
    register.take(attributes(labour="LOST", health=("DISABLED",)))
    assert register.warned == []


def test_members_of_a_whole_household_are_doubted_one_by_one() -> None:
    register = a_register(ledger_entry())
    register.take(members_known(father(), son(labour="NONE"), daughter()))
    assert register.warned == [("W-AGE-LABOUR", "members[1].labour")]
    register.take(neighbours(members=(newcomer(NEIGHBOUR, "HEAD", "MALE", labour="LOST"),)))
    assert register.warned == [("W-AGE-LABOUR", "members[0].labour")]
