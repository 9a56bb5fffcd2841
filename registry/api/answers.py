"""Answers as they go out: JSON with its Chinese as it is, and what a command did, its doubts in the client's language."""

import json
from typing import Any, Final

from flask import Request as HttpRequest
from flask import Response

from registry.api.endpoint import REPLAY_HEADER, Asked
from registry.api.languages import preferred_language
from registry.application.request import Outcome
from registry.application.service import CREATED, body_of
from schemas.refusal_codes import refusal

JSON: Final = "application/json"
NOT_KEPT: Final = "no-store"
"""Answers to writes, personal data and secrets are kept by nobody on the way."""


def json_answer(document: Any, status: int = 200) -> Response:
    """A document as JSON."""
    response = Response(json.dumps(document, ensure_ascii=False, separators=(",", ":")), status, mimetype=JSON)
    response.headers["Cache-Control"] = NOT_KEPT
    return response


def empty_answer() -> Response:
    """Done, and nothing to say."""
    return Response(status=204)


def outcome_answer(outcome: Outcome, asked: Asked) -> Response:
    """What a command did."""
    document = body_of(outcome)
    for warning in document.get("warnings", ()):
        warning["rule"] = _said(asked.http, warning)
    response = json_answer(document, outcome.status)
    response.headers["ETag"] = f'"{outcome.version}"'
    response.headers["X-Correlation-ID"] = str(asked.circumstances.correlation_id)
    if outcome.status == CREATED and hasattr(asked.body, "household_id"):
        response.headers["Location"] = f"/v1/households/{outcome.aggregate_id}"
    if outcome.replayed:
        response.headers[REPLAY_HEADER] = "true"
    return response


def _said(http: HttpRequest, warning: dict[str, Any]) -> str:
    return refusal(warning["code"]).describe(preferred_language(http), warning["params"])
