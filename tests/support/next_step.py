"""The commands that go on with what a household has open: what an official would do next, most of the time well.

Left to chance alone, no household would get through the twenty steps of an exit. Here each status and each open case has its
next commands, on a day on which they may be given; now and then a vote is lost, an objection upheld, a case rejected.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from registry.command import Command
from registry.household import case as steps
from registry.household.appeal import DecideAppeal, FileAppeal
from registry.household.appraisal import HoldAppraisal, RequestAppraisal
from registry.household.case import STEPS, Case
from registry.household.clear_out import ClearOut, NotifyHousehold
from registry.household.closing import CloseHousehold
from registry.household.comparison import CompareSectors, VerifyMismatch
from registry.household.exit import AcceptExit, AnnounceExit, ProposeExit
from registry.household.exit_rejection import RejectExit, WithdrawExit
from registry.household.exit_steps import RecordConsent, VerifyExit
from registry.household.home_check import RecordHomeCheck
from registry.household.household import Household
from registry.household.identification import AnnounceIdentification, ApplyForIdentification, RejectIdentification
from registry.household.ledger import RecordLedgerHousehold
from registry.household.measures import StartMeasure
from registry.household.members import RegisterMembers
from registry.household.monitoring import StartMonitoring
from registry.household.months import months_later
from registry.household.obstacles import APPEAL, ClearObstacle
from registry.household.opening import ImportHousehold
from registry.household.publicity import ClosePublicity, PostPublicity, RaiseObjection, ResolveObjection
from registry.household.re_entry import ReEnter
from registry.household.relapse import ConfirmRelapse, ProposeRelapse, RevokeRelapse
from registry.household.responsible_helper import AssignHelper
from registry.household.retention import EndRetention
from registry.household.review import ApproveByCounty, ReviewByTownship
from registry.household.risk_elimination import EliminateRisk
from registry.household.wrong_exit import ReverseExit
from tests.support.histories import HELPER, OFFICE, POOR, RICH, findings, grown_up
from tests.support.histories import do as command_on
from tests.support.scenario import VILLAGE, paper, ref

ENTRY = {"attribute": "ORDINARY", "main_cause": "ILLNESS"}
PROOF = (paper("COUNTY_DECISION"),)


def next_commands(household: Household, today: date, chance: Random) -> Iterator[Command]:
    """What could be done next; the days are today or later."""
    for case in household.cases.values():
        yield from of_case(household, case, today, chance)
    yield from of_status(household, today, chance)
    if household.status != "NONE" and chance.random() < 0.02:
        yield command_on(CloseHousehold, today, reason_code="MOVED_OUT_OF_PROVINCE")
    for kind, obstacle in sorted(household.obstacles):
        if kind != APPEAL:
            yield command_on(ClearObstacle, today, kind=kind, ref=obstacle)


def out_of_place(household: Household, today: date, chance: Random) -> Iterator[Command]:
    """What would be sensible in some status, whichever the household has: most of it is not to be."""
    yield from of_the_unlisted(household, today)
    yield from of_the_registered(household, today)
    yield from of_the_exited(household, today, chance)
    for announcement in (AnnounceIdentification, ReEnter):
        yield command_on(announcement, today, **ENTRY)
    for last in (AcceptExit, AnnounceExit, ConfirmRelapse):
        yield command_on(last, today)
    yield command_on(RevokeRelapse, today, reason_code="DATA_ERROR", evidence=PROOF)
    yield command_on(RequestAppraisal, today, lead_kind="FINDING", lead_id=ref(604))
    yield command_on(ClearOut, today, reason_code="VEHICLE")
    yield command_on(RejectIdentification, today, reason_code="WITHDRAWN", told_on=today)
    yield command_on(WithdrawExit, today, reason_code="PROPOSED_BY_MISTAKE")


def of_status(household: Household, today: date, chance: Random) -> Iterator[Command]:
    """What the status asks for."""
    match household.status:
        case "NONE":
            yield command_on(RecordLedgerHousehold, today, division=VILLAGE, size=3, labour_count=1)
            yield imported(today, chance)
        case "NOT_REGISTERED" | "CLEARED_OUT":
            yield from of_the_unlisted(household, today)
        case "REGISTERED":
            yield from of_the_registered(household, today)
        case "EXITED_WITH_POLICY" | "EXITED_STABLE":
            yield from of_the_exited(household, today, chance)
        case "RELAPSED" if chance.random() < 0.2:
            yield command_on(RevokeRelapse, today, reason_code="DATA_ERROR", evidence=PROOF)
    listed = household.status in {"REGISTERED", "PRE_EXIT", "RELAPSED", "EXITED_WITH_POLICY", "EXITED_STABLE"}
    if listed and "CLEAR_OUT" not in household.cases and chance.random() < 0.3:
        yield command_on(RequestAppraisal, today, lead_kind="FINDING", lead_id=ref(chance.randint(600, 603)))


def imported(today: date, chance: Random) -> Command:
    """The opening balance has the household as registered or exited."""
    status = chance.choice(("REGISTERED", "EXITED_WITH_POLICY", "EXITED_STABLE"))
    exited_on = None if status == "REGISTERED" else today - timedelta(days=100)
    spell = {"spell_start": today - timedelta(days=300), "exited_on": exited_on, "spell_no": chance.choice((1, 3))}
    members = (grown_up(1, "HEAD"), grown_up(2, "OTHER"))
    return command_on(ImportHousehold, today, division=VILLAGE, to_status=status, members=members, **spell, **ENTRY)


def of_the_unlisted(household: Household, today: date) -> Iterator[Command]:
    """Members become known, an application is filed, a decision appealed, the household monitored."""
    if not household.members:
        members = (grown_up(1, "HEAD"), grown_up(2, "OTHER"))
        yield command_on(RegisterMembers, today, members=members)
    yield command_on(ApplyForIdentification, today, application_source="SWEEP")
    if household.open_appeal is not None:
        for outcome in ("UPHELD", "DISMISSED"):
            yield command_on(DecideAppeal, today, appeal_no=household.open_appeal.number, outcome=outcome)
    elif household.rejected_case is not None:
        yield command_on(FileAppeal, today, procedure="IDENTIFICATION")
    elif household.clear_out_case is not None:
        yield command_on(FileAppeal, today, procedure="CLEAR_OUT")
    yield from of_monitoring(household, today, "MARGINAL")


def of_the_registered(household: Household, today: date) -> Iterator[Command]:
    """Help, then an exit when six months are over."""
    if not household.helper_id:
        yield command_on(AssignHelper, today, helper_id=HELPER, organisation=OFFICE)
    elif not household.live_measures:
        measure = {"category": "HEALTH", "subtype": "FAMILY_DOCTOR", "unit": OFFICE}
        yield command_on(StartMeasure, today, **measure)
    elif household.spell is not None:
        yield command_on(ProposeExit, max(today, months_later(household.spell.started_on, 6)))


def of_the_exited(household: Household, today: date, chance: Random) -> Iterator[Command]:
    """Policies end, the household relapses, its exit turns out wrong, or it is monitored."""
    if household.status == "EXITED_WITH_POLICY" and household.retention_until is not None and chance.random() < 0.3:
        yield command_on(EndRetention, max(today, household.retention_until + timedelta(days=1)))
    if "RELAPSE" not in household.cases:
        yield checked(today, "RELAPSE", chance)
    if chance.random() < 0.3:
        lead = {"lead_kind": "FINDING", "lead_id": ref(600)}
        yield command_on(ReverseExit, today, reason_code="INCOME_BELOW_LINE", evidence=PROOF, **lead)
    yield from of_monitoring(household, today, "UNSTABLE_EXITED")


def of_monitoring(household: Household, today: date, category: str) -> Iterator[Command]:
    """The check for monitoring, its start, and its end when the household is well off after half a year."""
    if household.overlay == "ACTIVE":
        assert household.monitoring_since is not None
        later = max(today, months_later(household.monitoring_since, 6))
        yield command_on(RecordHomeCheck, later, procedure="MONITORING", checkers=("staff-9",), **findings(later, RICH))
        yield command_on(EliminateRisk, later, mode="NATURAL")
    elif "MONITORING" in household.cases:
        yield command_on(StartMonitoring, today, category=category, risks=("ACCIDENT",))
    else:
        yield command_on(RecordHomeCheck, today, procedure="MONITORING", checkers=("staff-9",), **findings(today, POOR))


def checked(today: date, procedure: str, chance: Random) -> Command:
    """A home check that finds the household poor, as a rule."""
    income = chance.choice((*[POOR] * 9, RICH))
    return command_on(RecordHomeCheck, today, procedure=procedure, checkers=("staff-8", "staff-9"), **findings(today, income))


def of_case(household: Household, case: Case, today: date, chance: Random) -> Iterator[Command]:
    """The next step of a case, and now and then the end of it."""
    waiting = [s for s in STEPS[case.procedure] if s not in case.steps and s != steps.PUBLICISED_TOWNSHIP]
    today = max(today, case.last_step_on)
    for number in case.open_hits:
        yield command_on(VerifyMismatch, today, procedure=case.procedure, hit_no=number, verdict="FALSE_POSITIVE")
    stuck = case.appraisal == "NOT_PASSED" or case.upheld_objections
    if stuck or chance.random() < 0.05:
        yield from end_of(case, today)
    if waiting:
        yield from take(waiting[0], household, case, today, chance)


def end_of(case: Case, today: date) -> Iterator[Command]:
    """How a case ends without its outcome."""
    lost = "VOTE_LOST" if case.appraisal == "NOT_PASSED" else "OBJECTION_UPHELD"
    if case.procedure == "IDENTIFICATION":
        yield command_on(RejectIdentification, today, reason_code=lost, told_on=today)
        yield command_on(RejectIdentification, today, reason_code="WITHDRAWN", told_on=today)
    elif case.procedure == "EXIT":
        yield command_on(RejectExit, today, reason_code=lost)
        yield command_on(WithdrawExit, today, reason_code="PROPOSED_BY_MISTAKE")


def take(step: str, household: Household, case: Case, today: date, chance: Random) -> Iterator[Command]:
    """The command for a step of the case."""
    procedure = case.procedure
    if step == steps.ANNOUNCED and case.need is not None and case.need.net_income > POOR and procedure != "EXIT":
        step = steps.HOME_CHECKED  # nobody in need was found: look again
    match step:
        case steps.HOME_CHECKED:
            yield checked(today, procedure, chance)
        case steps.COMPARED:
            hits = ({"sector": "VEHICLE", "rule": "VEHICLE_OWNER"},) * chance.choice((0, 0, 1))
            fields = {"comparator": "staff-7", "sectors": ("VEHICLE",), "hits": hits}
            yield command_on(CompareSectors, today, procedure=procedure, **fields)
        case steps.APPRAISED:
            votes = chance.choice((20, 20, 20, 3))
            counts = {"reps_total": 30, "attended": 24, "votes_for": votes, "votes_against": 24 - votes}
            yield command_on(HoldAppraisal, today, procedure=procedure, **counts)
        case steps.PUBLICISED_VILLAGE:
            yield from publicise(case, today, chance)
        case steps.TOWNSHIP_REVIEWED:
            yield command_on(ReviewByTownship, today, procedure=procedure, result="APPROVED")
        case steps.COUNTY_APPROVED:
            yield command_on(ApproveByCounty, today, procedure=procedure)
        case steps.VERIFIED:
            fields = {"verifiers": ("staff-8",), "housing_evidence": "SAFE_ON_SIGHT"}
            yield command_on(VerifyExit, today, **fields, **findings(today, RICH))
        case steps.HOUSEHOLD_CONSENTED:
            for member in sorted(household.members)[:1]:
                yield command_on(RecordConsent, today, signed_by=member)
        case steps.COUNTY_ACCEPTED:
            yield command_on(AcceptExit, today)
        case steps.HOUSEHOLD_NOTIFIED:
            yield command_on(NotifyHousehold, today, procedure=procedure, told_on=today)
        case steps.PROPOSED:
            yield command_on(ProposeRelapse, today, risks=("ILLNESS",))
        case steps.ANNOUNCED:
            yield from announce(case, today)


def publicise(case: Case, today: date, chance: Random) -> Iterator[Command]:
    """The notice goes up; somebody may object; it comes down."""
    notice = case.notices.get("VILLAGE")
    if notice is None:
        yield command_on(PostPublicity, today, procedure=case.procedure, posted_until=today + timedelta(days=7))
        return
    for number in case.open_objections:
        outcome = chance.choice(("DISMISSED", "DISMISSED", "UPHELD"))
        yield command_on(ResolveObjection, today, procedure=case.procedure, objection_no=number, outcome=outcome)
    if chance.random() < 0.2:
        yield command_on(RaiseObjection, max(today, notice.posted_from), procedure=case.procedure)
    yield command_on(ClosePublicity, max(today, notice.posted_until), procedure=case.procedure)


def announce(case: Case, today: date) -> Iterator[Command]:
    """The last step of each procedure."""
    match case.procedure:
        case "IDENTIFICATION":
            yield command_on(AnnounceIdentification, today, **ENTRY)
        case "RE_ENTRY":
            yield command_on(ReEnter, today, **ENTRY)
        case "EXIT":
            yield command_on(AnnounceExit, today)
        case "RELAPSE":
            yield command_on(ConfirmRelapse, today)
        case "CLEAR_OUT" if case.told_on is not None:
            yield command_on(ClearOut, max(today, case.told_on + timedelta(days=8)), reason_code="VEHICLE")
