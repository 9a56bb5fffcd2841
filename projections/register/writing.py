"""A folded batch into the tables, within the transaction that moves the checkpoints."""

from collections.abc import Iterable, Iterator
from itertools import chain

from sqlalchemy import Connection, Table

from projections.bulk import add_to_rows, delete_rows, insert_rows, update_rows, upsert_rows
from projections.register.batch import Batch, Row
from projections.register.history import Rewrites
from projections.register.state import Household, Rectangle
from projections.register.tables import (
    CAMPAIGN,
    CAMPAIGN_END,
    COMPLAINT_STEP,
    CUT,
    DIVISION_EXIT,
    DIVISIONS,
    EXIT_PLAN,
    FINDING_STEP,
    FLOW,
    HISTORY,
    HOUSEHOLD,
    LEDGER_ENTRY,
    MEASURE,
    MEMBER,
    MISMATCH_STEP,
    SAMPLE,
    SAMPLE_CHECK,
    SAMPLE_HOUSEHOLD,
    SPELL,
    STOCK_AT_CUT,
    SWEEP_STEP,
    SYNC_EVENT,
    TEAM_COUNTY,
    TIMELINE,
    VISIT,
    VISIT_FLAG,
)

_PARTS = (MEMBER, MEASURE, SPELL, LEDGER_ENTRY)


def write_batch(connection: Connection, batch: Batch) -> None:
    """Write everything. The households of the batch are then as their rows say; what of them changed is forgotten."""
    insert_rows(connection, TIMELINE, list(chain.from_iterable(batch.timeline.values())))
    insert_rows(connection, VISIT, batch.visits)
    insert_rows(connection, VISIT_FLAG, batch.visit_flags)
    for table in (TIMELINE, VISIT, VISIT_FLAG):
        update_rows(connection, table, ("replaced_by",), batch.replaced)
    _write_households(connection, batch.households.values())
    _write_history(connection, batch.history)
    add_to_rows(connection, FLOW, batch.flows.rows(), ("households", "persons"))
    insert_rows(connection, CUT, batch.cuts)
    insert_rows(connection, STOCK_AT_CUT, batch.stocks)
    upsert_rows(connection, DIVISIONS, list(batch.divisions.values()))
    upsert_rows(connection, SAMPLE, batch.samples)
    upsert_rows(connection, SAMPLE_HOUSEHOLD, batch.sample_households)
    upsert_rows(connection, SAMPLE_CHECK, list(batch.sample_checks.values()))
    upsert_rows(connection, SYNC_EVENT, batch.sync_events)
    upsert_rows(connection, CAMPAIGN, batch.campaigns)
    upsert_rows(connection, CAMPAIGN_END, batch.campaign_ends)
    upsert_rows(connection, MISMATCH_STEP, batch.mismatch_steps)
    upsert_rows(connection, SWEEP_STEP, batch.sweep_steps)
    upsert_rows(connection, TEAM_COUNTY, batch.team_counties)
    upsert_rows(connection, EXIT_PLAN, batch.exit_plans)
    upsert_rows(connection, DIVISION_EXIT, batch.exit_steps)
    upsert_rows(connection, FINDING_STEP, batch.finding_steps)
    upsert_rows(connection, COMPLAINT_STEP, batch.complaint_steps)


def _write_households(connection: Connection, households: Iterable[Household]) -> None:
    rows: dict[Table, list[Row]] = {table: [] for table in (HOUSEHOLD, *_PARTS)}
    anew = []
    for household in households:
        rows[HOUSEHOLD].append(household_row(household))
        changes = household.changes
        if changes.anew:
            anew.append((household.household_id,))
        if changes.members:
            rows[MEMBER] += member_rows(household, changes.members)
        if changes.measures:
            rows[MEASURE] += measure_rows(household, changes.measures)
        if changes.spells or changes.anew:
            rows[SPELL] += spell_rows(household)
        if household.ledger is not None and (changes.ledger or changes.anew):
            rows[LEDGER_ENTRY].append(ledger_row(household))
        changes.forget()
    for table in _PARTS:
        delete_rows(connection, table, ("household_id",), anew)
    for table, found in rows.items():
        upsert_rows(connection, table, found)


