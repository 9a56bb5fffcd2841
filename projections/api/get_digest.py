"""`GET /v1/digests/{week}`: a week's digest of the province or a team, with its fingerprint; or its lines as a sheet."""

from typing import Any, Final

from flask import Response, request

from projections.api.access import HOUSEHOLD
from projections.api.answers import json_answer, wants_csv
from projections.api.digest_asked import digest_for
from projections.api.endpoint import CSV, JSON, Endpoint, Question
from projections.api.get_digests import WEEK
from projections.api.json_schemas import count, record, rows, words
from projections.api.labels import LABELS, Labels
from projections.api.languages import preferred_language
from projections.api.parameters import whole
from projections.api.parts import QueryParts
from projections.api.sheet import CSV_SCHEMA
from projections.register.queries.fields import DAY, DIVISION, Document, or_null
from projections.weekly.figures import FLOWS, RECORDING, STOCKS
from projections.weekly.files.paper import units_in
from projections.weekly.making import fingerprint
from projections.weekly.sheet import csv_file, words_of

ACTION: Final = "query.totals"
TEAM_MAX: Final = 99
FIGURE_LABELS: Final = "figure"
_INTEGER: Final = {"type": "integer", "examples": [-1]}
_CODE: Final = words("Code of a figure", "E2")


def _by_unit(cell: Document, description: str) -> Document:
    return {"type": "object", "additionalProperties": cell, "description": description}


_STOCK: Final = record(households=count("Households", 40), persons=count("Live members", 160))
_FLOW: Final = record(
    events=count("First recordings in the week", 3),
    persons=count("Persons of those that tell a size", 11),
    earlier=count("Of the events, those that were true before the week", 1),
    behind={"type": "array", "items": words("An event, 32 hexadecimal digits", "0" * 32), "examples": [["0" * 32]]},
)
DIGEST: Final = record(
    "What is frozen: as canonical JSON it is the bytes that the fingerprint is of",
    form=words("Form of the digest", "v1"),
    week=WEEK,
    first_day=DAY.schema,
    last_day=DAY.schema,
    team=or_null({"type": "integer", "examples": [3], "description": "null: the whole province"}),
    position=count("Where in the register the week was closed", 123_456),
    revision=count("0: as it was first made", 0),
    policy_versions={"type": "array", "items": words("A policy's version", "2019.1"), "examples": [["2019.1"]]},
    stocks=record(**{figure.code: _by_unit(_STOCK, figure.words.en) for figure in STOCKS}),
    flows=record(**{code: _by_unit(_FLOW, words_of()[code].en) for code in (*(f.code for f in FLOWS), *RECORDING)}),
    corrections=rows(
        record(
            figure=_CODE,
            week=WEEK,
            unit=DIVISION.schema,
            events=_INTEGER,
            persons=_INTEGER,
            by=words("The event that corrects, 32 hexadecimal digits", "0" * 32),
        ),
        "By how much corrections recorded in the week change figures of earlier ones",
    ),
    not_collected={"type": "array", "items": _CODE, "examples": [["H3"]], "description": "Figures that are not collected yet"},
)
ANSWER: Final = record(
    fingerprint=words("Of the canonical bytes", "v1:sha256:" + "0" * 64),
    digest=DIGEST,
    labels={**LABELS, "description": "Under `figure`: code -> what it is called"},
)


def get_digest(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        team = question.values["team"]
        with digest_for(parts, question.actor, HOUSEHOLD, question.path["week"], team) as (_, _, document):
            if wants_csv(question.http):
                return _sheet(document)
        labels = Labels(parts.code_tables(), parts.divisions())
        for unit in units_in(document):
            labels.note_place(unit)
        figures = {code: {"zh": figure.zh, "en": figure.en} for code, figure in words_of().items()}
        told = {**labels.told, FIGURE_LABELS: figures}
        return json_answer({"fingerprint": fingerprint(document), "digest": document, "labels": told})

    return Endpoint(
        path="/v1/digests/{week}",
        name="get_digest",
        tag="Digests",
        summary="A weekly digest",
        description=(
            "Made from the place in the register where the week was closed: the same whenever it is asked for. Its numbers are"
            " of single counties and may be small, and it names the events behind them, so it is for those who may ask for a"
            " household in all of its counties. As `text/csv` it has a line for each figure and county."
        ),
        action=ACTION,
        answers={JSON: ANSWER, CSV: CSV_SCHEMA},
        parameters=(whole("team", "A supervision team's counties; without it, the whole province", 1, TEAM_MAX, example=3),),
        missing=("E-TEAM-UNKNOWN",),
        problems=("E-AUTH-SCOPE", "E-WEEK-MALFORMED", "E-WEEK-NOT-CLOSED", "E-ACCEPT"),
        view=view,
    )


def _sheet(document: dict[str, Any]) -> Response:
    of = "province" if document["team"] is None else f"team-{document['team']}"
    headers = {"Content-Disposition": f'attachment; filename="digest-{document["week"]}-{of}.csv"'}
    return Response(csv_file(document, preferred_language(request)), headers=headers, content_type="text/csv; charset=utf-8")
