"""`POST /v1/expenses`: medical expenses of a hospital, one or up to 500 at once.

They are in the hospital's topic before the answer. A clear ID number is sealed at once, and neither kept nor logged.
"""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response

from registry.api.endpoint import Asked, Endpoint
from registry.api.expense_answers import ANSWERS, PROBLEMS, answered_once
from registry.api.json_schema import SchemaBook
from registry.api.parts import CommandParts
from registry.hospitals.door import BATCH_MAX, Answer
from registry.hospitals.sent import Reversal, Settlement
from registry.refusal import Refused, refuse

ACTION: Final = "expenses.publish"
LIST: Final = "expenses"
EXAMPLE: Final = {
    "settlement_id": "S0042178",
    "settlement_version": 1,
    "stage": "FINAL",
    "encounter_id": "E0099310",
    "id_number": "469999198005010031",
    "insutype": "390",
    "med_type": "21",
    "admitted_on": "2019-03-11",
    "discharged_on": "2019-03-18",
    "settled_at": "2019-03-19T10:11:45+08:00",
    "residence_division": "469024100000",
    "hukou_kind": "RURAL",
    "diagnosis_category": "OTHER",
    "total_fee": "12431.00",
    "in_scope": "12431.00",
    "basic_pay": "11188.00",
    "personal_pay": "1243.00",
    "cash_pay": "1243.00",
}
"""A settlement of the residents' insurance, with a number that can belong to nobody."""


def post_expenses(parts: CommandParts) -> Endpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        if LIST not in asked.body:
            return answered_once(parts, asked, lambda: one_taken_in(parts, asked, asked.body))
        rows = _rows(asked.body)
        return answered_once(parts, asked, lambda: parts.expenses.take_in(rows, asked.actor))

    return Endpoint(
        method="POST",
        path="/v1/expenses",
        name="publish_expenses",
        tag="Hospitals",
        summary="Report medical expenses.",
        description=(
            "One, or a list of up to 500 as `expenses`. The patient is named by `id_number` (sealed at once, never kept), by"
            " `sealed_id` with `key_id` (libsodium's sealed box), or by the `person_token` of an earlier answer. What is answered"
            " as taken in is in the log for good. A settlement is the same by its hospital, number and version, however often it"
            " is sent. One that is refused is a problem; of a list each row is answered for itself, with status 207 where some"
            " were refused."
        ),
        action=ACTION,
        view=view,
        content=_content,
        example=EXAMPLE,
        answers=ANSWERS,
        problems=PROBLEMS,
        keyed=True,
    )


def one_taken_in(parts: CommandParts, asked: Asked, row: Any) -> list[Answer]:
    """The answer to a row that was sent alone. Raises Refused where it is not taken in."""
    (answer,) = parts.expenses.take_in([row], asked.actor)
    if not answer.taken_in:
        raise Refused(answer.violations)
    return [answer]


def _rows(body: Mapping[str, Any]) -> list[Any]:
    """The list, and nothing beside it. Raises Refused."""
    rows = body[LIST]
    if len(body) > 1:
        refuse("E-FIELD-NOT-ALLOWED", at=LIST)
    if not isinstance(rows, list):
        refuse("E-FIELD-TYPE", at=LIST, expected="LIST")
    if not rows:
        refuse("E-FIELD-MISSING", at=LIST)
    return rows


def _content(book: SchemaBook) -> Mapping[str, Any]:
    one = {"anyOf": [book.component(Settlement), book.component(Reversal)]}
    listed = {"type": "array", "items": one, "minItems": 1, "maxItems": BATCH_MAX}
    many = {"type": "object", "properties": {LIST: listed}, "required": [LIST], "additionalProperties": False}
    return {"anyOf": [*one["anyOf"], many]}
