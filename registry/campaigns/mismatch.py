"""A mismatch: what a sector's data say against, or for, a household. One stream each.

FOUND -> ASSIGNED -> VERIFIED -> ACTED -> CLOSED. It is a lead to verify: it changes nobody's status, and holds back an exit while
it is open. Its id follows from the run, the sector, the rule, the household and the person, so that a file imported again finds
nothing twice.
"""

from typing import ClassVar, Final
from uuid import UUID

from registry.aggregate import Aggregate
from registry.campaigns.event import CampaignEvent, campaign_id

FOUND: Final = "FOUND"
ASSIGNED: Final = "ASSIGNED"
VERIFIED: Final = "VERIFIED"
ACTED: Final = "ACTED"
CLOSED: Final = "CLOSED"

TRUE_POSITIVE: Final = "TRUE_POSITIVE"


def mismatch_id_of(run_id: UUID, sector: str, rule: str, household_id: UUID, person_id: UUID | None) -> UUID:
    """The id of the mismatch, and of its stream."""
    return campaign_id("mismatch", run_id, sector, rule, household_id, person_id or "")


class Mismatch(Aggregate):
    """One mismatch. Version 0: nobody found it."""

    TOPIC: ClassVar[str] = "mismatch"
    EVENTS = CampaignEvent

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.state = ""
        self.household_id: UUID | None = None
        self.verdict = ""
        self.outcome = ""
        self.verifier = ""

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state not in ("", CLOSED)
