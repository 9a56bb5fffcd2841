"""Where a command would act, as far as can be said before it is decided: who may not act there learns nothing of the place.

What a decision then records is asked about once more, event by event: that is the whole truth, and this is the front door.
"""

from collections.abc import Iterator
from uuid import UUID

from registry.application.planning import Loader
from registry.campaigns.comparison_runs import CloseComparisonRun, OpenComparisonRun
from registry.campaigns.finding import FindMismatch
from registry.campaigns.handling import AssignMismatch, MismatchCommand
from registry.campaigns.mismatch import Mismatch
from registry.campaigns.sweep_target import SweepTargetCommand
from registry.campaigns.sweeps import CloseSweep, OpenSweep
from registry.command import Command
from registry.early_warning.assess import AssessEarlyWarning
from registry.early_warning.assign import AssignEarlyWarning
from registry.early_warning.command import WarningCommand
from registry.early_warning.warnings import EarlyWarnings, stream_id_of
from registry.household.command import HouseholdCommand
from registry.person.erasure import ErasePersonalData
from registry.policy.validation import province_of
from registry.reference.code_table import ChangeCodeTable
from registry.reference.county_plan import AdoptConsolidationPlan
from registry.reference.division_exit import DivisionExitCommand
from registry.reference.division_set import ChangeDivisions
from registry.reference.exit_plan import SetAnnualExitPlan
from registry.reference.hospital_intake import ResumeHospitalIntake, StopHospitalIntake
from registry.reference.hospital_set import ChangeHospitals
from registry.reference.national_sync import CompareWithNational, ResolveSyncDiscrepancy
from registry.reference.policy_document import ActivatePolicy
from registry.reference.sample import DrawSample, RecordSampleCheck, Sample
from registry.reference.stream import stream_id
from registry.reference.supervision_team import AssignSupervisionTeam
from registry.supervision.complaint import Complaint, ComplaintCommand
from registry.supervision.finding import Finding
from registry.supervision.finding_command import FindingCommand
from schemas.access import Actor
from schemas.division_codes import is_division_code


def places_named(command: Command, loader: Loader, actor: Actor) -> frozenset[str]:
    """The 12-digit codes of the places that the command names or that its subjects are in; others are left to be refused."""
    return frozenset(place for place in _places(command, loader, actor) if isinstance(place, str) and is_division_code(place))


def place_of_household(household_id: UUID, loader: Loader) -> str:
    """The household's village now; empty for one that the register does not know."""
    return loader.household(household_id).division


def place_of_person(person_id: UUID, loader: Loader) -> str:
    """The village of the person's household now or, for somebody who lives in none, of the last one; empty for nobody's."""
    person = loader.person(person_id)
    if person.household_id is not None:
        return place_of_household(person.household_id, loader)
    return person.division


def _places(command: Command, loader: Loader, actor: Actor) -> Iterator[object]:
    match command:
        case HouseholdCommand():
            yield place_of_household(command.household_id, loader) or getattr(command, "division", "")
            other = getattr(command, "into_household_id", None)
            yield place_of_household(other, loader) if other is not None else ""
        case WarningCommand():
            yield loader.aggregate(EarlyWarnings, stream_id_of(command.subject_id)).division
            if isinstance(command, AssessEarlyWarning):
                yield command.division
            elif isinstance(command, AssignEarlyWarning):
                yield command.township
        case FindingCommand() | ComplaintCommand():
            yield from _places_of_supervision(command, loader)
        case MismatchCommand():
            yield loader.aggregate(Mismatch, command.mismatch_id).division
            if isinstance(command, AssignMismatch):
                yield command.township
        case FindMismatch() | SweepTargetCommand():
            yield place_of_household(command.household_id, loader)
        case ErasePersonalData():
            yield place_of_person(command.person_id, loader)
        case AdoptConsolidationPlan() | AssignSupervisionTeam():
            yield command.county
        case SetAnnualExitPlan() | DivisionExitCommand() | DrawSample():
            yield command.place
        case CompareWithNational() | ResolveSyncDiscrepancy():
            yield place_of_household(command.household_id, loader)
        case RecordSampleCheck():
            yield loader.aggregate(Sample, stream_id("sample", command.sample_id)).division
        case ActivatePolicy():
            yield command.document.get("division")
        case OpenComparisonRun() | CloseComparisonRun() | OpenSweep() | CloseSweep():
            yield province_of(actor.division)
        case ChangeDivisions() | ChangeCodeTable() | ChangeHospitals() | StopHospitalIntake() | ResumeHospitalIntake():
            yield province_of(actor.division)  # they hold for the whole of it


def _places_of_supervision(command: FindingCommand | ComplaintCommand, loader: Loader) -> Iterator[object]:
    if isinstance(command, FindingCommand):
        yield loader.aggregate(Finding, command.finding_id).division or getattr(command, "division", "")
        yield getattr(command, "assigned_to", "")
    else:
        yield loader.aggregate(Complaint, command.complaint_id).division or getattr(command, "division", "")
    household_id = getattr(command, "household_id", None)
    yield place_of_household(household_id, loader) if household_id is not None else ""
