"""`GET /v1/reference/event-types`: which kinds of event there are, what they are called, and where their codes are from."""

from typing import Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.json_schemas import count, record, rows, words
from projections.api.parts import QueryParts
from projections.register.queries.fields import Document, or_null
from schemas.catalogue import Catalogue
from schemas.envelope import ENVELOPE_FIELDS
from schemas.event_labels import code_tables_of, event_label

EVENT_TYPE: Final = record(
    event_type=words("Its stable name", "household.household_identified"),
    zh=words("In Chinese", "公告纳入"),
    en=words("In English", "Household identified"),
    means=or_null(words("What it says", "The household is on the register.")),
    version=count("The latest version of its schema"),
    schema_id=count("The id of that schema, which every value begins with", 12),
    code_tables={
        "type": "object",
        "description": "Field of the body -> the code table of its codes",
        "additionalProperties": {"type": "string"},
        "examples": [{"main_cause": "poverty_cause"}],
    },
)


def get_event_types(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(_question: Question) -> Response:
        catalogue = parts.codec.catalogue
        return json_answer({"event_types": [_told(catalogue, event_type) for event_type in catalogue.event_types]})

    return Endpoint(
        path="/v1/reference/event-types",
        name="get_event_types",
        tag="Reference",
        summary="Event types",
        description="Every kind of event that the register can hold, in order of names.",
        action="query.reference",
        answers={JSON: record(event_types=rows(EVENT_TYPE))},
        view=view,
    )


def _told(catalogue: Catalogue, event_type: str) -> Document:
    latest, label = catalogue.latest(event_type), event_label(event_type)
    fields = {"reason_code", *(field["name"] for field in latest.definition["fields"][len(ENVELOPE_FIELDS) :])}
    tables = {name: table for name, table in code_tables_of(event_type).items() if name in fields}
    return {
        "event_type": event_type,
        "zh": label.zh,
        "en": label.en,
        "means": latest.definition.get("doc"),
        "version": latest.version,
        "schema_id": latest.id,
        "code_tables": dict(sorted(tables.items())),
    }
