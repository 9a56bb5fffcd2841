"""`GET /v1/warnings/{case_id}/notices`: which offices were told of a case, when, and whether it reached them."""

from typing import Any, Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.json_schemas import count, record, rows, words
from projections.api.parts import QueryParts, Told
from projections.register.queries.fields import DIVISION, ID, INSTANT, Document, instant_text, micros, or_null
from schemas.access import decide

ACTION: Final = "query.notices"
NOTICE: Final = record(
    notice_id=ID.schema,
    kind=words("What it tells of", "warning.assigned"),
    recipient={**DIVISION.schema, "description": "The division whose office is told"},
    channel=words("EMAIL or WEBHOOK", "EMAIL"),
    state=words("PENDING, DELIVERED, GIVEN_UP, or LAPSED: too old to be sent", "DELIVERED"),
    attempts=count("How often it was tried"),
    answer=or_null(words("What the office's server answered last", "SMTP-250")),
    put_at=INSTANT.schema,
    next_at=or_null(INSTANT.schema),
    settled_at=or_null(INSTANT.schema),
)


def get_warning_notices(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        told = parts.told_of(str(question.path["case_id"]))
        shown = [_document(one) for one in told if decide(question.actor, ACTION, one.recipient) is None]
        return json_answer({"notices": shown})

    return Endpoint(
        path="/v1/warnings/{case_id}/notices",
        name="get_warning_notices",
        tag="Warnings",
        summary="Who was told of an early warning",
        description="One row for each address, the latest first; of offices in the asker's own division and below. None where "
        "nobody was told, or there is no such case.",
        action=ACTION,
        answers={JSON: record(notices=rows(NOTICE))},
        problems=("E-VIEW-UNAVAILABLE",),
        view=view,
    )


def _document(told: Told) -> Document:
    document: dict[str, Any] = {
        "notice_id": str(told.notice_id),
        "kind": told.kind,
        "recipient": told.recipient,
        "channel": told.channel,
        "state": told.state,
        "attempts": told.attempts,
        "answer": told.last or None,
    }
    for name in ("put_at", "next_at", "settled_at"):
        instant = getattr(told, name)
        document[name] = None if instant is None else instant_text(micros(instant))
    return document
