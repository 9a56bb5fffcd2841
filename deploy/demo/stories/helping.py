"""Help: the responsible helper, the plan, measures with their progress and end, links with enterprises."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from deploy.demo.life import Help, Life
from deploy.demo.staff import enterprise, government_of
from deploy.demo.turn import Step, Turn
from registry.household.entity_links import LinkToEntity, UnlinkFromEntity
from registry.household.measure_progress import CompleteMeasure, RecordMeasureProgress
from registry.household.measures import StartMeasure, StopMeasure
from registry.household.plan import AdoptAssistancePlan
from registry.household.responsible_helper import AssignHelper, ReplaceHelper

HELPERS_PER_VILLAGE = 12
_MEASURES = {
    "INDUSTRY": ("LIVESTOCK", "ORCHARD", "VEGETABLE_PLOT", "FOREST_PLOT", "ENTITY_LINK", "SHARE_DIVIDEND"),
    "EMPLOYMENT": ("JOB_PLACEMENT", "SKILL_TRAINING", "MIGRANT_WORK_SUPPORT"),
    "ECOLOGY": ("FOREST_RANGER", "FORESTRY_JOB"),
    "EDUCATION": ("LIVING_SUPPORT",),
    "HEALTH": ("FAMILY_DOCTOR", "PREMIUM_PAID", "CHRONIC_CARE", "MAJOR_DISEASE_TREATMENT"),
    "HOUSING": ("HOUSE_REBUILT", "HOUSE_REPAIRED"),
    "SOCIAL_SECURITY": ("DIBAO", "PENSION_PAID", "DISABILITY_SUPPORT"),
    "MOTIVATION": ("TV_EVENING_SCHOOL", "WORK_FOR_RELIEF"),
    "SOCIAL_HELP": ("PAIRED_UNIT", "DONATION"),
    "FINANCE": ("MICRO_LOAN", "INSURANCE"),
    "WATER": ("TAP_WATER", "WATER_SAFETY"),
    "TOURISM": ("TOURISM_EMPLOYEE", "TOURISM_SUPPLIER"),
}
_OFTEN = (
    "INDUSTRY",
    "INDUSTRY",
    "EMPLOYMENT",
    "HEALTH",
    "HEALTH",
    "EDUCATION",
    "HOUSING",
    "FINANCE",
    "SOCIAL_HELP",
    "MOTIVATION",
)
_FAILED = 0.03


def assign_helper(turn: Turn) -> Iterator[Step]:
    """The household gets its helper, and a plan."""
    life = turn.life
    if life.helper or not life.entitled:
        return
    life.helper = turn.chance.randint(1, HELPERS_PER_VILLAGE)
    on = turn.promptly()
    yield turn.tell(turn.office.township, AssignHelper, on, **helper_facts(life))
    life.plan(turn.in_days(5, 40), adopt_plan)
    if turn.happens(0.15):
        life.plan(turn.in_days(200, 700), replace_helper)
    if turn.happens(0.3):
        life.plan(turn.in_days(20, 400), link)


def replace_helper(turn: Turn) -> Iterator[Step]:
    """Another helper takes over."""
    life = turn.life
    if life.helper:
        life.helper = life.helper % HELPERS_PER_VILLAGE + 1
        yield turn.tell(turn.office.township, ReplaceHelper, turn.today, **helper_facts(life))


def helper_facts(life: Life) -> dict[str, Any]:
    """The helper's id, and the organisation that sends him."""
    return {"helper_id": life.office.helper(life.helper).user_id, "organisation": government_of(life.office.county_division)}


def adopt_plan(turn: Turn) -> Iterator[Step]:
    """The plan of the year; for some households anew in the next one."""
    life = turn.life
    if not life.entitled or not life.helper:
        return
    on = turn.promptly()
    categories = tuple(sorted({*_asked_for(turn, on), turn.chance.choice(_OFTEN)}))
    target = Decimal(turn.chance.randint(40, 80) * 100)
    helper = turn.office.helper(life.helper)
    yield turn.tell(helper, AdoptAssistancePlan, on, year=on.year, categories=categories, target_income_pc=target)
    if turn.happens(0.2):
        life.plan(date(turn.today.year + 1, 1, turn.chance.randint(3, 31)), adopt_plan)


