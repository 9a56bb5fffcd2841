"""The end of policies after an exit: stably out of poverty (T8).

Source: three-year plan, item 23 (policies are kept for a time after the exit). `PolicyRetentionSet` says at the exit until when.
"""

from dataclasses import dataclass
from typing import ClassVar

from registry.command import decides
from registry.decision import Decision
from registry.household import measures, status
from registry.household.command import StatusCommand, begin
from registry.household.event import HouseholdEvent
from registry.household.household import Household
from registry.household.obstacles import check_no_obstacle

STOP_REASON = "RETENTION_ENDED"


class PolicyRetentionEnded(HouseholdEvent):
    """The household is stably out of poverty (T8)."""

    TOPIC = "household.policy_retention_ended"
    from_status: str
    to_status: str
    size: int

    def apply(self, aggregate: Household) -> None:
        aggregate.become(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRetention(StatusCommand):
    """End the policies of an exited household, after the last day for which they are kept."""

    FROM: ClassVar[frozenset[str]] = frozenset({status.EXITED_WITH_POLICY})


@decides(EndRetention)
def end_retention(household: Household, command: EndRetention, decision: Decision) -> None:
    """T8. E-RETENTION-RUNS, E-MONITORED, E-OPEN-*. Stops what is live.

    As its checks say: E-CASE-OPEN, E-OPEN-APPEAL, E-OPEN-COMPLAINT, E-OPEN-FINDING, E-OPEN-MISMATCH, E-OPEN-WARNING.
    """
    refusals = begin(household, command, decision)
    until = household.retention_until
    assert until is not None
    refusals.unless(command.effective_on > until, "E-RETENTION-RUNS", at="effective_on", until=until)
    refusals.unless(household.overlay != status.OVERLAY_ACTIVE, "E-MONITORED")
    check_no_obstacle(household, refusals)
    refusals.raise_any()
    household.trigger(
        PolicyRetentionEnded,
        decision,
        command.effective_on,
        evidence=command.evidence,
        from_status=household.status,
        to_status=status.EXITED_STABLE,
        size=household.size,
    )
    measures.stop_all(household, decision, command.effective_on, STOP_REASON)
