"""`GET /v1/divisions/{code}/children`: the divisions directly below one."""

from flask import Response

from projections.api.answers import json_answer
from projections.api.division_path import BRIEF, WHOLE_DIVISION, brief, division_of, whole
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.json_schemas import record, rows
from projections.api.parts import QueryParts


def get_division_children(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        divisions = parts.divisions()
        division = division_of(divisions, question)
        children = [whole(child) for child in divisions.children(division.code)]
        return json_answer({"division": brief(division), "children": children})

    return Endpoint(
        path="/v1/divisions/{code}/children",
        name="get_division_children",
        tag="Divisions",
        summary="The divisions below one",
        description="The next level, in order of codes; those that hold no more say their last day. A village has none.",
        action="query.reference",
        answers={JSON: record(division=BRIEF, children=rows(WHOLE_DIVISION))},
        missing=("E-DIVISION-UNKNOWN",),
        view=view,
    )
