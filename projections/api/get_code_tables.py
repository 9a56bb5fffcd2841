"""`GET /v1/reference/codes`: which code tables there are."""

from typing import Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.json_schemas import count, record, rows, words
from projections.api.parts import QueryParts
from projections.register.queries.fields import Document, or_null
from schemas.code_tables import CodeTable

TABLE: Final = record(
    name=words("What the table is called in addresses and schemas", "poverty_cause"),
    zh=words("Chinese title", "致贫原因"),
    en=words("English title", "Cause of poverty"),
    source=words("Where its codes are from", "national register, AAC007"),
    parents=or_null(words("The table that the `parent` of its codes belongs to", "measure_category")),
    size=count("How many codes it has", 12),
)


def get_code_tables(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(_question: Question) -> Response:
        tables = parts.code_tables()
        return json_answer({"tables": [table_told(tables[name]) for name in tables.names]})

    return Endpoint(
        path="/v1/reference/codes",
        name="get_code_tables",
        tag="Reference",
        summary="Code tables",
        description="The closed lists that events and answers take their codes from, as they are now.",
        action="query.reference",
        answers={JSON: record(tables=rows(TABLE))},
        view=view,
    )


def table_told(table: CodeTable) -> Document:
    """A table without its codes."""
    titles = {"name": table.name, "zh": table.title("zh"), "en": table.title("en")}
    return {**titles, "source": table.source, "parents": table.parents or None, "size": len(table)}
