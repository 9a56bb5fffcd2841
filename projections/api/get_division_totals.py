"""`GET /v1/divisions/{code}/totals`: households and persons by status and overlay, of a division and of those below it."""

from collections.abc import Sequence
from typing import Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.division_path import BRIEF, brief, division_in_scope
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.errors import refuse
from projections.api.figures import FIGURES, figures, note_words
from projections.api.json_schemas import merged, record, rows
from projections.api.labels import LABELS, Labels
from projections.api.moment_parameters import MOMENT, MOMENT_TOLD, check_moment, is_now, moment_of, moment_told
from projections.api.parameters import choice
from projections.api.parts import QueryParts
from projections.register.queries.fields import Document
from projections.register.queries.places import digits_below
from projections.register.queries.totals import Cell, totals_now, totals_then
from schemas.division_codes import COUNTY_DIGITS, DivisionUnknown, Level, reporting_unit
from schemas.divisions import Division, Divisions

ACTION: Final = "query.totals"
CHILDREN, REPORTING_UNITS = "children", "reporting_units"
BY: Final = choice(
    "by",
    "What the province is divided into: the divisions directly below, or the county-level units of its reports",
    (CHILDREN, REPORTING_UNITS),
    default=CHILDREN,
    example=REPORTING_UNITS,
)
ANSWER: Final = record(
    division=BRIEF, **MOMENT_TOLD, total=FIGURES, children=rows(merged(BRIEF, FIGURES), "In order of codes"), labels=LABELS
)


def get_division_totals(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        divisions = parts.divisions()
        division = division_in_scope(divisions, question, ACTION)
        by_units = question.values["by"] == REPORTING_UNITS
        if by_units and division.level is not Level.PROVINCE:
            refuse("E-FIELD-NOT-ALLOWED", at="by")
        digits = COUNTY_DIGITS if by_units else digits_below(division.code)
        with parts.reading() as connection:
            moment = None if is_now(question.values) else moment_of(connection, question.values)
            if moment is None:
                cells = totals_now(connection, division.code, digits)
            else:
                cells = totals_then(connection, division.code, digits, moment)
        labels = Labels(parts.code_tables(), divisions)
        note_words(labels)
        children = _by_unit(divisions, cells) if by_units else _by_child(divisions, division, cells)
        told = {"division": brief(division), **moment_told(moment), "total": figures(cells), "children": children}
        return json_answer({**told, "labels": labels.told})

    return Endpoint(
        path="/v1/divisions/{code}/totals",
        name="get_division_totals",
        tag="Divisions",
        summary="Totals of a division",
        description=(
            "Counted from the households themselves, now or at a moment on both clocks. The children's figures add up to the"
            " division's. A village has no children."
        ),
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=(BY, *MOMENT),
        missing=("E-DIVISION-UNKNOWN",),
        problems=("E-AUTH-SCOPE", "E-FIELD-NOT-ALLOWED", "E-DATE-FUTURE", "E-KNOWN-AT"),
        check=lambda values, faults: check_moment(parts, values, faults),
        view=view,
    )


def _by_child(divisions: Divisions, division: Division, cells: Sequence[Cell]) -> list[Document]:
    if division.level is Level.VILLAGE:
        return []
    return _told(divisions.children(division.code), [(cell.place, cell) for cell in cells])


def _by_unit(divisions: Divisions, cells: Sequence[Cell]) -> list[Document]:
    return _told(divisions.reporting_units(), [(_unit_of(cell.place), cell) for cell in cells])


def _told(places: Sequence[Division], cells: Sequence[tuple[str, Cell]]) -> list[Document]:
    """The figures of each place; one that the tree has not is told by its code, so that nobody is left out of a sum."""
    of: dict[str, list[Cell]] = {place.code: [] for place in places}
    names = {place.code: brief(place) for place in places}
    for code, cell in cells:
        of.setdefault(code, []).append(cell)
    return [
        {**names.get(code, {"code": code, "level": None, "zh": code, "en": code}), **figures(of[code])} for code in sorted(of)
    ]


def _unit_of(county: str) -> str:
    try:
        return reporting_unit(county)
    except DivisionUnknown:
        return county
