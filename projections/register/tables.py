"""The register's tables. Each row can be had again from the log; nothing is kept here that the log does not say."""

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, Table

from projections.checkpoints import checkpoint_table
from projections.database import CODE, DAY, DIVISION, FEN, ID, INSTANT, SMALL
from projections.register.campaign_tables import CAMPAIGN as CAMPAIGN
from projections.register.campaign_tables import CAMPAIGN_END as CAMPAIGN_END
from projections.register.campaign_tables import MISMATCH_STEP as MISMATCH_STEP
from projections.register.campaign_tables import SWEEP_STEP as SWEEP_STEP
from projections.register.metadata import METADATA as METADATA
from projections.register.supervision_tables import COMPLAINT_STEP as COMPLAINT_STEP
from projections.register.supervision_tables import FINDING_STEP as FINDING_STEP
from projections.register.supervision_tables import TEAM_COUNTY as TEAM_COUNTY

CHECKPOINT: Final = checkpoint_table(METADATA)

HOUSEHOLD: Final = Table(
    "household",
    METADATA,
    Column("household_id", ID, primary_key=True),
    Column("partition", SMALL, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", INSTANT, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    Column("division", DIVISION, nullable=False),
    Column("status", SMALL, nullable=False),
    Column("status_on", DAY, nullable=False),
    Column("overlay", SMALL, nullable=False),
    Column("size", SMALL, nullable=False),
    # The latest effective day of a fact that shapes the history: one of an earlier day comes late.
    Column("ordered_on", DAY, nullable=False),
    Column("head_id", ID),
    Column("spell_no", SMALL, nullable=False),
    Column("entry_kind", CODE, nullable=False),
    Column("spell_started_on", DAY),
    Column("exited_on", DAY),
    Column("retention_until", DAY),
    Column("attribute", CODE, nullable=False),
    Column("main_cause", CODE, nullable=False),
    Column("other_causes", CODE, nullable=False),
    Column("helper_id", CODE, nullable=False),
    Column("last_visit_on", DAY),
    Column("need_on", DAY),
    Column("income_per_head", FEN),
    Column("unmet_guarantees", CODE),
    Column("monitoring_category", CODE, nullable=False),
    Column("monitored_since", DAY),
    Column("risks", CODE, nullable=False),
    Column("review_due", DAY),
    Column("live_measures", SMALL, nullable=False),
    Column("live_categories", CODE, nullable=False),
    Index("household_by_division", "division", "status", "overlay", "size"),
    Index("household_by_partition", "partition", "status", "division", "size"),
    sqlite_with_rowid=False,
)

MEMBER: Final = Table(
    "member",
    METADATA,
    Column("household_id", ID, primary_key=True),
    Column("person_id", ID, primary_key=True),
    Column("relation", CODE, nullable=False),
    Column("sex", CODE, nullable=False),
    Column("birth_month", DAY),
    Column("ethnicity", CODE, nullable=False),
    Column("facts_on", DAY),
    Column("health", CODE, nullable=False),
    Column("labour", CODE, nullable=False),
    Column("education", CODE, nullable=False),
    Column("school_status", CODE, nullable=False),
    Column("work_area", CODE),
    Column("insurance", CODE, nullable=False),
    Column("assistance_on", DAY),
    Column("social_assistance", CODE, nullable=False),
    # What it was from which day on (`projections/register/past_assistance.py`): the column before knows only the last.
    Column("assistance_past", CODE, nullable=False),
    Column("joined_on", DAY),
    Column("left_on", DAY),
    Column("left_reason", CODE),
    Index("member_by_person", "person_id"),
    sqlite_with_rowid=False,
)

SPELL: Final = Table(
    "spell",
    METADATA,
    Column("household_id", ID, primary_key=True),
    Column("ordinal", SMALL, primary_key=True, autoincrement=False),
    Column("spell_no", SMALL, nullable=False),
    Column("entry_kind", CODE, nullable=False),
    Column("started_on", DAY),
    Column("main_cause", CODE, nullable=False),
    Column("ended_on", DAY),
    Column("end_kind", CODE),
    Column("end_reason", CODE),
    Column("voided", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

MEASURE: Final = Table(
    "measure",
    METADATA,
    Column("household_id", ID, primary_key=True),
    Column("measure_id", ID, primary_key=True),
    Column("category", CODE, nullable=False),
    Column("subtype", CODE, nullable=False),
    Column("unit", CODE, nullable=False),
    Column("person_id", ID),
    Column("starts_on", DAY),
    Column("planned_until", DAY),
    Column("expected_income", FEN),
    Column("state", CODE, nullable=False),
    Column("state_on", DAY, nullable=False),
    Column("state_reason", CODE),
    Column("income_gained", FEN),
    Column("progress_pct", SMALL),
    Column("progress_on", DAY),
    sqlite_with_rowid=False,
)

LEDGER_ENTRY: Final = Table(
    "ledger_entry",
    METADATA,
    Column("household_id", ID, primary_key=True),
    Column("entered_on", DAY, nullable=False),
    Column("size", SMALL, nullable=False),
    Column("labour_count", SMALL, nullable=False),
    Column("groups", CODE, nullable=False),
    Column("hukou_kind", CODE, nullable=False),
    sqlite_with_rowid=False,
)

TIMELINE: Final = Table(
    "timeline",
    METADATA,
    Column("household_id", ID, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("event_id", ID, nullable=False),
    Column("schema_id", SMALL, nullable=False),
    Column("effective_on", DAY, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    Column("position", INSTANT, nullable=False),
    Column("actor_role", CODE, nullable=False),
    Column("policy_version", CODE, nullable=False),
    Column("corrects", ID),
    # The version of the correction or voiding that replaced this fact, if any.
    Column("replaced_by", Integer),
    # With the event's bytes a row is too wide for a tree without row ids: these are appended, and found by a narrow index.
    Column("stored", LargeBinary, nullable=False),
    # What was learnt in a week, among all that ever was. It grows at its end: time does not go back in a partition.
    Index("timeline_by_recorded_at", "recorded_at"),
)

HISTORY: Final = Table(
    "register_history",
    METADATA,
    Column("division", DIVISION, primary_key=True, autoincrement=False),
    Column("household_id", ID, primary_key=True),
    Column("effective_from", DAY, primary_key=True, autoincrement=False),
    Column("known_from", INSTANT, primary_key=True, autoincrement=False),
    Column("effective_to", DAY, nullable=False),
    Column("known_to", INSTANT, nullable=False),
    Column("status", SMALL, nullable=False),
    Column("overlay", SMALL, nullable=False),
    Column("spell_no", SMALL, nullable=False),
    Column("size", SMALL, nullable=False),
    Index("register_history_by_household", "household_id", "known_to"),
    sqlite_with_rowid=False,
)

FLOW: Final = Table(
    "flow",
    METADATA,
    Column("partition", SMALL, primary_key=True, autoincrement=False),
    # How many periods had been closed in the partition before: a bucket lies between two cuts.
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("division", DIVISION, primary_key=True, autoincrement=False),
    Column("stock", SMALL, primary_key=True, autoincrement=False),
    Column("kind", CODE, primary_key=True),
    # Where the other side of a move within the stock lies; 0 for every other flow.
    Column("other_division", DIVISION, primary_key=True, autoincrement=False),
    Column("households", Integer, nullable=False),
    Column("persons", Integer, nullable=False),
    sqlite_with_rowid=False,
)

CUT: Final = Table(
    "cut",
    METADATA,
    Column("partition", SMALL, primary_key=True, autoincrement=False),
    # The bucket that it ends.
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("period_kind", CODE, nullable=False),
    Column("period", CODE, nullable=False),
    Column("cut_off", INSTANT, nullable=False),
    Column("position", INSTANT, nullable=False),
    sqlite_with_rowid=False,
)

STOCK_AT_CUT: Final = Table(
    "stock_at_cut",
    METADATA,
    Column("partition", SMALL, primary_key=True, autoincrement=False),
    Column("division", DIVISION, primary_key=True, autoincrement=False),
    Column("stock", SMALL, primary_key=True, autoincrement=False),
    # A row holds from this cut on, until a later one of the same division and stock.
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("households", Integer, nullable=False),
    Column("persons", Integer, nullable=False),
    sqlite_with_rowid=False,
)

DIVISIONS: Final = Table(
    "division",
    METADATA,
    # Divisions as the editions in the log tell them: villages; those above them are shipped with the register too.
    Column("division", DIVISION, primary_key=True, autoincrement=False),
    Column("level", CODE, nullable=False),
    Column("name_zh", CODE, nullable=False),
    Column("name_en", CODE, nullable=False),
    Column("parent", DIVISION, nullable=False),
    Column("valid_from", DAY, nullable=False),
    # Its last day.
    Column("valid_to", DAY),
    sqlite_with_rowid=False,
)

VISIT: Final = Table(
    "visit",
    METADATA,
    # A row for every wording of a visit, by the version of its event; the one that holds was not replaced.
    Column("household_id", ID, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("visit_id", ID, nullable=False),
    Column("division", DIVISION, nullable=False),
    Column("visited_on", DAY, nullable=False),
    # When, by whom and through which door it was first entered, whatever was corrected later.
    Column("entered_at", INSTANT, nullable=False),
    Column("entered_by", CODE, nullable=False),
    Column("source", CODE, nullable=False),
    Column("visitor_role", CODE, nullable=False),
    Column("visitor_id", CODE, nullable=False),
    Column("purpose", CODE, nullable=False),
    Column("minutes", SMALL, nullable=False),
    Column("fields_compared", SMALL, nullable=False),
    Column("differences", CODE, nullable=False),
    # SHA-256 of the written note, where there is one.
    Column("note", LargeBinary(32)),
    Column("replaced_by", Integer),
    Index("visit_by_division", "division", "visited_on"),
    sqlite_with_rowid=False,
)

VISIT_FLAG: Final = Table(
    "visit_flag",
    METADATA,
    Column("household_id", ID, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("visit_id", ID, nullable=False),
    Column("rule", CODE, nullable=False),
    Column("flagged_on", DAY, nullable=False),
    Column("replaced_by", Integer),
    sqlite_with_rowid=False,
)

SAMPLE: Final = Table(
    "sample",
    METADATA,
    Column("sample_id", ID, primary_key=True),
    Column("division", DIVISION, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("drawn_on", DAY, nullable=False),
    Column("seed", CODE, nullable=False),
    Column("as_of", DAY, nullable=False),
    Column("known_at", INSTANT, nullable=False),
    Column("frame_size", Integer, nullable=False),
    Column("frame_sha256", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)

SAMPLE_HOUSEHOLD: Final = Table(
    "sample_household",
    METADATA,
    Column("sample_id", ID, primary_key=True),
    # Its place in the order of the lot.
    Column("ordinal", SMALL, primary_key=True, autoincrement=False),
    Column("household_id", ID, nullable=False),
    sqlite_with_rowid=False,
)

SAMPLE_CHECK: Final = Table(
    "sample_check",
    METADATA,
    # What was found last at a household of a sample.
    Column("sample_id", ID, primary_key=True),
    Column("household_id", ID, primary_key=True),
    Column("result", CODE, nullable=False),
    Column("persons", SMALL, nullable=False),
    Column("checked_on", DAY, nullable=False),
    sqlite_with_rowid=False,
)

SYNC_EVENT: Final = Table(
    "sync_event",
    METADATA,
    # What was found to differ from the national system, and what came of it; of a field the newest holds.
    Column("household_id", ID, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("division", DIVISION, nullable=False),
    Column("field", CODE, nullable=False),
    Column("on_day", DAY, nullable=False),
    # Empty where it was found.
    Column("outcome", CODE, nullable=False),
    Index("sync_event_by_division", "division"),
    sqlite_with_rowid=False,
)

EXIT_PLAN: Final = Table(
    "exit_plan",
    METADATA,
    # The place; every plan that was ever set for it, the newest of a year holds.
    Column("division", DIVISION, primary_key=True, autoincrement=False),
    Column("year", SMALL, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("recorded_at", INSTANT, nullable=False),
    Column("effective_on", DAY, nullable=False),
    Column("persons", Integer, nullable=False),
    Column("households", Integer),
    Column("villages", Integer, nullable=False),
    Column("counties", Integer, nullable=False),
    sqlite_with_rowid=False,
)

DIVISION_EXIT: Final = Table(
    "division_exit",
    METADATA,
    # A village or a county-level unit; every step of its exit.
    Column("division", DIVISION, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("recorded_at", INSTANT, nullable=False),
    Column("effective_on", DAY, nullable=False),
    Column("step", CODE, nullable=False),
    Column("poor_persons", Integer),
    Column("rural_persons", Integer),
    sqlite_with_rowid=False,
)
