"""What a decision is made with: who, when, under which policy, in which conversation. Passed in, never asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from registry.event import ActorFacts
from registry.policy.policy import Policy
from schemas.divisions import Divisions

IdSource = Callable[[], UUID]
PolicyFor = Callable[[str, date], Policy]


@dataclass(frozen=True, slots=True)
class Decision:
    """The circumstances of one command.

    now: aware UTC instant; today: the day in Asia/Shanghai; policy_for: (12-digit division, day) -> Policy;
    next_id: the id source (event ids, measure ids); source: code table event_source; divisions: the tree, villages included.
    """

    actor: ActorFacts
    source: str
    correlation_id: UUID
    causation_id: UUID
    now: datetime
    today: date
    policy_for: PolicyFor
    next_id: IdSource
    divisions: Divisions
