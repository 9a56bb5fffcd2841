"""`GET /v1/reference/codes/{table}`: one code table with all its codes, in both languages."""

from typing import Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.errors import refuse
from projections.api.get_code_tables import TABLE, table_told
from projections.api.json_schemas import merged, record, rows, words
from projections.api.parts import QueryParts
from projections.register.queries.fields import DAY, Document, or_null
from schemas.code_tables import Code

CODE: Final = record(
    code=words("The code", "ILLNESS"),
    zh=words("In Chinese", "因病"),
    en=words("In English", "Illness"),
    national=or_null(words("The national register's own code", "01")),
    parent=or_null(words("A code of the parent table", "HEALTH")),
    tags=rows(words("A property that rules ask for", "main"), "Properties"),
    valid_from=or_null(DAY.schema),
    valid_to=or_null({**DAY.schema, "description": "Its last day"}),
)


def get_code_table(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        tables, name = parts.code_tables(), question.path["table"]
        if name not in tables:
            refuse("E-NOT-FOUND", at="table")
        table = tables[name]
        return json_answer({**table_told(table), "codes": [_told(table[code]) for code in table.codes]})

    return Endpoint(
        path="/v1/reference/codes/{table}",
        name="get_code_table",
        tag="Reference",
        summary="One code table",
        description="Its codes as they are shown, in order. A code that holds no more keeps its words and gets a last day.",
        action="query.reference",
        answers={JSON: merged(TABLE, record(codes=rows(CODE)))},
        problems=("E-NOT-FOUND",),
        view=view,
    )


def _told(code: Code) -> Document:
    return {
        "code": code.code,
        "zh": code.zh,
        "en": code.en,
        "national": code.national,
        "parent": code.parent,
        "tags": sorted(code.tags),
        "valid_from": code.valid_from and code.valid_from.isoformat(),
        "valid_to": code.valid_to and code.valid_to.isoformat(),
    }
