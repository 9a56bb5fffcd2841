"""Tables of hospitals' expenses and the warnings that follow. Each row can be had again from the log, as far back as it lasts.

A row is written by whoever projects the partition that its record came from, and by nobody else.
"""

from typing import Any, Final

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table

from projections.checkpoints import checkpoint_table
from projections.database import CODE, DAY, DIVISION, FEN, ID, INSTANT, SMALL

METADATA: Final = MetaData()
CHECKPOINT: Final = checkpoint_table(METADATA)

AMOUNTS: Final = (
    "total_fee", "out_of_scope_fee", "over_limit", "pre_self_pay", "in_scope", "deductible", "basic_pay", "critical_pay",
    "commercial_pay", "civil_assist_pay", "special_fund_pay", "hospital_pay", "personal_pay", "cash_pay", "account_pay",
    "personal_in_scope",
)  # fmt: skip
"""Of a settlement, in the schema's order."""

SETTLEMENT: Final = Table(
    "settlement",
    METADATA,
    # Every version that was accepted; the one of the highest rank counts, in whichever order and partition they came.
    Column("expense_id", ID, primary_key=True),
    Column("rank", LargeBinary, primary_key=True),
    Column("partition", SMALL, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("settlement_version", Integer, nullable=False),
    # When it was last accepted: what comes twice is one row.
    Column("accepted_at", INSTANT, nullable=False),
    Column("institution", CODE, nullable=False),
    Column("person_id", ID, nullable=False),
    Column("guardian_id", ID),
    # All that follows is null in a reversal.
    Column("encounter_ref", ID),
    Column("stage", CODE),
    Column("insutype", CODE),
    Column("med_type", CODE),
    Column("care", CODE),
    Column("admitted_on", DAY),
    Column("discharged_on", DAY),
    Column("settled_at", INSTANT),
    Column("residence_division", DIVISION),
    Column("hukou_kind", CODE),
    Column("diagnosis_category", CODE),
    *(Column(name, FEN) for name in AMOUNTS),
    Index("settlement_by_person", "person_id"),
    Index("settlement_by_guardian", "guardian_id"),
    Index("settlement_by_age", "partition", "accepted_at"),
    # Who was discharged in a month is read from it alone.
    Index("settlement_by_discharge", "discharged_on", "person_id", "guardian_id", "expense_id"),
    Index("settlement_by_institution", "institution", "accepted_at", "settled_at"),
    sqlite_with_rowid=False,
)

EARLIER_ACCEPTANCE: Final = Table(
    "earlier_acceptance",
    METADATA,
    # What was accepted more than once has its last acceptance in `settlement`, and the others here: since when it was known.
    Column("expense_id", ID, primary_key=True),
    Column("rank", LargeBinary, primary_key=True),
    Column("accepted_at", INSTANT, primary_key=True, autoincrement=False),
    Column("partition", SMALL, nullable=False),
    Index("earlier_acceptance_by_age", "partition", "accepted_at"),
    sqlite_with_rowid=False,
)

DEAD_LETTER: Final = Table(
    "dead_letter",
    METADATA,
    Column("partition", SMALL, primary_key=True, autoincrement=False),
    Column("log_offset", INSTANT, primary_key=True, autoincrement=False),
    Column("institution", CODE, nullable=False),
    # Of the record in the hospital's own topic.
    Column("source_offset", INSTANT, nullable=False),
    Column("at", INSTANT, nullable=False),
    # `code:field` of each violation; what stood in a field is not here, nor the record.
    Column("reasons", CODE, nullable=False),
    # The hospital's own number of the settlement; null where that was not in order, or nobody could read it.
    Column("settlement_id", CODE),
    Index("dead_letter_by_institution", "institution", "source_offset"),
    Index("dead_letter_by_time", "institution", "at"),
    Index("dead_letter_by_age", "partition", "at"),
    sqlite_with_rowid=False,
)

HOSPITAL: Final = Table(
    "hospital",
    METADATA,
    # Those that are registered; others may report all the same.
    Column("institution", CODE, primary_key=True),
    Column("name_zh", CODE, nullable=False),
    Column("hospital_level", CODE, nullable=False),
    # The county or the township.
    Column("division", DIVISION, nullable=False),
    # Null: the policy's holds.
    Column("usual_interval_hours", Integer),
    Column("since", DAY, nullable=False),
    Column("until", DAY),
    # The version of the last event that said something of it.
    Column("changed_version", Integer, nullable=False),
    sqlite_with_rowid=False,
)

HOSPITAL_INTAKE: Final = Table(
    "hospital_intake",
    METADATA,
    # Those that were stopped at least once.
    Column("institution", CODE, primary_key=True),
    Column("stopped", SMALL, nullable=False),
    Column("changed_at", INSTANT, nullable=False),
    Column("changed_version", Integer, nullable=False),
    sqlite_with_rowid=False,
)

MEMBERSHIP: Final = Table(
    "membership",
    METADATA,
    Column("person_id", ID, primary_key=True),
    # The version of the person's stream with which it began.
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("household_id", ID, nullable=False),
    Column("joined_on", DAY, nullable=False),
    # The first day on which the person was no member any more.
    Column("left_on", DAY),
    # What a correction names, and the version of the last event that changed the row.
    Column("joined_event_id", ID, nullable=False),
    Column("left_event_id", ID),
    Column("changed_version", Integer, nullable=False),
    # Each statement of the two days, and when it was recorded (`projections/expenses/memberships.py`).
    Column("told", CODE, nullable=False),
    # Who was in a household, and when, is read from it alone.
    Index("membership_by_household", "household_id", "person_id", "version", "joined_on", "left_on"),
    sqlite_with_rowid=False,
)

WARNINGS: Final = Table(
    "warnings",
    METADATA,
    Column("stream_id", ID, primary_key=True),
    Column("version", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""How far each stream of warnings is folded."""


def _case_columns() -> list[Column[Any]]:
    """What a case is, besides its id."""
    return [
        Column("stream_id", ID, nullable=False),
        Column("subject_kind", CODE, nullable=False),
        Column("subject_id", ID, nullable=False),
        Column("warning_group", CODE, nullable=False),
        # WATCHED while it is none yet, and nobody has to do anything.
        Column("state", CODE, nullable=False),
        Column("warning_level", CODE, nullable=False),
        Column("division", DIVISION, nullable=False),
        Column("basis", FEN),
        Column("raised_at", INSTANT),
        # When the days for its verification began: with the last assignment or reopening.
        Column("begun_at", INSTANT),
        Column("due_on", DAY),
        Column("outcome_due_on", DAY),
        Column("finding", CODE),
        Column("outcome", CODE),
        Column("linked_household_id", ID),
        Column("linked_case_id", ID),
        Column("ended_on", DAY),
        Column("end_reason", CODE),
        # Who was told that which day had passed, as JSON: [["COUNTY", day], ...].
        Column("escalated", CODE, nullable=False),
        # The rules that fired with their numbers, and the settlements behind them, as JSON with ids in hexadecimal.
        Column("fired", CODE, nullable=False),
        Column("expenses", CODE, nullable=False),
        Column("changed_at", INSTANT, nullable=False),
    ]


CASE: Final = Table(
    "warning_case",
    METADATA,
    Column("case_id", ID, primary_key=True),
    *_case_columns(),
    Index("warning_case_by_state", "state", "division", "due_on"),
    Index("warning_case_by_subject", "subject_id"),
    sqlite_with_rowid=False,
)

CASE_HISTORY: Final = Table(
    "warning_history",
    METADATA,
    # A rectangle: what was true on these days, as believed from one instant until another; they never overlap.
    Column("case_id", ID, primary_key=True),
    Column("effective_from", DAY, primary_key=True, autoincrement=False),
    Column("known_from", INSTANT, primary_key=True, autoincrement=False),
    Column("effective_to", DAY, nullable=False),
    Column("known_to", INSTANT, nullable=False),
    *_case_columns(),
    Index("warning_history_by_state", "state", "division", "effective_to", "effective_from", "known_to", "known_from"),
    # With rowids: SQLite then goes to a row only where the index alone has not ruled it out, which is nearly all of them.
)

CASE_EVENT: Final = Table(
    "warning_event",
    METADATA,
    Column("case_id", ID, primary_key=True),
    # Place in the stream of the subject's warnings.
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("event_id", ID, nullable=False),
    Column("schema_id", SMALL, nullable=False),
    Column("effective_on", DAY, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    Column("division", DIVISION, nullable=False),
    Column("actor_role", CODE, nullable=False),
    Column("policy_version", CODE, nullable=False),
    # For figures. The kind is the event type's last word; the level is that after it, the days are those before it: until when
    # the case was to be verified, and since when. `word`: the one that its kind is told apart by (outcome, to whom, why).
    Column("kind", CODE, nullable=False),
    Column("warning_level", CODE, nullable=False),
    Column("due_on", DAY),
    Column("begun_at", INSTANT),
    Column("word", CODE),
    Column("stored", LargeBinary, nullable=False),
    # All that figures read: the rows themselves are long.
    Index("warning_event_by_kind", "kind", "recorded_at", "division", "due_on", "begun_at", "warning_level", "word"),
)
"""Every event of every case, as it was written."""
