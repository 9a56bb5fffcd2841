"""Families of the tests on composition: told as commands, since the commands are what is tested."""

from datetime import date
from typing import Any
from uuid import UUID

from registry.household.ledger import RecordLedgerHousehold
from registry.household.members import AddMember, RegisterMembers, RemoveMember
from registry.household.new_member import NewMember
from registry.household.opening import ImportHousehold
from tests.support.scenario import HOUSEHOLD, VILLAGE, day, person

OTHER_HOUSEHOLD = UUID(int=(0x5EED << 64) + 2)
CHILD_HOUSEHOLD = UUID(int=(0x5EED << 64) + 3)
FATHER, MOTHER, SON, DAUGHTER, GRANDMOTHER = (person(number) for number in range(1, 6))
NEIGHBOUR, NEIGHBOURS_WIFE = person(11), person(12)


def newcomer(person_id: UUID, relation: str, sex: str, /, **facts: Any) -> NewMember:
    """A healthy grown-up, unless facts say otherwise."""
    ordinary: dict[str, Any] = {
        "birth_month": date(1975, 6, 1),
        "ethnicity": "LI",
        "health": ("HEALTHY",),
        "labour": "ORDINARY",
        "education": "JUNIOR",
        "insurance": ("RESIDENT_MEDICAL",),
    }
    return NewMember(**({"person_id": person_id, "relation": relation, "sex": sex} | ordinary | facts))


def father(**facts: Any) -> NewMember:
    return newcomer(FATHER, "HEAD", "MALE", **facts)


def mother(**facts: Any) -> NewMember:
    return newcomer(MOTHER, "SPOUSE", "FEMALE", **facts)


def son(**facts: Any) -> NewMember:
    return newcomer(SON, "SON", "MALE", **{"birth_month": date(1998, 3, 1)} | facts)


def daughter(**facts: Any) -> NewMember:
    return newcomer(DAUGHTER, "DAUGHTER", "FEMALE", **{"birth_month": date(2010, 3, 1), "labour": "NONE"} | facts)


def grandmother(**facts: Any) -> NewMember:
    return newcomer(GRANDMOTHER, "MOTHER", "FEMALE", **{"birth_month": date(1940, 1, 1), "labour": "NONE"} | facts)


def ledger_entry(household_id: UUID = HOUSEHOLD, **changes: Any) -> RecordLedgerHousehold:
    """The village ledger holds a household of three."""
    entry: dict[str, Any] = {"effective_on": day(0), "division": VILLAGE, "size": 3, "labour_count": 2}
    return RecordLedgerHousehold(household_id=household_id, **entry | changes)


def members_known(*members: NewMember, household_id: UUID = HOUSEHOLD, on: date = day(1)) -> RegisterMembers:  # noqa: B008
    """The members of a household of the ledger: father, mother and son, unless others are named."""
    return RegisterMembers(household_id=household_id, effective_on=on, members=members or (father(), mother(), son()))


def opening(household_id: UUID = HOUSEHOLD, *members: NewMember, **changes: Any) -> ImportHousehold:
    """A registered household of the old register: father, mother and son, unless others are named."""
    household: dict[str, Any] = {
        "effective_on": day(0),
        "division": VILLAGE,
        "to_status": "REGISTERED",
        "spell_start": date(2014, 5, 1),
        "attribute": "ORDINARY",
        "main_cause": "ILLNESS",
        "members": members or (father(), mother(), son()),
    }
    return ImportHousehold(household_id=household_id, **household | changes)


def neighbours(**changes: Any) -> ImportHousehold:
    """Another registered household of the old register, of a couple."""
    couple = (newcomer(NEIGHBOUR, "HEAD", "MALE"), newcomer(NEIGHBOURS_WIFE, "SPOUSE", "FEMALE"))
    return opening(OTHER_HOUSEHOLD, *couple, **changes)


def exited(household_id: UUID = HOUSEHOLD, **changes: Any) -> ImportHousehold:
    """An exited household of the old register that still enjoys policies."""
    facts: dict[str, Any] = {"to_status": "EXITED_WITH_POLICY", "exited_on": date(2017, 12, 1)}
    return opening(household_id, **facts | changes)


BIRTH = AddMember(household_id=HOUSEHOLD, effective_on=day(9), reason_code="BIRTH", member=daughter())
DEATH = RemoveMember(household_id=HOUSEHOLD, effective_on=day(12), reason_code="DEATH", person_id=SON)
