"""Commands about warnings: the warning and the household's obstacle are decided, and saved, together.

An open case holds back the household's exit (`registry.household.obstacles`): both streams say so in one transaction.
"""

from collections.abc import Sequence
from uuid import UUID

from registry.aggregate import Aggregate
from registry.application.campaigns import is_own_mismatch
from registry.application.planning import Loader, all_or_nothing, decide_known_household, handles, known_household
from registry.application.supervision import is_of_supervision
from registry.command import decider_of
from registry.decision import Decision
from registry.early_warning.assess import AssessEarlyWarning
from registry.early_warning.assign import AssignEarlyWarning
from registry.early_warning.cancel import CancelEarlyWarning
from registry.early_warning.command import WarningCommand
from registry.early_warning.escalate import EscalateEarlyWarning
from registry.early_warning.outcome import (
    IDENTIFIED,
    LINKED,
    MONITORED,
    RE_ENTERED,
    CloseEarlyWarning,
    RecordWarningOutcome,
    close,
)
from registry.early_warning.reopen import ReopenEarlyWarning
from registry.early_warning.transfer import TransferEarlyWarning
from registry.early_warning.visit import RecordWarningVisit, VerifyEarlyWarning
from registry.early_warning.warnings import FOLLOWED, HOUSEHOLD, EarlyWarnings, stream_id_of
from registry.early_warning.warnings import case_id_of as warning_case
from registry.household import status
from registry.household.case import IDENTIFICATION, MONITORING, RE_ENTRY, RELAPSE, case_id_of
from registry.household.household import Household
from registry.household.obstacles import ClearObstacle, OpenObstacle, clear_obstacle, open_obstacle
from registry.refusal import refuse

OBSTACLE = "WARNING"
PROCEDURES = {IDENTIFIED: (IDENTIFICATION,), MONITORED: (MONITORING,), RE_ENTERED: (RELAPSE, RE_ENTRY)}
"""Outcome -> the procedures of which its link names a case."""


@handles(AssessEarlyWarning)
def assess_early_warning(command: AssessEarlyWarning, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The subject's warnings, and the household. E-HOUSEHOLD-UNKNOWN."""
    if command.subject_kind == HOUSEHOLD:
        known_household(command.subject_id, loader, at="subject_id")
    return _decided(command, loader, decision)


@handles(
    AssignEarlyWarning, RecordWarningVisit, VerifyEarlyWarning, EscalateEarlyWarning, ReopenEarlyWarning, CancelEarlyWarning,
    TransferEarlyWarning,
)  # fmt: skip
def decide_early_warning(command: WarningCommand, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The subject's warnings, and the household."""
    return _decided(command, loader, decision)


@handles(RecordWarningOutcome)
def record_warning_outcome(command: RecordWarningOutcome, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The same; a link must name a case that there is (E-OUTCOME-LINK), and where that is complete the warning is closed too."""
    if command.household_id is not None and command.linked_case_id is not None and command.outcome in LINKED:
        household = loader.household(command.household_id)
        if command.linked_case_id not in _cases_of(household, command.outcome):
            refuse("E-OUTCOME-LINK", at="linked_case_id", outcome=command.outcome)
    return _decided(command, loader, decision)


@handles(CloseEarlyWarning)
def close_early_warning(command: CloseEarlyWarning, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The same; nothing happens while the linked case is not complete."""
    warnings = _warnings(command.subject_id, loader)
    if warnings.case is not None and warnings.case.state == FOLLOWED and not _link_is_complete(warnings, loader):
        return [warnings]
    return _decided(command, loader, decision)


@handles(OpenObstacle, ClearObstacle)
def decide_obstacle(command: OpenObstacle | ClearObstacle, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The household. E-OBSTACLE-KIND for what the register keeps itself: its warnings, complaints, findings and mismatches."""
    if is_kept_by_itself(command.household_id, command.kind, command.ref, loader):
        refuse("E-OBSTACLE-KIND", at="ref", kind=command.kind)
    return decide_known_household(command, loader, decision)


def is_kept_by_itself(household_id: UUID, kind: str, ref: UUID, loader: Loader) -> bool:
    """Whether an obstacle is that of a case of the household's own warnings, or of a case that the register keeps."""
    if kind != OBSTACLE:
        return is_of_supervision(kind, ref, loader) or is_own_mismatch(kind, ref, loader)
    episodes = range(1, _warnings(household_id, loader).next_episode)
    return ref in {warning_case(household_id, episode) for episode in episodes}


def _decided(command: WarningCommand, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    warnings = _warnings(command.subject_id, loader)
    with all_or_nothing(warnings):
        decider_of(type(command))(warnings, command, decision)
        if warnings.case is not None and warnings.case.state == FOLLOWED and _link_is_complete(warnings, loader):
            close(warnings, decision)
    if warnings.subject_kind != HOUSEHOLD or warnings.subject_id is None or warnings.case is None:
        return [warnings]
    household = loader.household(warnings.subject_id)
    change = open_obstacle if warnings.case.is_open else clear_obstacle
    change(household, decision, decision.today, OBSTACLE, warnings.case.case_id)
    return [warnings, household]


def _warnings(subject_id: UUID, loader: Loader) -> EarlyWarnings:
    return loader.aggregate(EarlyWarnings, stream_id_of(subject_id))


def _cases_of(household: Household, outcome: str) -> frozenset[UUID]:
    """Every case that the household ever had of the outcome's procedures."""
    return frozenset(
        case_id_of(household.id, procedure, number)
        for procedure in PROCEDURES[outcome]
        for number in range(1, household.case_counts.get(procedure, 0) + 1)
    )


def _link_is_complete(warnings: EarlyWarnings, loader: Loader) -> bool:
    """The linked case has come to its end: IDENTIFIED at T3 or T4, RE_ENTERED at T10 or T11, MONITORED at M1.

    One that was refused has come to its end too; a relapse that was confirmed has not, before the household is taken in again.
    """
    case = warnings.case
    if case is None or case.linked_household_id is None:
        return False
    household = loader.household(case.linked_household_id)
    if case.outcome == RE_ENTERED and (household.status == status.RELAPSED or RE_ENTRY in household.cases):
        return False
    return case.linked_case_id not in {running.case_id for running in household.cases.values()}
