"""The four sheets: households with their members, measures, home visits, and the hits of a comparison."""

from types import MappingProxyType
from typing import Final

from registry.campaigns.comparison_runs import OpenComparisonRun
from registry.campaigns.finding import FindMismatch
from registry.command import Shape
from registry.household.ledger import RecordLedgerHousehold
from registry.household.measure_progress import CompleteMeasure, RecordMeasureProgress
from registry.household.measures import StartMeasure
from registry.household.new_member import NewMember
from registry.household.opening import ImportHousehold
from registry.household.visits import RecordHomeVisit
from registry.importing.columns import Column, Form, Sheet, of_field

HOUSEHOLD_NUMBER: Final = Column("household_number", Form.IDENTIFIER, required=True)
ID_NUMBER: Final = Column("id_number", Form.IDENTIFIER)
VISITS_A_DAY: Final = 20

OPENING: Final = (
    "attribute",
    "main_cause",
    "other_causes",
    "spell_no",
    "spell_start",
    "exited_on",
    "retention_until",
    "income_pc",
)
"""Columns of the opening balance: fields of ImportHousehold."""
OPENING_ALWAYS: Final = ("attribute", "main_cause", "spell_start")
LEDGER: Final = ("labour_count", "groups", "hukou_kind")
"""Columns of the village ledger alone: fields of RecordLedgerHousehold. `size` is its field too, but any household may say it."""
MEMBER_FACTS: Final = (
    "relation",
    "sex",
    "ethnicity",
    "health",
    "labour",
    "education",
    "school_status",
    "work_area",
    "insurance",
    "social_assistance",
)
"""Columns that become fields of NewMember."""
PERSONAL: Final = ("name", "id_number", "phone", "account", "address", "disability_certificate")
"""Columns that go to the vault and nowhere else."""
MEMBER_ALWAYS: Final = ("name", "id_number", "relation", "ethnicity", "labour", "education")
MEMBER: Final = frozenset({*PERSONAL, *MEMBER_FACTS, "birth_date"})

HOUSEHOLDS: Final = Sheet(
    "HOUSEHOLDS",
    (
        HOUSEHOLD_NUMBER,
        Column("division", Form.IDENTIFIER, required=True, once=True),
        of_field(ImportHousehold, "to_status", "status", required=True, once=True),
        of_field(ImportHousehold, "effective_on"),
        *(of_field(ImportHousehold, name) for name in OPENING),
        *(of_field(RecordLedgerHousehold, name) for name in ("size", *LEDGER)),
        Column("name", Form.TEXT),
        ID_NUMBER,
        *(of_field(NewMember, name) for name in ("relation", "sex")),
        of_field(NewMember, "birth_month", "birth_date"),
        *(of_field(NewMember, name) for name in MEMBER_FACTS[2:]),
        Column("phone", Form.IDENTIFIER),
        Column("account", Form.IDENTIFIER),
        Column("address", Form.TEXT),
        Column("disability_certificate", Form.IDENTIFIER),
    ),
    together=(frozenset(OPENING_ALWAYS), frozenset(MEMBER_ALWAYS)),
)

STARTING: Final = ("unit", "starts_on", "planned_until", "expected_income")
MEASURES: Final = Sheet(
    "MEASURES",
    (
        HOUSEHOLD_NUMBER,
        ID_NUMBER,
        Column("action", Form.CODE, Shape(table="measure_action"), required=True),
        of_field(StartMeasure, "effective_on", required=True),
        of_field(StartMeasure, "category", required=True),
        of_field(StartMeasure, "subtype", required=True),
        Column("unit", Form.IDENTIFIER),
        *(of_field(StartMeasure, name) for name in STARTING[1:]),
        of_field(RecordMeasureProgress, "progress_pct"),
        of_field(CompleteMeasure, "income_gained"),
    ),
)

VISIT_FACTS: Final = ("visitor_role", "visitor_id", "purpose", "minutes")
VISITS: Final = Sheet(
    "VISITS",
    (
        HOUSEHOLD_NUMBER,
        of_field(RecordHomeVisit, "effective_on", required=True),
        Column("visit_no", Form.WHOLE, Shape(minimum=1, maximum=VISITS_A_DAY)),
        *(of_field(RecordHomeVisit, name, required=True) for name in VISIT_FACTS),
        of_field(RecordHomeVisit, "fields_compared"),
        of_field(RecordHomeVisit, "differences"),
    ),
)

MISMATCHES: Final = Sheet(
    "MISMATCHES",
    (
        of_field(OpenComparisonRun, "year", required=True),
        of_field(OpenComparisonRun, "half", required=True),
        of_field(FindMismatch, "effective_on", required=True),
        of_field(FindMismatch, "sector", required=True),
        of_field(FindMismatch, "rule", required=True),
        ID_NUMBER,
        Column("household_number", Form.IDENTIFIER),
    ),
)

SHEETS: Final = MappingProxyType({sheet.kind: sheet for sheet in (HOUSEHOLDS, MEASURES, VISITS, MISMATCHES)})
"""By their code of table import_kind."""
