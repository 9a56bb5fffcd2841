"""Which command states which fact, so that a fact can be stated again.

A correction is the same command once more, decided on the household as it was just before the fact: so every rule that the
fact had to satisfy is asked again, and what was computed from it is computed again. The same way the facts that followed are
asked whether they still stand. A fact without an entry is the consequence of another one, or not corrected at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from registry.command import Decider, decider_of
from registry.correction import body_of
from registry.decision import Decision
from registry.event import RegistryEvent
from registry.household import (
    appeal,
    appraisal,
    clear_out,
    closing,
    comparison,
    consolidation,
    entity_links,
    exit,
    exit_rejection,
    exit_steps,
    exit_year,
    head,
    home_check,
    identification,
    insurance,
    ledger,
    measure_progress,
    measures,
    members,
    monitoring,
    obstacles,
    opening,
    plan,
    public_posts,
    publicity,
    re_entry,
    relapse,
    relief,
    relocation,
    responsible_helper,
    retention,
    review,
    risk_elimination,
    social_assistance,
    split,
    subsidies,
    training,
    visits,
    wrong_exit,
)
from registry.household.command import HouseholdCommand, begin
from registry.household.household import MEMBER_FACTS, Household
from registry.household.new_member import NewMember, check_new_members

Values = dict[str, Any]


def as_recorded(event: RegistryEvent) -> Values:
    """The fields of an event that its command has too."""
    return body_of(event)


@dataclass(frozen=True, slots=True)
class Statement:
    """How a fact is stated: the command, its values as an event has them, and the decider where it is another than usual."""

    command: type[HouseholdCommand]
    values: Callable[[Any], Values] = as_recorded
    decider: Decider | None = None

    def decide(self, household: Household, command: Any, decision: Decision) -> None:
        """Decide the command. Raises Refused."""
        (self.decider or decider_of(self.command))(household, command, decision)

    def again(self, event: RegistryEvent) -> HouseholdCommand:
        """The command by which this event would be recorded."""
        return self.command(**{name: _typed(name, value) for name, value in self.values_of(event).items()})

    def values_of(self, event: RegistryEvent) -> Values:
        """The fields of that command as the event has them: lists, and records as plain mappings."""
        known = {
            **self.values(event),
            "household_id": event.originator_id,
            "division": event.division,
            "effective_on": event.effective_on,
            "reason_code": event.reason_code,
            "evidence": event.evidence,
        }
        return {field.name: known[field.name] for field in fields(self.command) if field.name in known}


def _typed(name: str, value: Any) -> Any:
    if name == "member":
        return NewMember.of(value)
    if name == "members":
        return tuple(NewMember.of(record) for record in value)
    return tuple(value) if isinstance(value, list) else value


def _member(event: members.MemberAdded) -> Values:
    return {"member": {name: getattr(event, name) for name in MEMBER_FACTS}}


def _findings(event: comparison.SectorCompared) -> Values:
    return body_of(event) | {"hits": [{"sector": hit["sector"], "rule": hit["rule"]} for hit in event.hits]}


def restate_member(household: Household, command: members.AddMember, decision: Decision) -> None:
    """As `add_member`, but whichever command brought the member in."""
    refusals = begin(household, command, decision)
    check_new_members(household, (command.member,), command.effective_on, refusals, at="member")
    refusals.raise_any()
    assert command.reason_code is not None
    members.add(household, (command.member,), decision, command.effective_on, command.reason_code)


STATEMENTS: Mapping[type[RegistryEvent], Statement] = MappingProxyType(
    {
        # who lives where
        ledger.VillageLedgerEntryUpserted: Statement(ledger.RecordLedgerHousehold),
        opening.HouseholdImported: Statement(opening.ImportHousehold),
        members.MemberAdded: Statement(members.AddMember, _member, restate_member),
        members.MemberRemoved: Statement(members.RemoveMember),
        members.MemberAttributesChanged: Statement(members.ChangeMemberAttributes),
        head.HeadChanged: Statement(head.ChangeHead),
        split.SplitReviewed: Statement(split.ReviewSplit),
        relocation.HouseholdRelocated: Statement(relocation.RelocateHousehold),
        closing.HouseholdClosed: Statement(closing.CloseHousehold),
        social_assistance.SocialAssistanceStatusChanged: Statement(social_assistance.ChangeSocialAssistanceStatus),
        # procedures
        identification.IdentificationApplied: Statement(identification.ApplyForIdentification),
        home_check.HomeChecked: Statement(home_check.RecordHomeCheck),
        comparison.SectorCompared: Statement(comparison.CompareSectors, _findings),
        comparison.MismatchVerified: Statement(comparison.VerifyMismatch),
        appraisal.AppraisalRequested: Statement(appraisal.RequestAppraisal),
        appraisal.AppraisalHeld: Statement(appraisal.HoldAppraisal),
        publicity.PublicityPosted: Statement(publicity.PostPublicity),
        publicity.PublicityClosed: Statement(publicity.ClosePublicity),
        publicity.ObjectionRaised: Statement(publicity.RaiseObjection),
        publicity.ObjectionResolved: Statement(publicity.ResolveObjection),
        review.TownshipReviewed: Statement(review.ReviewByTownship),
        review.CountyApproved: Statement(review.ApproveByCounty),
        identification.HouseholdIdentified: Statement(identification.AnnounceIdentification),
        identification.IdentificationRejected: Statement(identification.RejectIdentification),
        appeal.AppealFiled: Statement(appeal.FileAppeal),
        appeal.AppealDecided: Statement(appeal.DecideAppeal),
        exit.ExitProposed: Statement(exit.ProposeExit),
        exit_steps.HouseholdConsented: Statement(exit_steps.RecordConsent),
        exit_steps.ExitVerified: Statement(exit_steps.VerifyExit),
        exit.ExitAccepted: Statement(exit.AcceptExit),
        exit.HouseholdExited: Statement(exit.AnnounceExit),
        exit_rejection.ExitRejected: Statement(exit_rejection.RejectExit),
        exit_rejection.ExitWithdrawn: Statement(exit_rejection.WithdrawExit),
        exit_year.ExitYearExpected: Statement(exit_year.ExpectExitYear),
        retention.PolicyRetentionEnded: Statement(retention.EndRetention),
        wrong_exit.ExitReversed: Statement(wrong_exit.ReverseExit),
        relapse.RelapseProposed: Statement(relapse.ProposeRelapse),
        relapse.RelapseConfirmed: Statement(relapse.ConfirmRelapse),
        relapse.RelapseRevoked: Statement(relapse.RevokeRelapse),
        re_entry.HouseholdReEntered: Statement(re_entry.ReEnter),
        clear_out.HouseholdNotified: Statement(clear_out.NotifyHousehold),
        clear_out.HouseholdClearedOut: Statement(clear_out.ClearOut),
        obstacles.ObstacleOpened: Statement(obstacles.OpenObstacle),
        obstacles.ObstacleCleared: Statement(obstacles.ClearObstacle),
        # monitoring
        monitoring.MonitoringStarted: Statement(monitoring.StartMonitoring),
        monitoring.MonitoringReviewed: Statement(monitoring.ReviewMonitoring),
        risk_elimination.RiskEliminated: Statement(risk_elimination.EliminateRisk),
        # help
        plan.AssistancePlanAdopted: Statement(plan.AdoptAssistancePlan),
        responsible_helper.HelperAssigned: Statement(responsible_helper.AssignHelper),
        responsible_helper.HelperReplaced: Statement(responsible_helper.ReplaceHelper),
        measures.AssistanceMeasureStarted: Statement(measures.StartMeasure),
        measures.AssistanceMeasureStopped: Statement(measures.StopMeasure),
        measure_progress.AssistanceMeasureProgressed: Statement(measure_progress.RecordMeasureProgress),
        measure_progress.AssistanceMeasureCompleted: Statement(measure_progress.CompleteMeasure),
        subsidies.SubsidyPaid: Statement(subsidies.PaySubsidy),
        subsidies.SubsidyReversed: Statement(subsidies.ReverseSubsidy),
        training.TrainingCompleted: Statement(training.CompleteTraining),
        public_posts.PublicPostGranted: Statement(public_posts.GrantPublicPost),
        public_posts.PublicPostEnded: Statement(public_posts.EndPublicPost),
        insurance.InsuranceEnrolled: Statement(insurance.EnrollInsurance),
        relief.TemporaryReliefGranted: Statement(relief.GrantTemporaryRelief),
        entity_links.HouseholdLinkedToEntity: Statement(entity_links.LinkToEntity),
        entity_links.HouseholdUnlinkedFromEntity: Statement(entity_links.UnlinkFromEntity),
        consolidation.ConsolidationMeasureRecorded: Statement(consolidation.RecordConsolidationMeasure),
        visits.HomeVisitRecorded: Statement(visits.RecordHomeVisit),
        visits.VisitFlagged: Statement(visits.FlagVisit),
    }
)
