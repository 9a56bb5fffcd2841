"""`GET /v1/warnings/{case_id}`: one case as it stands, and every event that made it so."""

from typing import Any, Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.errors import refuse
from projections.api.get_household_timeline import EVENTS, EVENTS_MAX, PAPER
from projections.api.get_warnings import ACTION
from projections.api.json_schemas import merged, record, rows, words
from projections.api.labels import LABELS, WORDS, Labels
from projections.api.parameters import Parameter, whole
from projections.api.parts import QueryParts
from projections.api.waiting import VERSION_MAX
from projections.expenses.queries.cases import EVENT_SHAPE, case_events, case_now, case_shape
from projections.register.queries.event_telling import EventTeller, codes_in
from projections.register.queries.fields import DAY, WHOLE, Document, day_number, day_text, or_null
from schemas.access import decide
from schemas.clock import shanghai_date
from schemas.event_labels import event_label

PARAMETERS: Final[tuple[Parameter, ...]] = (
    whole("after_version", "Events after this version: the `next` of the page before", 0, VERSION_MAX, example=12),
    whole("limit", "How many events at most", 1, EVENTS_MAX, default=EVENTS),
)
EVENT: Final = merged(
    record(event_type=words("What kind of event", "warning.early_warning_raised"), event_label=WORDS),
    merged(
        EVENT_SHAPE.schema,
        record(
            reason_code=or_null(words("Why", "AMOUNTS_REDUCED")),
            evidence=rows(PAPER),
            body={
                "type": "object",
                "description": "The event's own fields, as its schema names them: each rule that fired with its numbers",
                "examples": [{"warning_level": "RED", "basis": "25000.00"}],
            },
        ),
    ),
)
ANSWER: Final = record(
    version={**WHOLE.schema, "description": "Of the subject's warnings: what commands take in `If-Match`"},
    today={**DAY.schema, "description": "The day in the province, by which its age and what has passed are told"},
    warning=case_shape(0).schema,
    events=rows(EVENT),
    next=or_null({**WHOLE.schema, "description": "Give it as `after_version` for the next page; null: there is none"}),
    labels=LABELS,
)


def get_warning(parts: QueryParts) -> Endpoint:
    """The endpoint."""
    teller = EventTeller(parts.codec)

    def view(question: Question) -> Response:
        case_id, today = question.path["case_id"].bytes, day_number(shanghai_date(parts.clock.now()))
        after, limit = question.values["after_version"], question.values["limit"]
        with parts.reading_expenses() as connection:
            found = case_now(connection, case_id, today)
            # Ids travel: one of elsewhere is answered like none.
            if found is None or decide(question.actor, ACTION, found[0]["division"]) is not None:
                refuse("E-WARNING-UNKNOWN", status=404)
            events, following = case_events(connection, case_id, -1 if after is None else after, limit, teller)
        warning, version = found
        labels = Labels(parts.code_tables(), parts.divisions())
        answer = {
            "version": version,
            "today": day_text(today),
            "warning": warning,
            "events": [_told(event, labels) for event in events],
            "next": following,
        }
        labels.note(case_shape(today), warning)
        for place in {warning["division"], *(event["division"] for event in events)}:
            labels.note_place(place)
        return json_answer({**answer, "labels": labels.told})

    return Endpoint(
        path="/v1/warnings/{case_id}",
        name="get_warning",
        tag="Warnings",
        summary="One early warning",
        description=(
            "The case as the worklist has it, and its events in the order in which the register learnt them: which rules fired"
            " with which numbers under which policy, who had it and when, who was told that it is overdue, and what came of it."
        ),
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=PARAMETERS,
        missing=("E-WARNING-UNKNOWN",),
        view=view,
    )


def _told(event: Document, labels: Labels) -> dict[str, Any]:
    label = event_label(event["event_type"])
    labels.note(EVENT_SHAPE, event)
    for table, code in codes_in(event["event_type"], event):
        labels.note_code(table, code)
    return {"event_type": event["event_type"], "event_label": {"zh": label.zh, "en": label.en}, **event}
