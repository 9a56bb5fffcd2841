"""The division that a path names, and how divisions are told."""

from typing import Any, Final

from projections.api.access import require_scope
from projections.api.endpoint import Question
from projections.api.errors import refuse
from projections.api.json_schemas import record, words
from projections.register.queries.fields import DAY, DIVISION, FLAG, Document, or_null
from schemas.code_tables import table
from schemas.divisions import SINCE_BEFORE_THE_REGISTER, Division, Divisions

LEVEL: Final[dict[str, Any]] = {"type": "string", "enum": list(table("division_level").codes), "examples": ["COUNTY"]}
BRIEF: Final = record(
    code=DIVISION.schema,
    level=or_null(LEVEL),
    zh=words("Chinese name", "临高县"),
    en=words("English name, or the Chinese one where there is none", "Lingao"),
)
WHOLE_DIVISION: Final = record(
    **BRIEF["properties"],
    parent=or_null(DIVISION.schema),
    national_poverty_county=FLAG.schema,
    valid_from=or_null({**DAY.schema, "description": "Its first day; null: since before the register"}),
    valid_to=or_null({**DAY.schema, "description": "Its last day; null: it holds"}),
)


def division_of(divisions: Divisions, question: Question) -> Division:
    """The division of the path. Raises QueryRefused (E-DIVISION-UNKNOWN)."""
    code = question.path["code"]
    division = divisions.get(code)
    if division is None:
        refuse("E-DIVISION-UNKNOWN", at="code", status=404, division=code)
    return division


def division_in_scope(divisions: Divisions, question: Question, action: str) -> Division:
    """The same, within the actor's own. Raises QueryRefused (E-DIVISION-UNKNOWN, E-AUTH-SCOPE)."""
    division = division_of(divisions, question)
    require_scope(question.actor, action, division.code, at="code")
    return division


def brief(division: Division) -> Document:
    """Code, level and names."""
    return {"code": division.code, "level": division.level.name, "zh": division.name("zh"), "en": division.name("en")}


def whole(division: Division) -> Document:
    """All that is known of a division."""
    return {
        **brief(division),
        "parent": division.parent or None,
        "national_poverty_county": division.national_poverty_county,
        "valid_from": None if division.valid_from == SINCE_BEFORE_THE_REGISTER else division.valid_from.isoformat(),
        "valid_to": None if division.valid_to is None else division.valid_to.isoformat(),
    }
