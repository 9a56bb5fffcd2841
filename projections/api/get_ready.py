"""`GET /v1/ready`: store, log and read model can be reached; how far behind each is; what time it is in the register."""

from typing import Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.errors import NotReady
from projections.api.json_schemas import count, record
from projections.api.readiness import Readiness
from projections.register.queries.fields import DAY, FLAG, INSTANT, or_null

LAG: Final = record(events=count("How many events wait", 3), seconds={"type": "number", "minimum": 0, "examples": [0.012]})
ANSWER: Final = record(
    ready={"type": "boolean", "examples": [True]},
    checks={
        "type": "object",
        "description": "store, log, view",
        "additionalProperties": record(reached=FLAG.schema),
        "examples": [{"store": {"reached": True}, "log": {"reached": True}, "view": {"reached": True}}],
    },
    lag={
        "type": "object",
        "description": "By part of the pipeline; null where it cannot be read",
        "additionalProperties": or_null(LAG),
        "examples": [{"relay": {"events": 0, "seconds": 0.0}, "register": {"events": 3, "seconds": 0.012}}],
    },
    known_before=or_null({**INSTANT.schema, "description": "Everything recorded before this is in the read model"}),
    clock=record(
        now={**INSTANT.schema, "description": "The register's time"},
        today={**DAY.schema, "description": "The day in the province"},
        offset_s={"type": "integer", "description": "How far it is ahead of the machine's: a demonstration's", "examples": [0]},
    ),
)


def get_ready(readiness: Readiness) -> Endpoint:
    """The endpoint."""

    def view(_question: Question) -> Response:
        report = readiness()
        if not report["ready"]:
            raise NotReady(report)
        return json_answer(report)

    return Endpoint(
        path="/v1/ready",
        name="get_ready",
        tag="Operation",
        summary="Is everything within reach?",
        description=(
            "503 with the same report (as `report` of the problem) if something cannot be reached. Lag does not make it unready:"
            " an old answer is better than none, and says how old it is. Needs no token."
        ),
        action=None,
        answers={JSON: ANSWER},
        problems=("E-NOT-READY",),
        view=view,
    )
