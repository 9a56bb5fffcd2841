"""The comparison with the sectors' data, and the verdict on every hit.

Source: three-year plan, item 24 (shared data, problems handled in a closed loop). A hit is a lead to verify: it removes nobody.
"""

from dataclasses import dataclass
from typing import TypedDict

from registry.command import code, codes, decides, number, staff
from registry.decision import Decision
from registry.household import case as steps
from registry.household.case import Case
from registry.household.household import Household
from registry.household.step import StepCommand, StepEvent, begin_step
from registry.refusal import Refusals, refuse
from schemas.code_tables import table

HITS_MAX = 1000


class Hit(TypedDict):
    """A recorded hit; `hit_no` counts from 1 within the case."""

    hit_no: int
    sector: str
    rule: str


class Finding(TypedDict):
    """What a sector's data say against or for the household (code tables comparison_sector, mismatch_rule)."""

    sector: str
    rule: str


class SectorCompared(StepEvent):
    """The household was compared with the sectors' data; every hit is a lead to verify."""

    TOPIC = "household.sector_compared"
    comparator: str
    sectors: list[str]
    hits: list[Hit]

    def apply(self, aggregate: Household) -> None:
        case = self.case(aggregate)
        case.done(steps.COMPARED, self.effective_on)
        case.comparator = self.comparator
        case.hits.update((hit["hit_no"], None) for hit in self.hits)


class MismatchVerified(StepEvent):
    """A hit of a comparison got its verdict."""

    TOPIC = "household.mismatch_verified"
    hit_no: int
    verdict: str

    def apply(self, aggregate: Household) -> None:
        self.case(aggregate).hits[self.hit_no] = self.verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareSectors(StepCommand):
    """Record a comparison; `comparator` is the opaque id of who compared, another person than the home checkers."""

    comparator: str = staff()
    sectors: tuple[str, ...] = codes("comparison_sector")
    hits: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyMismatch(StepCommand):
    """Record what became of a hit."""

    hit_no: int = number(1, HITS_MAX)
    verdict: str = code("mismatch_verdict")


@decides(CompareSectors)
def compare_sectors(household: Household, command: CompareSectors, decision: Decision) -> None:
    """E-SECTORS-MISSING, E-TWO-PERSON-RULE, E-STEP-DONE after the appraisal; hits of a second comparison are counted on.

    As its checks say: E-DATE-ORDER, E-FIELD-RANGE, E-HIT-SECTOR, E-NO-CASE, E-STATE, E-STEP-MISSING, E-STEP-UNKNOWN.
    """
    case, refusals = begin_step(household, command, decision, command.procedure, steps.COMPARED)
    refusals.unless(steps.APPRAISED not in case.steps, "E-STEP-DONE", step=steps.APPRAISED)
    refusals.unless(len(command.sectors) > 0, "E-SECTORS-MISSING", at="sectors")
    check_hits(command, case, refusals)
    refusals.unless(command.comparator not in case.checkers, "E-TWO-PERSON-RULE", at="comparator", other="checkers")
    refusals.raise_any()
    first = len(case.hits) + 1
    hits = [Hit(hit_no=first + place, sector=h["sector"], rule=h["rule"]) for place, h in enumerate(command.hits)]
    household.trigger(
        SectorCompared,
        decision,
        command.effective_on,
        evidence=command.evidence,
        procedure=command.procedure,
        case_id=case.case_id,
        comparator=command.comparator,
        sectors=list(command.sectors),
        hits=hits,
    )


def check_hits(command: CompareSectors, case: Case, refusals: Refusals) -> None:
    """Each hit names a sector that was compared and a rule of that sector; there are not more than anybody can verify."""
    rules = table("mismatch_rule")
    for place, hit in enumerate(command.hits):
        at = f"hits[{place}]"
        refusals.unless(hit["sector"] in command.sectors, "E-HIT-SECTOR", at=f"{at}.sector", sector=hit["sector"])
        known = hit["rule"] in rules.under(hit["sector"])
        refusals.unless(known, "E-CODE-UNKNOWN", at=f"{at}.rule", table=rules.name)
    refusals.unless(len(case.hits) + len(command.hits) <= HITS_MAX, "E-FIELD-RANGE", at="hits", minimum=0, maximum=HITS_MAX)


@decides(VerifyMismatch)
def verify_mismatch(household: Household, command: VerifyMismatch, decision: Decision) -> None:
    """E-HIT-UNKNOWN; E-STEP-DONE where the hit has the other verdict already; nothing where it has this one.

    As its checks say: E-DATE-ORDER, E-NO-CASE, E-STATE, E-STEP-MISSING, E-STEP-UNKNOWN.
    """
    case, refusals = begin_step(household, command, decision, command.procedure, steps.APPRAISED)
    if command.hit_no not in case.hits:
        refuse("E-HIT-UNKNOWN", at="hit_no", hit=command.hit_no)
    verdict = case.hits[command.hit_no]
    refusals.unless(verdict in (None, command.verdict), "E-STEP-DONE", at="verdict", step=steps.COMPARED)
    refusals.raise_any()
    if verdict is None:
        household.trigger(
            MismatchVerified,
            decision,
            command.effective_on,
            evidence=command.evidence,
            procedure=command.procedure,
            case_id=case.case_id,
            hit_no=command.hit_no,
            verdict=command.verdict,
        )
