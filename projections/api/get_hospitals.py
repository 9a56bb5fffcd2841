"""`GET /v1/hospitals`: how the hospitals do; of each: accepted, sent back, last heard of, how long its settlements took."""

from dataclasses import asdict
from typing import Any, Final

from flask import Response, request

from projections.api.access import may_see_hospital
from projections.api.answers import json_answer, wants_csv
from projections.api.endpoint import CSV, JSON, Endpoint, Question
from projections.api.headings import HEADINGS
from projections.api.json_schemas import count, record, rows, words
from projections.api.labels import LABELS, Labels
from projections.api.languages import preferred_language
from projections.api.parameters import day
from projections.api.parts import QueryParts
from projections.api.sheet import CSV_SCHEMA, Column, sheet_answer
from projections.days import first_instant
from projections.expenses.queries.hospitals import HospitalFigures, hospital_figures
from projections.register.queries.fields import DIVISION, INSTANT, Document, instant_text, micros, or_null
from schemas.hospital_codes import division_of

ACTION: Final = "query.hospitals"
SINCE: Final = day(
    "since", "What was accepted or sent back on this day or later; without it, all that is kept", example="2019-03-01"
)

HOSPITAL: Final = record(
    institution=words("The hospital, by its national code", "H46902400001"),
    division=or_null({**DIVISION.schema, "description": "The county that its code names"}),
    accepted=count("Records that were accepted, all versions", 1204),
    dead_letters=count("Records that came back", 3),
    last_seen={**INSTANT.schema, "description": "When it was last heard of"},
    silent_seconds=count("Since then", 340),
    seconds_mean=or_null(count("From settlement to acceptance, on average; null: nothing was settled", 5400)),
    seconds_max=or_null(count("The same, at the longest", 86_400)),
)
ANSWER: Final = record(hospitals=rows(HOSPITAL), labels=LABELS)


def get_hospitals(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        first_day = question.values["since"]
        since = 0 if first_day is None else first_instant(first_day)
        as_sheet = wants_csv(question.http)
        with parts.reading_expenses() as connection:
            figures = hospital_figures(connection, since)
        now = micros(parts.clock.now())
        shown = [_document(one, now) for one in figures if may_see_hospital(question.actor, ACTION, one.institution)]
        return _sheet(shown) if as_sheet else _told(parts, shown)

    return Endpoint(
        path="/v1/hospitals",
        name="get_hospitals",
        tag="Hospitals",
        summary="How the hospitals do",
        description=(
            "A row for each hospital that was heard of, in order of their codes: those whose code names a place within the"
            " asker's division; a hospital sees itself. Figures are of what is kept, which is two years."
        ),
        action=ACTION,
        answers={JSON: ANSWER, CSV: CSV_SCHEMA},
        parameters=(SINCE,),
        problems=("E-ACCEPT",),
        view=view,
    )


def _document(figures: HospitalFigures, now: int) -> Document:
    document: dict[str, Any] = {"institution": figures.institution, "division": division_of(figures.institution)}
    document |= {name: value for name, value in asdict(figures).items() if name not in document}
    document["last_seen"] = instant_text(figures.last_seen)
    document["silent_seconds"] = max(0, now - figures.last_seen) // 1_000_000
    return {name: document[name] for name in HOSPITAL["properties"]}


def _told(parts: QueryParts, shown: list[Document]) -> Response:
    labels = Labels(parts.code_tables(), parts.divisions())
    for one in shown:
        labels.note_place(one["division"])
    return json_answer({"hospitals": shown, "labels": labels.told})


def _sheet(shown: list[Document]) -> Response:
    language = preferred_language(request)
    columns = [
        Column(HEADINGS[name][language == "en"], lambda document, name=name: document[name])  # type: ignore[misc]
        for name in HOSPITAL["properties"]
    ]
    return sheet_answer(columns, shown, "hospitals", language)
