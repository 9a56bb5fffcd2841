"""`GET /v1/warnings/{case_id}`: one case as it stands, and every event that made it so."""

from typing import Any, Final

from flask import Response
from sqlalchemy import Connection

from projections.api.answers import json_answer, versioned
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.errors import refuse
from projections.api.get_household_timeline import EVENTS, EVENTS_MAX, PAPER
from projections.api.get_warnings import ACTION
from projections.api.json_schemas import merged, record, rows, words
from projections.api.labels import LABELS, WORDS, Labels
from projections.api.moment_parameters import MOMENT, MOMENT_TOLD, WARNINGS, check_moment, is_now, moment_of, moment_told
from projections.api.parameters import Parameter, whole
from projections.api.parts import QueryParts
from projections.api.waiting import MIN_VERSION, VERSION_MAX, Waiting
from projections.expenses.queries.cases import EVENT_SHAPE, case_events, case_now, case_shape, case_then
from projections.expenses.queries.settlements import SETTLEMENT_SHAPE, settlements_of
from projections.register.queries.event_telling import EventTeller, codes_in
from projections.register.queries.fields import DAY, WHOLE, Document, day_number, day_text, or_null
from projections.register.queries.moments import Moment
from schemas.access import decide
from schemas.clock import shanghai_date
from schemas.event_labels import event_label

PARAMETERS: Final[tuple[Parameter, ...]] = (
    whole("after_version", "Events after this version: the `next` of the page before", 0, VERSION_MAX, example=12),
    *MOMENT,
    *MIN_VERSION,
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
    **MOMENT_TOLD,
    today={
        **DAY.schema,
        "description": "The day in the province, or the one asked about, by which it is told",
    },
    warning=case_shape(0).schema,
    settlements=rows(SETTLEMENT_SHAPE.schema, "Those behind it that are still kept, as they count now, in order of their days"),
    events=rows(EVENT),
    next=or_null({**WHOLE.schema, "description": "Give it as `after_version` for the next page; null: there is none"}),
    labels=LABELS,
)


def get_warning(parts: QueryParts, waiting: Waiting) -> Endpoint:
    """The endpoint."""
    teller = EventTeller(parts.codec)

    def version_for(question: Question) -> int | None:
        with parts.reading_expenses() as connection:
            found = case_now(connection, question.path["case_id"].bytes, 0)
        return found[1] if found is not None and _may_see(question, found[0]) else None

    def view(question: Question) -> Response:
        waiting.until(lambda: version_for(question), question.values["min_version"], question.values["max_wait_s"])
        today = day_number(shanghai_date(parts.clock.now()))
        with parts.reading_expenses() as connection:
            moment = None if is_now(question.values) else moment_of(connection, question.values, WARNINGS)
            today = today if moment is None else moment.as_of
            warning, version = _found(connection, question, today, moment)
            after = -1 if question.values["after_version"] is None else question.values["after_version"]
            page = after, question.values["limit"]
            events, following = case_events(connection, question.path["case_id"].bytes, *page, teller, moment)
            settlements = settlements_of(connection, warning["expenses"])
        labels = Labels(parts.code_tables(), parts.divisions())
        answer = {
            "version": version,
            **moment_told(moment),
            "today": day_text(today),
            "warning": warning,
            "settlements": settlements,
            "events": [_told(event, labels) for event in events],
            "next": following,
        }
        labels.note(case_shape(today), warning)
        labels.note_all(SETTLEMENT_SHAPE, settlements)
        for place in {warning["division"], *(event["division"] for event in events)}:
            labels.note_place(place)
        return versioned(json_answer({**answer, "labels": labels.told}), version)

    return Endpoint(
        path="/v1/warnings/{case_id}",
        name="get_warning",
        tag="Warnings",
        summary="One early warning",
        description=(
            "The case as the worklist has it, and its events in the order in which the register learnt them: which rules fired"
            " with which numbers under which policy, who had it and when, who was told that it is overdue, and what came of it."
            " Each settlement behind it with its hospital, day and amounts, as it counts now; not whose it is, nor what for."
            " With `as_of` or `known_at`: the case as it was believed to be at that moment, and the events that made it so; the"
            " version is always that of now, which is also the answer's `ETag`."
        ),
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=PARAMETERS,
        missing=("E-WARNING-UNKNOWN",),
        problems=("E-DATE-FUTURE", "E-KNOWN-AT", "E-NOT-YET"),
        check=lambda values, faults: check_moment(parts, values, faults, WARNINGS),
        view=view,
    )


def _found(connection: Connection, question: Question, today: int, moment: Moment | None) -> tuple[Document, int]:
    """The case now or at the moment, and the version of its subject's warnings now. Raises QueryRefused (E-WARNING-UNKNOWN).

    Shown to whoever may see where the case is now, or where it was then, as a list of that moment would show it.
    """
    case_id = question.path["case_id"].bytes
    now = case_now(connection, case_id, today)
    if now is None:
        refuse("E-WARNING-UNKNOWN", status=404)
    warning = now[0] if moment is None else case_then(connection, case_id, moment)
    # Ids travel: one of elsewhere is answered like none.
    if warning is None or not (_may_see(question, now[0]) or _may_see(question, warning)):
        refuse("E-WARNING-UNKNOWN", status=404)
    return warning, now[1]


def _may_see(question: Question, warning: Document | None) -> bool:
    return warning is not None and decide(question.actor, ACTION, warning["division"]) is None


def _told(event: Document, labels: Labels) -> dict[str, Any]:
    label = event_label(event["event_type"])
    labels.note(EVENT_SHAPE, event)
    for table, code in codes_in(event["event_type"], event):
        labels.note_code(table, code)
    return {"event_type": event["event_type"], "event_label": {"zh": label.zh, "en": label.en}, **event}
