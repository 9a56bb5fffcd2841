"""`GET /v1/households/{household_id}/timeline`: a household's events, as the register learnt them."""

from typing import Final

from flask import Response

from projections.api.access import HOUSEHOLD
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.household_part import PROBLEMS, answer_part, part_schema
from projections.api.json_schemas import merged, record, rows, words
from projections.api.labels import WORDS, Labels
from projections.api.parameters import Parameter, whole
from projections.api.parts import QueryParts
from projections.api.waiting import MIN_VERSION, VERSION_MAX, Waiting
from projections.register.queries.event_telling import EventTeller, codes_in
from projections.register.queries.fields import WHOLE, Document, or_null
from projections.register.queries.prepared import Driver
from projections.register.queries.timeline import ENTRY_SHAPE, timeline
from schemas.event_labels import event_label

EVENTS: Final = 200
EVENTS_MAX: Final = 1000
PARAMETERS: Final[tuple[Parameter, ...]] = (
    whole("after_version", "Events after this version: the `next` of the page before", 0, VERSION_MAX, default=0, example=0),
    whole("limit", "How many events at most", 1, EVENTS_MAX, default=EVENTS),
    *MIN_VERSION,
)
PAPER: Final = record(
    kind=words("Code table `evidence_kind`", "APPLICATION_FORM"), sha256=words("Of its bytes, hexadecimal", "cd" * 32)
)
ENTRY: Final = merged(
    record(event_type=words("What kind of event", "household.household_identified"), event_label=WORDS),
    merged(
        ENTRY_SHAPE.schema,
        record(
            reason_code=or_null(words("Why", "DEATH")),
            evidence=rows(PAPER),
            body={
                "type": "object",
                "description": "The event's own fields, as its schema names them",
                "examples": [{"from_status": "IN_IDENTIFICATION", "to_status": "REGISTERED"}],
            },
        ),
    ),
)
ANSWER: Final = part_schema(
    events=rows(ENTRY),
    next=or_null({**WHOLE.schema, "description": "Give it as `after_version` for the next page; null: there is none"}),
)


def get_household_timeline(parts: QueryParts, waiting: Waiting) -> Endpoint:
    """The endpoint."""
    teller = EventTeller(parts.codec)

    def view(question: Question) -> Response:
        after, limit = question.values["after_version"], question.values["limit"]

        def read(driver: Driver, household_id: bytes) -> tuple[list[Document], int | None]:
            return timeline(driver, household_id, after, limit, teller)

        return answer_part(parts, waiting, question, read, _tell)

    return Endpoint(
        path="/v1/households/{household_id}/timeline",
        name="get_household_timeline",
        tag="Households",
        summary="Timeline of a household",
        description=(
            "Every event in the order in which the register learnt it, with the day on which it was true. A fact that was"
            " corrected or voided stays, and says which version took its place (`replaced_by`)."
        ),
        action=HOUSEHOLD,
        answers={JSON: ANSWER},
        parameters=PARAMETERS,
        problems=PROBLEMS,
        versioned=True,
        view=view,
    )


def _tell(page: tuple[list[Document], int | None], labels: Labels) -> Document:
    entries, next_version = page
    events = []
    for entry in entries:
        label = event_label(entry["event_type"])
        events.append({"event_type": entry["event_type"], "event_label": {"zh": label.zh, "en": label.en}, **entry})
        labels.note(ENTRY_SHAPE, entry)
        for table, code in codes_in(entry["event_type"], entry):
            labels.note_code(table, code)
    return {"events": events, "next": next_version}
