"""Ready-made histories of one household, each a list of steps for `given`: through the real commands, step by step.

Days count from DAY_ONE. `registered` begins a spell on REGISTERED_ON, `exited` ends it on EXITED_ON, `relapsed` begins the next
one on RELAPSED_ON, `re_entered` is on the register again on RE_ENTERED_ON. The household of three has 3,000 yuan a head.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from registry.command import Command
from registry.household.appraisal import HoldAppraisal, RequestAppraisal
from registry.household.clear_out import ClearOut, NotifyHousehold
from registry.household.comparison import CompareSectors
from registry.household.exit import AcceptExit, AnnounceExit, ProposeExit
from registry.household.exit_steps import RecordConsent, VerifyExit
from registry.household.home_check import RecordHomeCheck
from registry.household.identification import AnnounceIdentification, ApplyForIdentification, RejectIdentification
from registry.household.ledger import RecordLedgerHousehold
from registry.household.measures import StartMeasure
from registry.household.members import RegisterMembers
from registry.household.new_member import NewMember
from registry.household.publicity import ClosePublicity, PostPublicity
from registry.household.re_entry import ReEnter
from registry.household.relapse import ConfirmRelapse, ProposeRelapse
from registry.household.responsible_helper import AssignHelper
from registry.household.retention import EndRetention
from registry.household.review import ApproveByCounty, ReviewByTownship
from tests.support.scenario import HOUSEHOLD, VILLAGE, Step, day, person, ref

History = Callable[[], list[Step]]

REJECTED_ON = day(15)
REGISTERED_ON = day(20)
PROPOSED_ON = day(210)
EXITED_ON = day(240)
RELAPSE_CHECKED_ON = day(295)
RELAPSED_ON = day(300)
RE_ENTERED_ON = day(330)
RETENTION_UNTIL = date(2020, 12, 31)
CHECKERS = ("checker-1", "checker-2")
COMPARATOR = "comparator-1"
VERIFIERS = ("verifier-1",)
HELPER = "helper-1"
OFFICE = "11469999008174419M"
POOR, RICH = 9_000, 30_000
"""Net income of the household: 3,000 and 10,000 yuan a head."""


def do(command_class: type[Any], on: date, **fields: Any) -> Command:
    """A command about the household, on that day."""
    command: Command = command_class(household_id=HOUSEHOLD, effective_on=on, **fields)
    return command


def findings(on: date, income: int = POOR, *unmet: str, medical: int = 0) -> dict[str, Any]:
    """What a home check or verification on that day finds: wage income of the year before, own medical payments, guarantees."""
    until = on - timedelta(days=5)
    nothing = Decimal("0.00")
    dimensions = ("food", "clothing", "education", "medical", "housing", "water")
    return {
        "income_from": until - timedelta(days=364),
        "income_to": until,
        "income": {
            "wage": Decimal(income),
            "business": nothing,
            "business_cost": nothing,
            "property": nothing,
            "transfer": nothing,
        },
        "medical_self_paid": Decimal(medical),
        "guarantees": {dimension: "NOT_MET" if dimension in unmet else "MET" for dimension in dimensions},
    }


def grown_up(number: int, relation: str = "OTHER", **facts: Any) -> NewMember:
    """A healthy man who can work, unless facts say otherwise."""
    ordinary: dict[str, Any] = {
        "sex": "MALE",
        "birth_month": date(1980, 5, 1),
        "ethnicity": "LI",
        "health": ("HEALTHY",),
        "labour": "ORDINARY",
        "education": "JUNIOR",
        "insurance": ("RESIDENT_MEDICAL",),
    }
    return NewMember(person_id=person(number), relation=relation, **(ordinary | facts))


def home_check(
    on: date, procedure: str, income: int = POOR, *unmet: str, medical: int = 0, by: tuple[str, ...] = CHECKERS
) -> Step:
    """A home check."""
    return do(RecordHomeCheck, on, procedure=procedure, checkers=by, **findings(on, income, *unmet, medical=medical))


def compared(on: date, procedure: str = "IDENTIFICATION", *rules: str, comparator: str = COMPARATOR) -> Step:
    """A comparison with vehicles and housing; each rule is a hit on vehicles."""
    hits = tuple({"sector": "VEHICLE", "rule": rule} for rule in rules)
    return do(CompareSectors, on, procedure=procedure, comparator=comparator, sectors=("VEHICLE", "HOUSING"), hits=hits)


def vote(on: date, procedure: str = "IDENTIFICATION", votes_for: int = 20, attended: int = 24, reps_total: int = 30) -> Step:
    """An appraisal: 24 of 30 attend, 20 are in favour, the others against."""
    against = attended - votes_for
    return do(
        HoldAppraisal,
        on,
        procedure=procedure,
        reps_total=reps_total,
        attended=attended,
        votes_for=votes_for,
        votes_against=against,
    )


def publicity(on: date, procedure: str = "IDENTIFICATION", days: int = 7) -> list[Step]:
    """A notice in the village, for seven days, to which nobody objects."""
    until = on + timedelta(days=days)
    return [
        do(PostPublicity, on, procedure=procedure, posted_until=until),
        do(ClosePublicity, until, procedure=procedure),
    ]


def reviewed(on: date, procedure: str = "IDENTIFICATION", result: str = "APPROVED") -> Step:
    """The township's review."""
    return do(ReviewByTownship, on, procedure=procedure, result=result)


