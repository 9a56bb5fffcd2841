"""A procedure under way: which steps are done, in which order they must come, and what each found."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from registry.household.need import NeedFacts
from registry.refusal import Refusals

IDENTIFICATION = "IDENTIFICATION"
EXIT = "EXIT"
RELAPSE = "RELAPSE"
RE_ENTRY = "RE_ENTRY"
CLEAR_OUT = "CLEAR_OUT"
MONITORING = "MONITORING"

APPLIED = "APPLIED"
HOME_CHECKED = "HOME_CHECKED"
COMPARED = "COMPARED"
APPRAISAL_REQUESTED = "APPRAISAL_REQUESTED"
APPRAISED = "APPRAISED"
PUBLICISED_VILLAGE = "PUBLICISED_VILLAGE"
TOWNSHIP_REVIEWED = "TOWNSHIP_REVIEWED"
PUBLICISED_TOWNSHIP = "PUBLICISED_TOWNSHIP"
COUNTY_APPROVED = "COUNTY_APPROVED"
PROPOSED = "PROPOSED"
VERIFIED = "VERIFIED"
HOUSEHOLD_CONSENTED = "HOUSEHOLD_CONSENTED"
COUNTY_ACCEPTED = "COUNTY_ACCEPTED"
HOUSEHOLD_NOTIFIED = "HOUSEHOLD_NOTIFIED"
ANNOUNCED = "ANNOUNCED"

_ENTRY_STEPS = (
    HOME_CHECKED,
    COMPARED,
    APPRAISED,
    PUBLICISED_VILLAGE,
    TOWNSHIP_REVIEWED,
    PUBLICISED_TOWNSHIP,
    COUNTY_APPROVED,
    ANNOUNCED,
)
STEPS: dict[str, tuple[str, ...]] = {
    IDENTIFICATION: (APPLIED, *_ENTRY_STEPS),
    RE_ENTRY: _ENTRY_STEPS,
    EXIT: (
        PROPOSED,
        APPRAISED,
        VERIFIED,
        HOUSEHOLD_CONSENTED,
        PUBLICISED_VILLAGE,
        TOWNSHIP_REVIEWED,
        COUNTY_ACCEPTED,
        ANNOUNCED,
    ),
    RELAPSE: (HOME_CHECKED, PROPOSED, ANNOUNCED),
    CLEAR_OUT: (APPRAISAL_REQUESTED, APPRAISED, PUBLICISED_VILLAGE, HOUSEHOLD_NOTIFIED, ANNOUNCED),
    MONITORING: (HOME_CHECKED, ANNOUNCED),
}
MISSING = {
    (EXIT, HOUSEHOLD_CONSENTED): "E-NO-CONSENT",
    (CLEAR_OUT, APPRAISED): "E-NO-APPRAISAL",
    (CLEAR_OUT, HOUSEHOLD_NOTIFIED): "E-NO-NOTICE-TO-HOUSEHOLD",
}
"""Codes of missing steps that have one of their own; E-STEP-MISSING for the others."""
VILLAGE = "VILLAGE"
TOWNSHIP = "TOWNSHIP"
PASSED = "PASSED"
NOT_PASSED = "NOT_PASSED"
APPROVED = "APPROVED"
UPHELD = "UPHELD"
DISMISSED = "DISMISSED"


@dataclass(slots=True)
class Notice:
    """A public notice: the days it is posted for, and whether it came down."""

    posted_from: date
    posted_until: date
    closed: bool = False


@dataclass(slots=True)
class Case:
    """One procedure's case.

    steps: step done -> effective day; hits and objections: number -> verdict, None while open; checkers: who checked at home
    (in an exit: who verified it); decided_by, decided_on: the rejection or clear-out, for the appeal against it.
    """

    case_id: UUID
    procedure: str
    opened_on: date
    opened_by: str
    status_before: str
    steps: dict[str, date] = field(default_factory=dict)
    need: NeedFacts | None = None
    checkers: tuple[str, ...] = ()
    housing_evidence: str = ""
    comparator: str = ""
    hits: dict[int, str | None] = field(default_factory=dict)
    appraisal: str = ""
    notices: dict[str, Notice] = field(default_factory=dict)
    objections: dict[int, str | None] = field(default_factory=dict)
    review: str = ""
    reviewed_by: str = ""
    told_on: date | None = None
    proposed_by: str = ""
    risks: tuple[str, ...] = ()
    decided_by: str = ""
    decided_on: date | None = None
    appeal_until: date | None = None
    appealed: bool = False

    def done(self, step: str, effective_on: date) -> None:
        """Note that a step is done."""
        self.steps[step] = effective_on

    def require(self, step: str, refusals: Refusals, *, on: date | None = None, skip: frozenset[str] = frozenset()) -> None:
        """Refuse `step` for what is wrong with the steps before it; those in `skip` are not part of the procedure now.

        E-STEP-MISSING, or the step's own code: not done. E-DATE-ORDER: done later than `on`. E-PASS-RATIO, E-REVIEW-RETURNED,
        E-OBJECTION-UPHELD: done, with a result that ends the procedure here.
        """
        order = STEPS[self.procedure]
        earlier = [s for s in order[: order.index(step)] if s not in skip]
        for missing in (s for s in earlier if s not in self.steps):
            refusals.add(MISSING.get((self.procedure, missing), "E-STEP-MISSING"), step=missing)
        later = [s for s in earlier if on is not None and s in self.steps and self.steps[s] > on]
        if later or (on is not None and on < self.opened_on):
            refusals.add("E-DATE-ORDER", at="effective_on", first=later[-1] if later else order[0], then=step)
        if APPRAISED in earlier and self.appraisal == NOT_PASSED:
            refusals.add("E-PASS-RATIO")
        if TOWNSHIP_REVIEWED in earlier and self.review not in ("", APPROVED):
            refusals.add("E-REVIEW-RETURNED")
        if PUBLICISED_VILLAGE in earlier and self.upheld_objections:
            refusals.add("E-OBJECTION-UPHELD", objections=self.upheld_objections)

    @property
    def open_hits(self) -> list[int]:
        """Numbers of the comparison's hits without a verdict."""
        return [number for number, verdict in self.hits.items() if verdict is None]

    @property
    def open_objections(self) -> list[int]:
        """Numbers of the objections that are not resolved."""
        return [number for number, outcome in self.objections.items() if outcome is None]

    @property
    def upheld_objections(self) -> list[int]:
        """Numbers of the objections that were found to be right."""
        return [number for number, outcome in self.objections.items() if outcome == UPHELD]

    @property
    def last_step_on(self) -> date:
        """The latest effective day of the case."""
        return max([self.opened_on, *self.steps.values()])

    def decide(self, event: Any) -> None:
        """Note by whom and when the case was decided against the household."""
        self.decided_by, self.decided_on, self.appealed = event.actor["id"], event.effective_on, False

    def reopen(self) -> None:
        """Go on after an upheld appeal: what was checked and compared stands, the appraisal and all that follows come anew."""
        order = STEPS[self.procedure]
        for step in order[order.index(APPRAISED) :]:
            self.steps.pop(step, None)
        self.appraisal = self.review = self.reviewed_by = self.decided_by = ""
        self.notices.clear()
        self.objections.clear()
        self.told_on = self.decided_on = self.appeal_until = None


@dataclass(slots=True)
class Appeal:
    """An appeal against the decision that ended a case; `outcome` is empty until another person decides."""

    number: int
    procedure: str
    case_id: UUID
    filed_on: date
    outcome: str = ""


def case_id_of(household_id: UUID, procedure: str, number: int) -> UUID:
    """The case's id: deterministic, so that no id source is needed and a replay agrees."""
    return uuid5(household_id, f"{procedure}:{number}")
