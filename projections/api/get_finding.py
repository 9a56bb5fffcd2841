"""`GET /v1/findings/{finding_id}`: one finding as it stands, and every step that brought it there."""

from typing import Any, Final

from flask import Response
from sqlalchemy import Connection

from projections.api.answers import json_answer, versioned
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.errors import refuse
from projections.api.get_division_findings import ACTION, FINDING_SCHEMA, shown_to
from projections.api.json_schemas import merged, record, rows
from projections.api.labels import LABELS, WORDS, Labels
from projections.api.moment_parameters import (
    MOMENT,
    MOMENT_TOLD,
    SUPERVISION,
    check_moment,
    moment_and_today,
    moment_told,
)
from projections.api.parts import QueryParts
from projections.api.waiting import MIN_VERSION, Waiting
from projections.register.queries.fields import DAY, WHOLE, Document, day_text
from projections.register.queries.findings import STEP_SHAPE, find_finding, finding_shape, steps_of
from projections.register.queries.moments import Moment
from projections.register.supervision import FINDING_STEPS
from schemas.access import decide
from schemas.event_labels import event_label

_EVENT_TYPES: Final = {step: event_type for event_type, step in FINDING_STEPS.items()}
ANSWER: Final = record(
    version={**WHOLE.schema, "description": "Of the finding: what commands take in `If-Match`"},
    **MOMENT_TOLD,
    today={**DAY.schema, "description": "The day in the province, or the one asked about, by which it is told"},
    finding=FINDING_SCHEMA,
    steps=rows(merged(STEP_SHAPE.schema, record(event_label=WORDS)), "In the order in which they were taken"),
    labels=LABELS,
)


def get_finding(parts: QueryParts, waiting: Waiting) -> Endpoint:
    """The endpoint."""

    def version_for(question: Question) -> int | None:
        with parts.reading() as connection:
            found = find_finding(connection, question.path["finding_id"].bytes, 0, None)
        return found[1] if found is not None and _may_see(question, found[0]) else None

    def view(question: Question) -> Response:
        waiting.until(lambda: version_for(question), question.values["min_version"], question.values["max_wait_s"])
        with parts.reading() as connection:
            moment, today = moment_and_today(parts, connection, question.values, SUPERVISION)
            finding, version = _found(connection, question, today, moment)
            steps = steps_of(connection, question.path["finding_id"].bytes, moment)
        labels = Labels(parts.code_tables(), parts.divisions())
        labels.note(finding_shape(today), finding)
        labels.note_all(STEP_SHAPE, steps)
        for place in {finding["division"], finding["found_in"], *(step["division"] for step in steps)}:
            labels.note_place(place)
        answer = {
            "version": version,
            **moment_told(moment),
            "today": day_text(today),
            "finding": next(shown_to(question.actor, [finding])),
            "steps": [_told(step) for step in steps],
            "labels": labels.told,
        }
        return versioned(json_answer(answer), version)

    return Endpoint(
        path="/v1/findings/{finding_id}",
        name="get_finding",
        tag="Divisions",
        summary="One finding of a supervision team",
        description=(
            "The finding as the list has it, and its steps: recorded, assigned, rectified, verified and opened again, each with"
            " its day, the instant at which the register learnt it, the office that had it from then on and the role of who took"
            " it. With `as_of` or `known_at`: as it stood at that moment, and the steps until then; the version is always that of"
            " now, which is also the answer's `ETag`."
        ),
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=(*MOMENT, *MIN_VERSION),
        missing=("E-FINDING-UNKNOWN",),
        problems=("E-DATE-FUTURE", "E-KNOWN-AT", "E-NOT-YET"),
        check=lambda values, faults: check_moment(parts, values, faults, SUPERVISION),
        view=view,
    )


def _found(connection: Connection, question: Question, today: int, moment: Moment | None) -> tuple[Document, int]:
    """The finding now or at the moment, and its version now. Raises QueryRefused (E-FINDING-UNKNOWN).

    Shown to whoever may see where it is now, or where it was then, as a list of that moment would show it.
    """
    finding_id = question.path["finding_id"].bytes
    now = find_finding(connection, finding_id, today, None)
    if now is None:
        refuse("E-FINDING-UNKNOWN", status=404)
    then = now if moment is None else find_finding(connection, finding_id, today, moment)
    # Ids travel: one of elsewhere is answered like none.
    if then is None or not (_may_see(question, now[0]) or _may_see(question, then[0])):
        refuse("E-FINDING-UNKNOWN", status=404)
    return then[0], now[1]


def _may_see(question: Question, finding: Document) -> bool:
    return decide(question.actor, ACTION, finding["division"]) is None


def _told(step: Document) -> dict[str, Any]:
    label = event_label(_EVENT_TYPES[step["kind"]])
    return {**step, "event_label": {"zh": label.zh, "en": label.en}}
