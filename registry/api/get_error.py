"""`GET /v1/errors/{code}`: what a code means, in both languages. A problem's `type` points here; anybody may ask."""

from typing import Final

from flask import Response

from registry.api.answers import json_answer
from registry.api.endpoint import Asked, Endpoint
from registry.api.parts import CommandParts
from registry.refusal import refuse
from schemas.refusal_codes import refusal_codes

_BOTH: Final = {"type": "object", "properties": {"zh": {"type": "string"}, "en": {"type": "string"}}, "required": ["zh", "en"]}
MEANING: Final = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "status": {"type": "integer", "description": "of an answer whose only reason it is"},
        "title": _BOTH,
        "text": {**_BOTH, "description": "{name} stands for what an answer says in its params"},
    },
    "required": ["code", "status", "title", "text"],
}


def get_error(parts: CommandParts) -> Endpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        entry = refusal_codes().get(asked.path["code"])
        if entry is None:
            refuse("E-NOT-FOUND")
        response = json_answer(
            {
                "code": entry.code,
                "status": entry.status,
                "title": {"zh": entry.title_zh, "en": entry.title_en},
                "text": {"zh": entry.text_zh, "en": entry.text_en},
            }
        )
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response

    return Endpoint(
        method="GET",
        path="/v1/errors/{code}",
        name="explain_error",
        tag="Errors",
        summary="What a code means.",
        description="Codes are stable; their words may get better.",
        action=None,
        view=view,
        answers={200: ("Its words", MEANING)},
        problems=("E-NOT-FOUND",),
    )
