"""A plain second opinion on the register projection: slow, without rows, written from the events' meaning alone.

`plain_shape` says what some facts make of a household on a day at an instant; `agrees` holds a projected household against the
write side's own.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from projections.register.codes import OVERLAYS, STATUSES
from projections.register.state import Household as Projected
from registry.correction import as_corrected
from registry.event import RegistryEvent
from registry.household.household import Household

EPOCH = date(1970, 1, 1)


def day_number(day: date | None) -> int | None:
    """Days since 1970."""
    return None if day is None else (day - EPOCH).days


def plain_shape(stream: Sequence[RegistryEvent], day: date, known_at: datetime) -> tuple[str, str, int, int, int] | None:
    """Status, overlay, spell number, division and size on a day, as known at an instant; None as long as there is no status."""
    status, overlay, division, size = "NONE", "NONE", 0, 0
    spells: list[int] = []
    members: set[UUID] = set()
    for _, fact in as_corrected([event for event in stream if event.timestamp <= known_at]):
        if fact is None or fact.effective_on > day:
            continue
        event: Any = fact
        name = type(event).__name__
        ledger = name == "VillageLedgerEntryUpserted"
        if hasattr(event, "to_status") and event.to_status != event.from_status and (not ledger or event.from_status == "NONE"):
            status = event.to_status
        overlay = getattr(event, "to_overlay", overlay)
        if name in ("HouseholdImported", "HouseholdFormedBySplit") or (ledger and event.from_status == "NONE"):
            division = int(event.division)
        if name == "HouseholdRelocated":
            division = int(event.to_division)
        spells = spells_after(event, spells)
        before, members = members, members_after(event, members)
        if ledger and not members:
            size = event.size
        elif before != members or name == "HouseholdClosed":
            size = len(members)
    return None if status == "NONE" else (status, overlay, spells[-1] if spells else 0, division, size)


def spells_after(event: Any, spells: list[int]) -> list[int]:
    """The numbers of the spells that count."""
    match type(event).__name__:
        case "HouseholdImported" | "HouseholdFormedBySplit":
            return [event.spell_no] if event.spell_start else []
        case "HouseholdIdentified" | "RelapseConfirmed":
            return [*spells, event.spell_no]
        case "RelapseRevoked":
            return spells[:-1]
    return spells


def members_after(event: Any, members: set[UUID]) -> set[UUID]:
    """Who lives in the household."""
    match type(event).__name__:
        case "HouseholdImported" | "HouseholdFormedBySplit":
            return members | {record["person_id"] for record in event.members}
        case "MemberAdded":
            return members | {event.person_id}
        case "MemberRemoved":
            return members - {event.person_id}
        case "HouseholdSplit" | "HouseholdMerged":
            return members - set(event.person_ids)
        case "HouseholdClosed":
            return set()
    return members


def agrees(projected: Projected, household: Household) -> None:
    """The projected household is the write side's, in all that both know."""
    assert (projected.household_id, projected.version) == (household.id.bytes, household.version)
    assert (STATUSES[projected.status], OVERLAYS[projected.overlay]) == (household.status, household.overlay)
    assert projected.status_on == day_number(household.status_since)
    assert projected.size == household.size
    assert projected.division == int(household.division)
    assert projected.head_id == (household.head.bytes if household.head else None)
    assert (projected.exited_on, projected.retention_until) == (
        day_number(household.exited_on),
        day_number(household.retention_until),
    )
    assert (projected.attribute, projected.main_cause) == (household.attribute, household.main_cause)
    assert projected.other_causes == ",".join(household.other_causes)
    assert projected.helper_id == household.helper_id
    assert projected.monitoring_category == household.monitoring_category
    assert projected.monitored_since == day_number(household.monitoring_since)
    assert projected.risks == ",".join(household.monitoring_risks)
    assert projected.review_due == day_number(household.review_due)
    members_agree(projected, household)
    spells_agree(projected, household)
    help_agrees(projected, household)


def members_agree(projected: Projected, household: Household) -> None:
    """The same people, with the same facts."""
    live = {person_id: member for person_id, member in projected.members.items() if member.live}
    assert set(live) == {person_id.bytes for person_id in household.members}
    for person_id, member in household.members.items():
        ours = live[person_id.bytes]
        assert (ours.relation, ours.sex, ours.ethnicity) == (member.relation, member.sex, member.ethnicity)
        assert ours.birth_month == day_number(member.birth_month)
        assert (ours.health, ours.insurance) == (",".join(member.health), ",".join(member.insurance))
        assert (ours.labour, ours.education, ours.school_status) == (member.labour, member.education, member.school_status)
        assert (ours.work_area, ours.social_assistance) == (member.work_area, member.social_assistance)
    ledger = household.ledger
    assert (projected.ledger is None) == (ledger is None)
    if projected.ledger is not None and ledger is not None:
        assert (projected.ledger.size, projected.ledger.labour_count) == (ledger.size, ledger.labour_count)
        assert projected.ledger.hukou_kind == ledger.hukou_kind
        assert sorted(filter(None, projected.ledger.groups.split(","))) == list(ledger.groups)


def spells_agree(projected: Projected, household: Household) -> None:
    """The same spells; of one that had ended, the read side keeps the kind of its end when the household closes."""
    ours = [(s.number, s.entry_kind, s.started_on, s.ended_on, s.voided) for s in projected.spells]
    theirs = [(s.number, s.entry_kind, day_number(s.started_on), day_number(s.ended_on), s.voided) for s in household.spells]
    assert ours == theirs
    for our, their in zip(projected.spells, household.spells, strict=True):
        assert our.end_kind == their.end_reason or their.end_reason in ("CLOSED", "MERGED")


def help_agrees(projected: Projected, household: Household) -> None:
    """The same measures, as far along, and the same findings."""
    assert set(projected.measures) == {measure_id.bytes for measure_id in household.measures}
    for measure_id, measure in household.measures.items():
        ours = projected.measures[measure_id.bytes]
        assert (ours.category, ours.subtype, ours.unit) == (measure.category, measure.subtype, measure.unit)
        assert (ours.state, ours.progress_pct or 0) == (measure.state, measure.progress_pct)
        assert ours.person_id == (measure.person_id.bytes if measure.person_id else None)
        assert ours.starts_on == day_number(measure.starts_on)
    assert projected.last_visit_on == max((day_number(visit.on) or 0 for visit in household.visits.values()), default=None)
    need = household.need
    assert projected.need_on == (day_number(need.checked_on) if need else None)
    assert projected.income_per_head == (int(need.income_per_head * 100) if need else None)
    assert projected.unmet_guarantees == (",".join(need.unmet) if need else None)
