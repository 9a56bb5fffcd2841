"""Households of the tests on help and monitoring: how they came to be where they are, told as facts.

The procedures that lead there have tests of their own; here only the end of each matters.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from registry.household.case import case_id_of
from registry.household.home_check import HomeChecked
from registry.household.identification import HouseholdIdentified, IdentificationApplied
from registry.household.ledger import VillageLedgerEntryUpserted
from registry.household.members import MemberAdded
from registry.household.opening import HouseholdImported
from registry.household.retention import PolicyRetentionEnded
from tests.support.scenario import HOUSEHOLD, VILLAGE, Step, day, fact, person

OFFICE = "11469999008174419M"
HOSPITAL_GROUP = "12469999TE5T00016H"
HEAD, WIFE, SON = person(1), person(2), person(3)
REGISTERED_ON = day(10)


def facts_of(person_id: Any, **facts: Any) -> dict[str, Any]:
    """A healthy grown-up man who can work and has no job, unless facts say otherwise."""
    ordinary: dict[str, Any] = {
        "person_id": person_id,
        "relation": "OTHER",
        "sex": "MALE",
        "birth_month": date(1980, 5, 1),
        "ethnicity": "19",
        "health": ["HEALTHY"],
        "labour": "ORDINARY",
        "education": "JUNIOR",
        "school_status": "NOT_IN_SCHOOL",
        "work_area": None,
        "insurance": ["RESIDENT_MEDICAL"],
        "social_assistance": "NONE",
    }
    return ordinary | facts


FAMILY = (
    facts_of(HEAD, relation="HEAD"),
    facts_of(WIFE, relation="SPOUSE", sex="FEMALE", health=["CHRONIC"], labour="LOST"),
    facts_of(SON, relation="SON", birth_month=date(2009, 9, 1), labour="NONE", school_status="PRIMARY", education="PRIMARY"),
)
"""A man, his chronically ill wife and their son in primary school."""


def family(*members: dict[str, Any]) -> list[Step]:
    """The members join: FAMILY, unless others are named."""
    return [fact(MemberAdded, day(1), reason="CASE_OPENED", **member) for member in members or FAMILY]


def ledger(labour_count: int = 1, size: int = 3, **changes: Any) -> Step:
    """The village ledger holds the household."""
    entry = {"from_status": "NONE", "to_status": "NOT_REGISTERED", "hukou_kind": "RURAL", "groups": []} | changes
    return fact(VillageLedgerEntryUpserted, day(0), division=VILLAGE, size=size, labour_count=labour_count, **entry)


def marginal(*members: dict[str, Any]) -> list[Step]:
    """A household of the ledger whose members are known."""
    return [ledger(), *family(*members)]


def exited(to_status: str = "EXITED_WITH_POLICY") -> Step:
    """A household that had left poverty before the register began."""
    return fact(
        HouseholdImported,
        day(0),
        division=VILLAGE,
        from_status="NONE",
        to_status=to_status,
        entry_kind="OPENING",
        spell_no=1,
        spell_start=date(2015, 12, 1),
        exited_on=date(2017, 12, 20),
        retention_until=date(2020, 12, 31),
        attribute="ORDINARY",
        main_cause="LACK_OF_FUNDS",
        other_causes=[],
        income_pc=Decimal("4100.00"),
        members=list(FAMILY),
    )


def stable(on: date) -> Step:
    """The policies of an exited household ended."""
    return fact(PolicyRetentionEnded, on, from_status="EXITED_WITH_POLICY", to_status="EXITED_STABLE", size=3)


def registered(main_cause: str = "ILLNESS", *other_causes: str) -> list[Step]:
    """A household on the register since REGISTERED_ON."""
    case_id = case_id_of(HOUSEHOLD, "IDENTIFICATION", 1)
    applied = fact(
        IdentificationApplied,
        day(2),
        from_status="NOT_REGISTERED",
        to_status="IN_IDENTIFICATION",
        case_id=case_id,
        application_source="APPLICATION",
        applicant_person_id=None,
        lead_id=None,
        size=3,
    )
    identified = fact(
        HouseholdIdentified,
        REGISTERED_ON,
        from_status="IN_IDENTIFICATION",
        to_status="REGISTERED",
        case_id=case_id,
        entry_kind="NEW",
        spell_no=1,
        attribute="ORDINARY",
        main_cause=main_cause,
        other_causes=list(other_causes),
        income_pc=Decimal("2600.00"),
        line=Decimal("3535.00"),
        unmet_guarantees=[],
        size=3,
    )
    return [ledger(), *family(), applied, identified]


def checked(
    on: date, income: int | Decimal, *unmet: str, number: int = 1, paid: int = 0, checkers: tuple[str, ...] = ("staff-7",)
) -> Step:
    """A home check for monitoring: household income of the twelve months before, own medical payments, unmet guarantees."""
    kinds = ("food", "clothing", "education", "medical", "housing", "water")
    nothing = Decimal("0.00")
    return fact(
        HomeChecked,
        on,
        procedure="MONITORING",
        case_id=case_id_of(HOUSEHOLD, "MONITORING", number),
        checkers=list(checkers),
        income_from=date(on.year - 1, on.month, 1),
        income_to=date(on.year, on.month, 1),
        income={"wage": Decimal(income), "business": nothing, "business_cost": nothing, "property": nothing, "transfer": nothing},
        medical_self_paid=Decimal(paid),
        size=3,
        guarantees={kind: "NOT_MET" if kind in unmet else "MET" for kind in kinds},
    )
