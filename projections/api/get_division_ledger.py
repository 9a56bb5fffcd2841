"""`GET /v1/divisions/{code}/ledger`: the ledger of one village, all its farm households in one view; as JSON or as a sheet."""

from typing import Final

from flask import Response, request

from projections.api.answers import json_answer, wants_csv
from projections.api.division_path import BRIEF, brief, division_in_scope
from projections.api.endpoint import CSV, JSON, Endpoint, Question
from projections.api.errors import refuse
from projections.api.json_schemas import count, merged, record, rows
from projections.api.labels import LABELS, Labels
from projections.api.languages import preferred_language
from projections.api.parts import QueryParts
from projections.api.sheet import CSV_SCHEMA, Column, Columns, sheet_answer
from projections.register.queries.fields import Document, or_null
from projections.register.queries.shapes import LEDGER_SHAPE
from projections.register.queries.village_ledger import LINE_SHAPE, village_ledger
from schemas.divisions import Division, Level

ACTION: Final = "query.ledger"
ANSWER: Final = record(
    division=BRIEF,
    households=count("How many households live in the village", 214),
    persons=count("How many persons live in them", 871),
    lines=rows(merged(LINE_SHAPE.schema, record(ledger_entry=or_null(LEDGER_SHAPE.schema)))),
    labels=LABELS,
)


def get_division_ledger(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        village = division_in_scope(parts.divisions(), question, ACTION)
        if village.level is not Level.VILLAGE:
            refuse("E-DIVISION-LEVEL", at="code", division=village.code, level=Level.VILLAGE.name)
        as_sheet = wants_csv(question.http)
        with parts.reading() as connection:
            lines = village_ledger(connection, village.code)
        return _sheet(parts, village, lines) if as_sheet else _told(parts, village, lines)

    return Endpoint(
        path="/v1/divisions/{code}/ledger",
        name="get_division_ledger",
        tag="Divisions",
        summary="Ledger of a village",
        description=(
            "Every household that lives in the village, on the register or not. Households of the opening balance have no entry"
            " of their own; households that were closed have left the ledger."
        ),
        action=ACTION,
        answers={JSON: ANSWER, CSV: CSV_SCHEMA},
        missing=("E-DIVISION-UNKNOWN",),
        problems=("E-DIVISION-LEVEL", "E-AUTH-SCOPE", "E-ACCEPT"),
        view=view,
    )


def _told(parts: QueryParts, village: Division, lines: list[Document]) -> Response:
    labels = Labels(parts.code_tables(), parts.divisions())
    labels.note_all(LINE_SHAPE, lines)
    labels.note_all(LEDGER_SHAPE, [line["ledger_entry"] for line in lines if line["ledger_entry"] is not None])
    figures = {"households": len(lines), "persons": sum(line["size"] for line in lines)}
    return json_answer({"division": brief(village), **figures, "lines": lines, "labels": labels.told})


def _sheet(parts: QueryParts, village: Division, lines: list[Document]) -> Response:
    language = preferred_language(request)
    make = Columns(parts.code_tables(), parts.divisions(), language)
    columns = make.of(LINE_SHAPE)
    for field in LEDGER_SHAPE.fields:
        heading = "entered_size" if field.name == "size" else field.name
        columns += (_of_entry(column) for column in make.of_field(field, heading))
    return sheet_answer(columns, lines, f"ledger-{village.code}", language)


def _of_entry(column: Column) -> Column:
    """The column of a household's ledger entry; empty where it has none."""
    return Column(column.heading, lambda line: None if line["ledger_entry"] is None else column.cell(line["ledger_entry"]))