def household_row(h: Household) -> Row:
    """The household's own row."""
    spell = h.spell
    live = [measure.category for measure in h.measures.values() if measure.live] if h.measures else ()
    return (
        h.household_id,
        h.partition,
        h.version,
        h.position,
        h.recorded_at,
        h.division,
        h.status,
        h.status_on,
        h.overlay,
        h.size,
        h.ordered_on,
        h.head_id,
        spell.number if spell else 0,
        spell.entry_kind if spell else "",
        spell.started_on if spell else None,
        h.exited_on,
        h.retention_until,
        h.attribute,
        h.main_cause,
        h.other_causes,
        h.helper_id,
        h.last_visit_on,
        h.need_on,
        h.income_per_head,
        h.unmet_guarantees,
        h.monitoring_category,
        h.monitored_since,
        h.risks,
        h.review_due,
        len(live),
        ",".join(sorted(set(live))),
    )


def member_rows(household: Household, person_ids: Iterable[bytes]) -> Iterator[Row]:
    """Rows of these members."""
    for person_id in person_ids:
        m = household.members[person_id]
        yield (
            household.household_id,
            person_id,
            m.relation,
            m.sex,
            m.birth_month,
            m.ethnicity,
            m.facts_on,
            m.health,
            m.labour,
            m.education,
            m.school_status,
            m.work_area,
            m.insurance,
            m.assistance_on,
            m.social_assistance,
            m.assistance_past,
            m.joined_on,
            m.left_on,
            m.left_reason,
        )


def measure_rows(household: Household, measure_ids: Iterable[bytes]) -> Iterator[Row]:
    """Rows of these measures."""
    for measure_id in measure_ids:
        m = household.measures[measure_id]
        yield (
            household.household_id,
            measure_id,
            m.category,
            m.subtype,
            m.unit,
            m.person_id,
            m.starts_on,
            m.planned_until,
            m.expected_income,
            m.state,
            m.state_on,
            m.state_reason,
            m.income_gained,
            m.progress_pct,
            m.progress_on,
        )


def spell_rows(household: Household) -> Iterator[Row]:
    """Rows of all spells, voided ones too."""
    for ordinal, s in enumerate(household.spells):
        yield (
            household.household_id,
            ordinal,
            s.number,
            s.entry_kind,
            s.started_on,
            s.main_cause,
            s.ended_on,
            s.end_kind,
            s.end_reason,
            s.voided,
        )


def ledger_row(household: Household) -> Row:
    """The row of the village ledger."""
    entry = household.ledger
    assert entry is not None
    return household.household_id, entry.entered_on, entry.size, entry.labour_count, entry.groups, entry.hukou_kind


def _write_history(connection: Connection, rewrites: Rewrites) -> None:
    """Stored rectangles that ceased to be believed, then new ones; none that was never believed for an instant."""
    never = [_key(h, r) for h, r in rewrites.ceased if r.known_to == r.known_from]
    ended = [(r.known_to, *_key(h, r)) for h, r in rewrites.ceased if r.known_to != r.known_from]
    begun = [(h, r) for h, r in rewrites.begun if r.known_to != r.known_from]
    delete_rows(connection, HISTORY, tuple(HISTORY.primary_key.columns.keys()), never)
    update_rows(connection, HISTORY, ("known_to",), ended)
    insert_rows(connection, HISTORY, [_rectangle_row(h, r) for h, r in begun])
    for _, rectangle in begun:
        rectangle.stored = True


def _key(household_id: bytes, r: Rectangle) -> Row:
    return r.shape[3], household_id, r.effective_from, r.known_from


def _rectangle_row(household_id: bytes, r: Rectangle) -> Row:
    status, overlay, spell_no, _, size = r.shape
    return *_key(household_id, r), r.effective_to, r.known_to, status, overlay, spell_no, size
