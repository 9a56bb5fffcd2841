"""`GET /v1/hospitals/{institution}/dead-letters`: what came back to a hospital, by its settlements' numbers, and why."""

from typing import Final

from flask import Response

from projections.api.access import require_hospital
from projections.api.answers import json_answer
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.errors import refuse
from projections.api.json_schemas import count, record, rows, words
from projections.api.labels import LABELS
from projections.api.parameters import Parameter, whole
from projections.api.parts import QueryParts
from projections.expenses.queries.hospitals import dead_letters_of
from projections.register.queries.fields import INSTANT, WHOLE, Document, instant_text, or_null
from schemas.hospital_codes import division_of
from schemas.refusal_codes import refusal, refusal_codes

ACTION: Final = "query.dead_letters"
ROWS: Final = 100
ROWS_MAX: Final = 1000
OFFSET_MAX: Final = 9_999_999_999
REFUSALS: Final = "refusal"
"""Under which the labels have what codes of refusals are called."""

PARAMETERS: Final[tuple[Parameter, ...]] = (
    whole("after_offset", "Records after this one: the `next` of the page before", 0, OFFSET_MAX, example=4711),
    whole("limit", "How many at most", 1, ROWS_MAX, default=ROWS),
)
REASON: Final = record(
    code=words("Stable code of the refusal", "E-ID-CHECKSUM"), field=words("The field that broke the rule, or empty", "sealed_id")
)
LETTER: Final = record(
    offset=count("The record, by its offset in the hospital's own topic", 4711),
    settlement_id=or_null(
        words("The hospital's own number of the settlement; null: it was not in order, or could not be read", "S0042178")
    ),
    at={**INSTANT.schema, "description": "When it came back"},
    reasons=rows(REASON, "All that was wrong with it"),
)
ANSWER: Final = record(
    institution=words("The hospital, by its national code", "H46902400001"),
    dead_letters=rows(LETTER),
    next=or_null({**WHOLE.schema, "description": "Give it as `after_offset` for the next page; null: there is none"}),
    labels={**LABELS, "description": "Under `refusal`: code -> what it is called"},
)


def get_hospital_dead_letters(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        institution, after, limit = question.path["institution"], question.values["after_offset"], question.values["limit"]
        require_hospital(question.actor, ACTION, institution)
        if division_of(institution) is None:
            refuse("E-HOSPITAL-UNKNOWN", at="institution", status=404)
        with parts.reading_expenses() as connection:
            found = dead_letters_of(connection, institution, -1 if after is None else after, limit + 1)
        shown = [_document(*tuple(row)) for row in found[:limit]]
        answer = {
            "institution": institution,
            "dead_letters": shown,
            "next": shown[-1]["offset"] if len(found) > limit else None,
            "labels": _labels(shown),
        }
        return json_answer(answer)

    return Endpoint(
        path="/v1/hospitals/{institution}/dead-letters",
        name="get_hospital_dead_letters",
        tag="Hospitals",
        summary="What came back to a hospital",
        description=(
            "In the order of the hospital's own records, with every reason. Of what stood in a record there is the number of its"
            " settlement alone, by which the hospital finds, mends and sends it again; the record itself is in the hospital's"
            " topic, at this offset. Kept for two years."
        ),
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=PARAMETERS,
        problems=("E-AUTH-SCOPE",),
        missing=("E-HOSPITAL-UNKNOWN",),
        view=view,
    )


def _document(offset: int, settlement_id: str | None, at: int, reasons: str) -> Document:
    split = (reason.partition(":") for reason in reasons.split(",") if reason)
    return {
        "offset": offset,
        "settlement_id": settlement_id,
        "at": instant_text(at),
        "reasons": [{"code": code, "field": field} for code, _, field in split],
    }


def _labels(shown: list[Document]) -> Document:
    codes = {reason["code"] for letter in shown for reason in letter["reasons"]}
    # An older program may have sent it back for what is no reason any more.
    known = (refusal(code) for code in sorted(codes & refusal_codes().keys()))
    told = {of.code: {"zh": of.title_zh, "en": of.title_en} for of in known}
    return {REFUSALS: told} if told else {}
