"""Commands on reference data: which stream each belongs to, and what else has to be read."""

from collections.abc import Sequence

from registry.aggregate import Aggregate
from registry.application.planning import Loader, handles, known_household
from registry.command import decider_of
from registry.decision import Decision
from registry.policy.validation import province_of
from registry.reference.code_table import ChangeCodeTable, CodeTableHistory
from registry.reference.county_plan import AdoptConsolidationPlan, CountyPlans
from registry.reference.division_exit import KINDS, DivisionExit, DivisionExitCommand
from registry.reference.division_set import DIVISIONS, ChangeDivisions, DivisionSet
from registry.reference.exit_plan import ExitPlans, SetAnnualExitPlan
from registry.reference.hospital_intake import HospitalIntake, ResumeHospitalIntake, StopHospitalIntake
from registry.reference.hospital_set import HOSPITALS, ChangeHospitals, HospitalSet
from registry.reference.national_sync import CompareWithNational, NationalSync, ResolveSyncDiscrepancy, SyncedHousehold
from registry.reference.policy_document import ActivatePolicy, PolicyDocuments, PolicyYear, address_of, policy_stream_id
from registry.reference.sample import DrawSample, RecordSampleCheck, Sample
from registry.reference.stream import stream_id
from registry.reference.supervision_team import KIND, AssignSupervisionTeam, CountyTeams


@handles(ActivatePolicy)
def activate_policy(command: ActivatePolicy, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The stream of the document's place and year; the province's and all counties' of that year are read."""
    division, year = address_of(command.document)
    places = [province_of(division), *(unit.code for unit in decision.divisions.reporting_units())]
    streams = {place: loader.aggregate(PolicyDocuments, policy_stream_id(place, year)) for place in {division, *places}}
    subject = streams.pop(division)
    others = [document for place in sorted(streams) for document in streams[place].documents]
    decider_of(ActivatePolicy)(PolicyYear(subject, others), command, decision)
    return [subject]


@handles(ChangeDivisions)
def change_divisions(command: ChangeDivisions, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The one stream of all divisions."""
    division_set = loader.aggregate(DivisionSet, stream_id(DIVISIONS))
    decider_of(ChangeDivisions)(division_set, command, decision)
    return [division_set]


@handles(ChangeCodeTable)
def change_code_table(command: ChangeCodeTable, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The table's stream."""
    history = loader.aggregate(CodeTableHistory, stream_id("code_table", command.table))
    decider_of(ChangeCodeTable)(history, command, decision)
    return [history]


@handles(ChangeHospitals)
def change_hospitals(command: ChangeHospitals, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The one stream of all hospitals."""
    hospital_set = loader.aggregate(HospitalSet, stream_id(HOSPITALS))
    decider_of(ChangeHospitals)(hospital_set, command, decision)
    return [hospital_set]


@handles(AdoptConsolidationPlan)
def adopt_consolidation_plan(command: AdoptConsolidationPlan, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The county's stream."""
    plans = loader.aggregate(CountyPlans, stream_id("county_plan", command.county))
    decider_of(AdoptConsolidationPlan)(plans, command, decision)
    return [plans]


@handles(AssignSupervisionTeam)
def assign_supervision_team(command: AssignSupervisionTeam, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The county's stream."""
    teams = loader.aggregate(CountyTeams, stream_id(KIND, command.county))
    decider_of(AssignSupervisionTeam)(teams, command, decision)
    return [teams]


@handles(StopHospitalIntake, ResumeHospitalIntake)
def decide_hospital_intake(
    command: StopHospitalIntake | ResumeHospitalIntake, loader: Loader, decision: Decision
) -> Sequence[Aggregate]:
    """The hospital's stream."""
    intake = loader.aggregate(HospitalIntake, stream_id("hospital_intake", command.institution))
    decider_of(type(command))(intake, command, decision)
    return [intake]


@handles(SetAnnualExitPlan)
def set_annual_exit_plan(command: SetAnnualExitPlan, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The place's stream."""
    plans = loader.aggregate(ExitPlans, stream_id("exit_plan", command.place))
    decider_of(SetAnnualExitPlan)(plans, command, decision)
    return [plans]


@handles(*KINDS)
def take_exit_step(command: DivisionExitCommand, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The place's stream."""
    place = loader.aggregate(DivisionExit, stream_id("division_exit", command.place))
    decider_of(type(command))(place, command, decision)
    return [place]


@handles(DrawSample, RecordSampleCheck)
def decide_sample(command: DrawSample | RecordSampleCheck, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The sample's stream."""
    sample = loader.aggregate(Sample, stream_id("sample", command.sample_id))
    decider_of(type(command))(sample, command, decision)
    return [sample]


@handles(CompareWithNational, ResolveSyncDiscrepancy)
def decide_national_sync(
    command: CompareWithNational | ResolveSyncDiscrepancy, loader: Loader, decision: Decision
) -> Sequence[Aggregate]:
    """The stream of the household's differences; the household itself is only read."""
    household = known_household(command.household_id, loader)
    sync = loader.aggregate(NationalSync, stream_id("national_sync", command.household_id))
    decider_of(type(command))(SyncedHousehold(household, sync), command, decision)
    return [sync]
