"""`GET /v1/divisions/{code}/visit-figures`: home visits between two days, of a division and of those below it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.below import gathered_below
from projections.api.division_path import BRIEF, brief, division_in_scope
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.errors import Faults
from projections.api.json_schemas import count, merged, record, rows
from projections.api.labels import LABELS, Labels
from projections.api.parameters import day
from projections.api.parts import QueryParts
from projections.register.queries.fields import DAY, Document, day_number, day_text, or_null
from projections.register.queries.places import digits_below
from projections.register.queries.visits import VisitFigures, together, visit_figures
from schemas.clock import shanghai_date
from schemas.code_tables import table
from schemas.division_codes import COUNTY_DIGITS, Level

ACTION: Final = "query.totals"
LAST_DAYS: Final = 30
ROLES, FIELDS, RULES = "visitor_role", "handbook_field", "visit_flag_rule"
RATE: Final = record(
    numerator=count("Of these"),
    denominator=count("Of all"),
    percent=or_null({"type": "string", "description": "With one decimal; null: there are none", "examples": ["96.5"]}),
)
FIGURES: Final = record(
    visits=count("Visits"),
    by_role=record("By code table `visitor_role`", **{code: count(code) for code in table(ROLES).codes}),
    with_handbook=count("Of them, those at which the handbook was compared"),
    handbook={**RATE, "description": "Fields that agree / fields compared"},
    differences=record("Fields that differed, by code table `handbook_field`", **{c: count(c) for c in table(FIELDS).codes}),
    flagged={**RATE, "description": "Visits that a rule doubts / visits; they stand all the same"},
    flags=record(
        "By code table `visit_flag_rule`; a visit may be doubted by several", **{c: count(c) for c in table(RULES).codes}
    ),
    reached={**RATE, "description": "Households visited / entitled households"},
    toured_once={**RATE, "description": "The same by the township's party secretary"},
    toured_twice={**RATE, "description": "Twice or more by the township's party secretary"},
)
ANSWER: Final = record(
    division=BRIEF,
    first_day=DAY.schema,
    last_day=DAY.schema,
    total=FIGURES,
    children=rows(merged(BRIEF, FIGURES), "County-level units of the province, townships of a county; in order of codes"),
    labels=LABELS,
)


def get_division_visit_figures(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        divisions = parts.divisions()
        division = division_in_scope(divisions, question, ACTION)
        digits = COUNTY_DIGITS if division.level is Level.PROVINCE else digits_below(division.code)
        first, last = _days(parts, question.values)
        with parts.reading() as connection:
            found = visit_figures(connection, division.code, digits, first, last)
        below = [] if division.level is Level.VILLAGE else gathered_below(divisions, division, found)
        labels = Labels(parts.code_tables(), divisions)
        for name in (ROLES, FIELDS, RULES):
            for code in table(name).codes:
                labels.note_code(name, code)
        answer = {
            "division": brief(division),
            "first_day": day_text(first),
            "last_day": day_text(last),
            "total": _told(together(found.values())),
            "children": [{**brief(at), **_told(together(figures))} for at, figures in below],
        }
        return json_answer({**answer, "labels": labels.told})

    return Endpoint(
        path="/v1/divisions/{code}/visit-figures",
        name="get_division_visit_figures",
        tag="Divisions",
        summary="Figures of home visits",
        description=(
            "Visits by their day, whether the handbook agreed, which of them a rule doubts, and which of the households that are"
            " entitled now were reached. A corrected visit counts as corrected, a voided one does not. Every rate has its"
            " numerator and denominator; the children's figures add up to the division's."
        ),
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=(
            day("from", f"The first day; {LAST_DAYS} days up to the last one unless given", example="2019-01-01"),
            day("to", "The last day; today unless given", example="2019-12-31"),
        ),
        missing=("E-DIVISION-UNKNOWN",),
        problems=("E-AUTH-SCOPE", "E-DATE-FUTURE", "E-DATE-ORDER"),
        check=lambda values, faults: _check(parts, values, faults),
        view=view,
    )


def _days(parts: QueryParts, values: Mapping[str, Any]) -> tuple[int, int]:
    last = day_number(shanghai_date(parts.clock.now())) if values["to"] is None else values["to"]
    return (last - LAST_DAYS + 1 if values["from"] is None else values["from"]), last


def _check(parts: QueryParts, values: Mapping[str, Any], faults: Faults) -> None:
    today = day_number(shanghai_date(parts.clock.now()))
    first, last = _days(parts, values)
    if last > today:
        faults.add("E-DATE-FUTURE", at="to", today=day_text(today))
    if first > last:
        faults.add("E-DATE-ORDER", at="from", first="from", then="to")


def _told(of: VisitFigures) -> Document:
    return {
        "visits": of.visits,
        "by_role": _by_code(ROLES, of.by_role),
        "with_handbook": of.with_handbook,
        "handbook": _rate(of.consistent, of.compared),
        "differences": _by_code(FIELDS, of.differences),
        "flagged": _rate(of.flagged, of.visits),
        "flags": _by_code(RULES, of.flags),
        "reached": _rate(of.reached, of.entitled),
        "toured_once": _rate(of.toured_once, of.entitled),
        "toured_twice": _rate(of.toured_twice, of.entitled),
    }


def _by_code(name: str, counted: Counter[str]) -> Document:
    return {code: counted[code] for code in table(name).codes}


def _rate(numerator: int, denominator: int) -> Document:
    percent = f"{100 * numerator / denominator:.1f}" if denominator else None
    return {"numerator": numerator, "denominator": denominator, "percent": percent}