def start_measure(turn: Turn, category: str = "") -> Iterator[Step]:
    """A measure begins: one that answers the cause of poverty first; others may follow."""
    life = turn.life
    if not life.entitled:
        return
    on = turn.promptly()
    category = category or _next_category(turn, on)
    subtype = turn.chance.choice(_MEASURES[category])
    if any(given.subtype == subtype for given in life.help.values()):
        return
    measure_id = turn.new_id()
    income = Decimal(turn.chance.randint(5, 80) * 100) if category in ("INDUSTRY", "EMPLOYMENT", "ECOLOGY", "TOURISM") else None
    yield turn.tell(
        turn.office.clerk if turn.happens(0.6) else turn.office.team,
        StartMeasure,
        on,
        measure_id=measure_id,
        category=category,
        subtype=subtype,
        unit=government_of(life.office.county_division),
        expected_income=income,
    )
    life.help[measure_id] = Help(category, subtype, on)
    life.plan(turn.in_days(120, 240), progress, measure_id)
    if len(life.help) < 2 and turn.happens(0.42):
        life.plan(turn.in_days(20, 300), start_measure)


def _next_category(turn: Turn, on: date) -> str:
    """A category that the policy asks for and the household has not, or a frequent one."""
    present = {given.category for given in turn.life.help.values()}
    missing = [c for c in _asked_for(turn, on) if c not in present]
    return turn.chance.choice(missing) if missing and not present else turn.chance.choice(_OFTEN)


def _asked_for(turn: Turn, on: date) -> list[str]:
    causes = turn.life.causes
    policy = turn.policy(on)
    return sorted(c for c in (policy.required_measures(causes[0]) if causes else ()) if c in _MEASURES)


def progress(turn: Turn, measure_id: UUID) -> Iterator[Step]:
    """A measure goes on, ends, or fails."""
    life = turn.life
    given = life.help.get(measure_id)
    if given is None:
        return
    by = turn.office.helper(life.helper) if life.helper and turn.happens(0.5) else turn.office.clerk
    on = turn.late(given.agreed_on)
    if turn.happens(_FAILED):
        del life.help[measure_id]
        yield turn.tell(turn.office.clerk, StopMeasure, on, measure_id=measure_id, reason_code="PROJECT_FAILED")
        life.plan(turn.in_days(5, 40), start_measure)
        return
    given.progress = min(100, given.progress + turn.chance.choice((30, 50, 60, 70)))
    if given.progress < 100:
        yield turn.tell(by, RecordMeasureProgress, on, measure_id=measure_id, progress_pct=given.progress)
        life.plan(turn.in_days(130, 260), progress, measure_id)
        return
    gained = Decimal(turn.chance.randint(3, 60) * 100) if given.category in ("INDUSTRY", "EMPLOYMENT") else None
    yield turn.tell(turn.office.clerk, CompleteMeasure, on, measure_id=measure_id, income_gained=gained)
    del life.help[measure_id]
    life.completed_from = max(life.completed_from or given.agreed_on, given.agreed_on)


def link(turn: Turn) -> Iterator[Step]:
    """A cooperative or enterprise carries the household along."""
    life = turn.life
    if life.entitled:
        on = turn.promptly()
        kind = turn.chance.choice(("COOPERATIVE_MEMBER", "SHAREHOLDING", "EMPLOYMENT", "CONTRACT", "TRUSTEESHIP"))
        uscc = enterprise(int(life.office.village[2:9]) * 10 + turn.chance.randint(1, 4))
        yield turn.tell(turn.office.clerk, LinkToEntity, on, entity_uscc=uscc, link_kind=kind)
        if turn.happens(0.15):
            life.plan(turn.in_days(150, 500), unlink, uscc, on)


def unlink(turn: Turn, uscc: str, linked_on: date) -> Iterator[Step]:
    """The link ends with its contract."""
    yield turn.tell(turn.office.clerk, UnlinkFromEntity, turn.late(linked_on), entity_uscc=uscc)
