"""`POST /v1/expenses/fhir`: the same expenses as FHIR R4 claims or explanations of benefits, one or a bundle of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from flask import Response

from registry.api.endpoint import Asked, Endpoint
from registry.api.expense_answers import ANSWERS, PROBLEMS, answered_once
from registry.api.parts import CommandParts
from registry.api.post_expenses import ACTION, one_taken_in
from registry.hospitals.door import Answer
from registry.hospitals.fhir import Said, sent_in
from registry.hospitals.fhir_forms import KINDS, Form, forms_of, is_bundle
from registry.refusal import Refused

NOT_INSTALLED: Final = "E-FHIR-NOT-INSTALLED"


def post_fhir_expenses(parts: CommandParts) -> Endpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        return answered_once(parts, asked, _taking_in(parts, asked))

    return Endpoint(
        method="POST",
        path="/v1/expenses/fhir",
        name="publish_fhir_expenses",
        tag="Hospitals",
        summary="Report medical expenses as FHIR R4.",
        description=(
            "A Claim, an ExplanationOfBenefit, or a Bundle with up to 500 of them and the patients, coverages and encounters that"
            " they refer to; as application/json or application/fhir+json. Which element says what is in docs/hospitals.md. A row"
            " of the answer is one of them, in their order; otherwise all is as with POST /v1/expenses."
        ),
        action=ACTION,
        view=view,
        content=lambda book: {
            "type": "object",
            "description": "FHIR R4",
            "properties": {"resourceType": {"type": "string", "enum": list(KINDS)}},
            "required": ["resourceType"],
        },
        answers=ANSWERS,
        problems=(*PROBLEMS, "E-FHIR", NOT_INSTALLED),
        keyed=True,
    )


def _taking_in(parts: CommandParts, asked: Asked) -> Callable[[], Sequence[Answer]]:
    document: Mapping[str, Any] = asked.body
    rows = [_said(form) for form in forms_of(document)]
    if is_bundle(document):
        return lambda: parts.expenses.take_in(rows, asked.actor)
    return lambda: one_taken_in(parts, asked, rows[0])


def _said(form: Form) -> Said | Refused:
    """What a form says, or why it says nothing: that is the answer to its row. Raises Refused where none can be read here."""
    try:
        return sent_in(form)
    except Refused as refused:
        if any(violation.code == NOT_INSTALLED for violation in refused.violations):
            raise
        return refused
