"""`GET /v1/warnings/{case_id}/burden`: what the subject's medical expenses come to, by window, person and kind of care."""

from typing import Any, Final
from uuid import UUID

from flask import Response

from projections.api.answers import json_answer
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.errors import refuse
from projections.api.get_warnings import ACTION
from projections.api.json_schemas import count, record, rows, words
from projections.api.labels import LABELS, Labels
from projections.api.parameters import day
from projections.api.parts import QueryParts
from projections.days import date_of
from projections.expenses.queries.burden import Burden, burdens
from projections.expenses.queries.cases import case_now
from projections.register.queries.fields import DAY, ID, YUAN, Document, day_number, or_null, yuan_text
from schemas.access import decide
from schemas.clock import shanghai_date

ON: Final = day("on", "The day on which the windows end; today unless given", example="2019-03-18")
SUMS: Final = record(
    window=words("`ROLLING_365`: the 365 days up to the day; `CALENDAR_YEAR`: its year up to the day", "ROLLING_365"),
    from_day={**DAY.schema, "description": "The window's first day"},
    person_id=or_null({**ID.schema, "description": "Whose; null: of all together"}),
    care=or_null(words("Kind of care (code table `care_kind`); null: of every kind", "INPATIENT")),
    settlements=count("Settlements", 3),
    gross={**YUAN.schema, "description": "What they cost"},
    personal={**YUAN.schema, "description": "What the patient bears"},
    personal_in_scope={**YUAN.schema, "description": "Of that, what lies within the insurance's scope"},
)
ANSWER: Final = record(
    case_id=ID.schema,
    subject_kind=words("Whom it is about", "HOUSEHOLD"),
    subject_id=ID.schema,
    on={**DAY.schema, "description": "The day on which the windows end"},
    burdens=rows(SUMS),
    labels=LABELS,
)


def get_warning_burden(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        case_id, today = question.path["case_id"].bytes, day_number(shanghai_date(parts.clock.now()))
        until = date_of(today if question.values["on"] is None else question.values["on"])
        with parts.reading_expenses() as connection:
            found = case_now(connection, case_id, today)
            if found is None or decide(question.actor, ACTION, found[0]["division"]) is not None:
                refuse("E-WARNING-UNKNOWN", status=404)
            kind, subject_id = found[0]["subject_kind"], found[0]["subject_id"]
            sums = burdens(connection, kind, UUID(subject_id), until)
        labels = Labels(parts.code_tables(), parts.divisions())
        labels.note_code("warning_subject", kind)
        for one in sums:
            labels.note_code("warning_window", one.window)
            if one.care is not None:
                labels.note_code("care_kind", one.care)
        answer = {"case_id": str(question.path["case_id"]), "subject_kind": kind, "subject_id": subject_id}
        told: dict[str, Any] = {"on": until.isoformat(), "burdens": [_document(one) for one in sums], "labels": labels.told}
        return json_answer({**answer, **told})

    return Endpoint(
        path="/v1/warnings/{case_id}/burden",
        name="get_warning_burden",
        tag="Warnings",
        summary="What the expenses behind a warning come to",
        description=(
            "Gross cost, personal burden, and of that what lies within the insurance's scope, of the household's members on the"
            " days of their discharge, or of the person in no household: all together, by kind of care and by person, in the 365"
            " days and in the calendar year up to a day. So a person can be told why there is a warning. Expenses are kept for"
            " two years; the rules leave out settlements below policy's small amount."
        ),
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=(ON,),
        missing=("E-WARNING-UNKNOWN",),
        view=view,
    )


def _document(burden: Burden) -> Document:
    return {
        "window": burden.window,
        "from_day": burden.first_day.isoformat(),
        "person_id": None if burden.person_id is None else str(burden.person_id),
        "care": burden.care,
        "settlements": burden.settlements,
        **{name: yuan_text(getattr(burden, name)) for name in ("gross", "personal", "personal_in_scope")},
    }