def in_ledger() -> list[Step]:
    """A household of three in the village ledger, its members registered."""
    members = (
        grown_up(1, "HEAD"),
        grown_up(2, "SPOUSE", sex="FEMALE", health=("CHRONIC",), labour="LOST"),
        grown_up(3, "SON", birth_month=date(2009, 9, 1), labour="NONE", education="PRIMARY", school_status="PRIMARY"),
    )
    return [
        do(RecordLedgerHousehold, day(0), division=VILLAGE, size=3, labour_count=1),
        do(RegisterMembers, day(0), members=members),
    ]


def applied() -> list[Step]:
    """An application on day 1."""
    return [*in_ledger(), do(ApplyForIdentification, day(1), application_source="APPLICATION")]


def checked() -> list[Step]:
    """The application's home check on day 2."""
    return [*applied(), home_check(day(2), "IDENTIFICATION")]


def compared_without_hits() -> list[Step]:
    """Its comparison on day 3."""
    return [*checked(), compared(day(3))]


def appraised() -> list[Step]:
    """Its appraisal on day 4, won."""
    return [*compared_without_hits(), vote(day(4))]


def approved() -> list[Step]:
    """Publicity from day 5 to 12, reviewed on day 13, approved on day 15."""
    return [*appraised(), *publicity(day(5)), reviewed(day(13)), do(ApproveByCounty, day(15), procedure="IDENTIFICATION")]


def rejected(on: date = REJECTED_ON) -> list[Step]:
    """Rejected after a lost vote; the applicant was told on the same day."""
    lost = vote(day(4), votes_for=5)
    return [*compared_without_hits(), lost, do(RejectIdentification, on, reason_code="VOTE_LOST", told_on=on)]


def registered() -> list[Step]:
    """On the register since REGISTERED_ON."""
    return [*approved(), do(AnnounceIdentification, REGISTERED_ON, attribute="ORDINARY", main_cause="ILLNESS")]


def helped() -> list[Step]:
    """With a helper and a measure from day 21."""
    return [
        *registered(),
        do(AssignHelper, day(21), helper_id=HELPER, organisation=OFFICE),
        do(
            StartMeasure,
            day(22),
            measure_id=ref(501),
            category="HEALTH",
            subtype="FAMILY_DOCTOR",
            unit=OFFICE,
        ),
    ]


def pre_exit() -> list[Step]:
    """An exit was proposed on PROPOSED_ON."""
    return [*helped(), do(ProposeExit, PROPOSED_ON)]


def verification(on: date, total: int = RICH, *unmet: str, **changes: Any) -> Step:
    """The verification of an exit."""
    fields = {"verifiers": VERIFIERS, "housing_evidence": "THIRD_PARTY_APPRAISAL"} | findings(on, total, *unmet)
    return do(VerifyExit, on, **(fields | changes))


def verified() -> list[Step]:
    """Appraised on day 211, verified on day 212."""
    return [*pre_exit(), vote(day(211), "EXIT"), verification(day(212))]


def ready_to_accept() -> list[Step]:
    """Signed on day 213, publicity from day 214 to 221, reviewed on day 222."""
    signed = do(RecordConsent, day(213), signed_by=person(1))
    return [*verified(), signed, *publicity(day(214), "EXIT"), reviewed(day(222), "EXIT")]


def accepted() -> list[Step]:
    """Accepted by the county on day 225."""
    return [*ready_to_accept(), do(AcceptExit, day(225))]


def exited() -> list[Step]:
    """Exited with policy on EXITED_ON."""
    return [*accepted(), do(AnnounceExit, EXITED_ON)]


def stable() -> list[Step]:
    """Stably exited, the day after the policies' last one."""
    return [*exited(), do(EndRetention, RETENTION_UNTIL + timedelta(days=1))]


def relapse_checked(on: date = RELAPSE_CHECKED_ON) -> list[Step]:
    """A home check of the exited household by which it is poor again."""
    return [*exited(), home_check(on, "RELAPSE")]


def relapse_proposed() -> list[Step]:
    """First signature on day 296."""
    return [*relapse_checked(), do(ProposeRelapse, day(296), risks=("ILLNESS",))]


def relapsed() -> list[Step]:
    """Relapsed on RELAPSED_ON."""
    return [*relapse_proposed(), do(ConfirmRelapse, RELAPSED_ON)]


def re_entry_approved() -> list[Step]:
    """All formalities of the re-entry, from day 301 to 313."""
    case = "RE_ENTRY"
    begun = [home_check(day(301), case), compared(day(302), case), vote(day(303), case)]
    ended = [reviewed(day(312), case), do(ApproveByCounty, day(313), procedure=case)]
    return [*relapsed(), *begun, *publicity(day(304), case), *ended]


def re_entered() -> list[Step]:
    """On the register again on RE_ENTERED_ON."""
    return [*re_entry_approved(), do(ReEnter, RE_ENTERED_ON, attribute="DIBAO", main_cause="ILLNESS")]


def clear_out_requested(before: list[Step], on: date) -> list[Step]:
    """A verified mismatch asks for an appraisal of a listed household."""
    return [*before, do(RequestAppraisal, on, lead_kind="MISMATCH", lead_id=ref(601))]


def clear_out_ready(before: list[Step], on: date) -> list[Step]:
    """Appraised a day after the request, publicity of seven days from the second, the household told on the tenth."""
    case = "CLEAR_OUT"
    told = on + timedelta(days=10)
    return [
        *clear_out_requested(before, on),
        vote(on + timedelta(days=1), case),
        *publicity(on + timedelta(days=2), case),
        do(NotifyHousehold, told, procedure=case, told_on=told),
    ]


def cleared_out(before: list[Step], on: date) -> list[Step]:
    """Cleared out eighteen days after the request."""
    return [*clear_out_ready(before, on), do(ClearOut, on + timedelta(days=18), reason_code="VEHICLE")]
