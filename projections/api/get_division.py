"""`GET /v1/divisions/{code}`: one division and those above it."""

from flask import Response

from projections.api.answers import json_answer
from projections.api.division_path import BRIEF, WHOLE_DIVISION, brief, division_of, whole
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.json_schemas import merged, record, rows
from projections.api.parts import QueryParts


def get_division(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        divisions = parts.divisions()
        division = division_of(divisions, question)
        path = [brief(divisions[step]) for step in divisions.path(division.code)]
        return json_answer({**whole(division), "path": path})

    return Endpoint(
        path="/v1/divisions/{code}",
        name="get_division",
        tag="Divisions",
        summary="One division",
        description="Its names, its level, since when it holds, and the divisions above it, from the province down to itself.",
        action="query.reference",
        answers={JSON: merged(WHOLE_DIVISION, record(path=rows(BRIEF)))},
        missing=("E-DIVISION-UNKNOWN",),
        view=view,
    )
