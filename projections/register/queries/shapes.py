"""What is told of a household: itself, and what belongs to it."""

from typing import Final

from projections.register.queries.fields import (
    CODES,
    DAY,
    DIVISION,
    FLAG,
    ID,
    INSTANT,
    ORDINAL,
    OVERLAY,
    STATUS,
    TEXT,
    WHOLE,
    YUAN,
    Field,
    Shape,
)
from projections.register.tables import HISTORY, HOUSEHOLD, LEDGER_ENTRY, MEASURE, MEMBER, SPELL

_H = HOUSEHOLD.c
HOUSEHOLD_SHAPE: Final = Shape(
    [
        Field("household_id", _H.household_id, ID, "The household", always=True),
        Field("version", _H.version, WHOLE, "How many events it has: what ETag and min_version speak of", always=True),
        Field("recorded_at", _H.recorded_at, INSTANT, "When the register learnt the last of them", always=True),
        Field("division", _H.division, DIVISION, "Its village", always=True),
        Field("status", _H.status, STATUS, "Register status", "register_status", always=True),
        Field("status_on", _H.status_on, DAY, "Since when", always=True),
        Field("overlay", _H.overlay, OVERLAY, "Monitoring overlay", "monitoring_state", always=True),
        Field("size", _H.size, WHOLE, "How many persons live in it", always=True),
        Field("head_id", _H.head_id, ID, "The head's person id"),
        Field("spell_no", _H.spell_no, ORDINAL, "Number of the poverty spell that counts"),
        Field("entry_kind", _H.entry_kind, TEXT, "How that spell began", "entry_kind"),
        Field("spell_started_on", _H.spell_started_on, DAY, "When that spell began"),
        Field("exited_on", _H.exited_on, DAY, "When the household left poverty"),
        Field("retention_until", _H.retention_until, DAY, "Until when it keeps its policies after the exit"),
        Field("attribute", _H.attribute, TEXT, "What kind of poor household it is", "household_attribute"),
        Field("main_cause", _H.main_cause, TEXT, "Main cause of poverty", "poverty_cause"),
        Field("other_causes", _H.other_causes, CODES, "Other causes", "poverty_cause", always=True),
        Field("helper_id", _H.helper_id, TEXT, "The responsible helper, by opaque id"),
        Field("last_visit_on", _H.last_visit_on, DAY, "The last home visit"),
        Field("checked_on", _H.need_on, DAY, "The home check or exit verification that the next two are from"),
        Field("income_per_head", _H.income_per_head, YUAN, "Net income less own medical payments, per head and year"),
        Field("unmet_guarantees", _H.unmet_guarantees, CODES, "Guarantees that were not met", "guarantee_dimension"),
        Field("monitoring_category", _H.monitoring_category, TEXT, "Why it is or was monitored", "monitoring_category"),
        Field("monitored_since", _H.monitored_since, DAY, "Since when it is monitored"),
        Field("risks", _H.risks, CODES, "Risks that were seen", "risk_type", always=True),
        Field("review_due", _H.review_due, DAY, "When the monitoring has to be reviewed"),
        Field("live_measures", _H.live_measures, WHOLE, "How many assistance measures run", always=True),
        Field("live_categories", _H.live_categories, CODES, "Their categories", "measure_category", always=True),
    ]
)

_M = MEMBER.c
MEMBER_SHAPE: Final = Shape(
    [
        Field("person_id", _M.person_id, ID, "The person; who that is only the vault knows", always=True),
        Field("relation", _M.relation, TEXT, "Relation to the head", "relation"),
        Field("sex", _M.sex, TEXT, "Sex", "sex"),
        Field("birth_month", _M.birth_month, DAY, "The first day of the month of birth"),
        Field("ethnicity", _M.ethnicity, TEXT, "Ethnic group", "ethnicity"),
        Field("health", _M.health, CODES, "Health", "health_status", always=True),
        Field("labour", _M.labour, TEXT, "Ability to work", "labour_ability"),
        Field("education", _M.education, TEXT, "Education", "education"),
        Field("school_status", _M.school_status, TEXT, "At school", "school_status"),
        Field("work_area", _M.work_area, TEXT, "Where the person works", "work_area"),
        Field("insurance", _M.insurance, CODES, "Insured by", "insurance_scheme", always=True),
        Field("social_assistance", _M.social_assistance, TEXT, "Social assistance", "social_assistance"),
        Field("joined_on", _M.joined_on, DAY, "Member since"),
        Field("left_on", _M.left_on, DAY, "Left on"),
        Field("left_reason", _M.left_reason, TEXT, "Why", "member_remove_reason"),
    ]
)

