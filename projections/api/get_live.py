"""`GET /v1/live`: the process answers. It asks nothing of anybody, so that a slow database never gets a sound process killed."""

from typing import Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.json_schemas import record

ANSWER: Final = record(live={"type": "boolean", "examples": [True]})


def get_live() -> Endpoint:
    """The endpoint."""

    def view(_question: Question) -> Response:
        return json_answer({"live": True})

    return Endpoint(
        path="/v1/live",
        name="get_live",
        tag="Operation",
        summary="Is the process alive?",
        description="Answers as long as the process can; needs no token.",
        action=None,
        answers={JSON: ANSWER},
        view=view,
    )
