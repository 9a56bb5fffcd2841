"""`GET /v1/divisions/{code}/sync-discrepancies`: where the national system says something else than the register."""

from typing import Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.division_path import BRIEF, brief, division_in_scope
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.json_schemas import count, record, rows
from projections.api.labels import LABELS, Labels
from projections.api.parameters import choice, whole
from projections.api.parts import QueryParts
from projections.register.queries.fields import DAY, DIVISION, ID, day_text, id_text
from projections.register.queries.sync import open_differences, sync_figures
from schemas.code_tables import table

ACTION: Final = "query.list"
FIELDS, OUTCOMES = "sync_field", "sync_outcome"
LIMIT_MAX: Final = 1_000
DIFFERENCE: Final = record(
    household_id=ID.schema,
    division=DIVISION.schema,
    field={"type": "string", "enum": list(table(FIELDS).codes), "examples": ["SIZE"]},
    found_on={**DAY.schema, "description": "The day of the comparison that found it"},
)
ANSWER: Final = record(
    division=BRIEF,
    open=count("Differences that are open", 12),
    open_by_field=record("By code table `sync_field`", **{code: count(code) for code in table(FIELDS).codes}),
    resolved=count("Fields whose last difference was resolved", 40),
    resolved_by_outcome=record("By code table `sync_outcome`", **{code: count(code) for code in table(OUTCOMES).codes}),
    differences=rows(DIFFERENCE, "Those that have been open for longest, first"),
    labels=LABELS,
)


def get_division_sync_discrepancies(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        divisions = parts.divisions()
        division = division_in_scope(divisions, question, ACTION)
        with parts.reading() as connection:
            figures = sync_figures(connection, division.code)
            found = open_differences(connection, division.code, question.values["field"], question.values["limit"])
        labels = Labels(parts.code_tables(), divisions)
        for name in (FIELDS, OUTCOMES):
            for code in table(name).codes:
                labels.note_code(name, code)
        for one in found:
            labels.note_place(one.division)
        answer = {
            "division": brief(division),
            "open": figures.open.total(),
            "open_by_field": {code: figures.open[code] for code in table(FIELDS).codes},
            "resolved": figures.outcomes.total(),
            "resolved_by_outcome": {code: figures.outcomes[code] for code in table(OUTCOMES).codes},
            "differences": [
                {
                    "household_id": id_text(one.household_id),
                    "division": one.division,
                    "field": one.field,
                    "found_on": day_text(one.found_on),
                }
                for one in found
            ],
        }
        return json_answer({**answer, "labels": labels.told})

    return Endpoint(
        path="/v1/divisions/{code}/sync-discrepancies",
        name="get_division_sync_discrepancies",
        tag="Divisions",
        summary="Differences from the national system",
        description=(
            "Fields in which the last extract of the national system says something else of a household than the register: how"
            " many, and those that have been open for longest. What either side says is in no answer: look at the household."
        ),
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=(
            choice("field", "Of this field alone (code table `sync_field`)", table(FIELDS).codes, example="SIZE"),
            whole("limit", "At most so many of them", 1, LIMIT_MAX, default=100, example=100),
        ),
        missing=("E-DIVISION-UNKNOWN",),
        problems=("E-AUTH-SCOPE", "E-CHOICE"),
        view=view,
    )