_S = SPELL.c
SPELL_SHAPE: Final = Shape(
    [
        Field("spell_no", _S.spell_no, WHOLE, "Number of the spell", always=True),
        Field("entry_kind", _S.entry_kind, TEXT, "How it began", "entry_kind"),
        Field("started_on", _S.started_on, DAY, "When it began"),
        Field("main_cause", _S.main_cause, TEXT, "Main cause of poverty", "poverty_cause"),
        Field("ended_on", _S.ended_on, DAY, "When it ended"),
        Field("end_kind", _S.end_kind, TEXT, "How it ended", "spell_end"),
        Field("end_reason", _S.end_reason, TEXT, "Why it ended"),
        Field("voided", _S.voided, FLAG, "It does not count: its relapse was revoked", always=True),
    ]
)

SPELL_END_REASONS: Final = {
    "CLEARED_OUT": "clear_out_reason",
    "CLOSED": "close_reason",
    "MERGED": "close_reason",
    "REVOKED": "relapse_revoke_reason",
}
"""How a spell ended -> the code table of why."""

_A = MEASURE.c
MEASURE_SHAPE: Final = Shape(
    [
        Field("measure_id", _A.measure_id, ID, "The measure", always=True),
        Field("category", _A.category, TEXT, "Category", "measure_category"),
        Field("subtype", _A.subtype, TEXT, "Kind within the category", "measure_subtype"),
        Field("unit", _A.unit, TEXT, "Who is responsible, by opaque id"),
        Field("person_id", _A.person_id, ID, "The member that it is for, if one"),
        Field("starts_on", _A.starts_on, DAY, "From when"),
        Field("planned_until", _A.planned_until, DAY, "Planned until"),
        Field("expected_income", _A.expected_income, YUAN, "Income that is expected of it in a year"),
        Field("state", _A.state, TEXT, "Whether it runs", "measure_state"),
        Field("state_on", _A.state_on, DAY, "Since when", always=True),
        Field("state_reason", _A.state_reason, TEXT, "Why it stopped", "measure_stop_reason"),
        Field("income_gained", _A.income_gained, YUAN, "Income that it brought"),
        Field("progress_pct", _A.progress_pct, WHOLE, "Progress in per cent"),
        Field("progress_on", _A.progress_on, DAY, "As of when"),
    ]
)

_L = LEDGER_ENTRY.c
LEDGER_SHAPE: Final = Shape(
    [
        Field("entered_on", _L.entered_on, DAY, "Entered in the village ledger on", always=True),
        Field("size", _L.size, WHOLE, "Persons as entered", always=True),
        Field("labour_count", _L.labour_count, WHOLE, "Of these able to work, as entered", always=True),
        Field("groups", _L.groups, CODES, "Groups of the comparison sweep", "sweep_group", always=True),
        Field("hukou_kind", _L.hukou_kind, TEXT, "Kind of household registration", "hukou_kind"),
    ]
)

_B = HISTORY.c
BELIEF_SHAPE: Final = Shape(
    [
        Field("household_id", _B.household_id, ID, "The household", always=True),
        Field("division", _B.division, DIVISION, "Its village then", always=True),
        Field("status", _B.status, STATUS, "Register status then", "register_status", always=True),
        Field("overlay", _B.overlay, OVERLAY, "Monitoring overlay then", "monitoring_state", always=True),
        Field("spell_no", _B.spell_no, ORDINAL, "Number of the poverty spell then"),
        Field("size", _B.size, WHOLE, "How many persons lived in it then", always=True),
    ]
)
