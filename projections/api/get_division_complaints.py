"""`GET /v1/divisions/{code}/complaints`: complaints about places within a division, in figures and one by one."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from flask import Response

from projections.api.access import may_see
from projections.api.answers import json_answer
from projections.api.cursors import CURSOR, make_cursor, read_cursor
from projections.api.division_path import BRIEF, brief, division_in_scope
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.errors import Faults
from projections.api.json_schemas import count, record, rows, words
from projections.api.labels import LABELS, Labels
from projections.api.moment_parameters import (
    MOMENT,
    MOMENT_TOLD,
    SUPERVISION,
    check_moment,
    moment_and_today,
    moment_told,
)
from projections.api.parameters import Parameter, choice, codes, flag, whole
from projections.api.parts import QueryParts
from projections.register.queries.complaints import (
    SORTS,
    ComplaintFigures,
    Wanted,
    complaint_figures,
    complaint_shape,
    list_complaints,
)
from projections.register.queries.fields import DAY, Document, day_text, or_null
from projections.register.queries.pages import Page
from schemas.access import Actor
from schemas.code_tables import table

ACTION: Final = "query.complaints"
ROWS: Final = 100
ROWS_MAX: Final = 1000
STATES, CHANNELS, OUTCOMES = (table(f"complaint_{name}").codes for name in ("state", "channel", "outcome"))
_FIGURES: Final = (("complaint_state", STATES), ("complaint_channel", CHANNELS), ("complaint_outcome", OUTCOMES))

PARAMETERS: Final[tuple[Parameter, ...]] = (
    codes("state", "How far they are; without it, all that are not resolved", "complaint_state", example="RECEIVED"),
    codes("channel", "How they came", "complaint_channel", example="HOTLINE_12317"),
    codes("section", "What they are about", "finding_section", example="ASSISTANCE"),
    codes("outcome", "What was made of them", "complaint_outcome", example="SUBSTANTIATED"),
    flag("overdue", "Whether the day by which they are to be resolved has passed", example=True),
    choice(
        "sort",
        "What to sort by (with a minus: the latest first), then by complaint id",
        [*SORTS, *(f"-{name}" for name in SORTS)],
        default="received_on",
        example="due_on",
    ),
    *MOMENT,
    whole("limit", "How many at most in a page", 1, ROWS_MAX, default=ROWS, example=ROWS),
    CURSOR,
)
ANSWER: Final = record(
    division=BRIEF,
    **MOMENT_TOLD,
    today={**DAY.schema, "description": "The day in the province, or the one asked about, by which all is told"},
    total=count("Complaints that there are, whatever the filters", 18),
    overdue=count("Those that are not resolved though the day has passed", 1),
    by_state=record("By code table `complaint_state`", **{code: count(code) for code in STATES}),
    by_channel=record("By code table `complaint_channel`", **{code: count(code) for code in CHANNELS}),
    by_outcome=record("The resolved ones, by code table `complaint_outcome`", **{code: count(code) for code in OUTCOMES}),
    complaints=rows(complaint_shape(0).schema),
    next=or_null(words("The cursor of the next page; null: there is none", "WyI3ZjQ...")),
    labels=LABELS,
)


def get_division_complaints(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        values = question.values
        division = division_in_scope(parts.divisions(), question, ACTION)
        with parts.reading() as connection:
            moment, today = moment_and_today(parts, connection, values, SUPERVISION)
            filters = {name: values[name] for name in ("state", "channel", "section", "outcome", "overdue")}
            wanted = Wanted(division=division.code, today=today, moment=moment, **filters)
            figures = complaint_figures(connection, division.code, today, moment)
            listed, last = list_complaints(connection, wanted, _page(values))
        complaints = list(_shown_to(question.actor, listed))
        labels = Labels(parts.code_tables(), parts.divisions())
        for name, known in _FIGURES:
            for code in known:
                labels.note_code(name, code)
        labels.note_all(complaint_shape(today), complaints)
        for place in {complaint["division"] for complaint in complaints}:
            labels.note_place(place)
        answer = {
            "division": brief(division),
            **moment_told(moment),
            "today": day_text(today),
            **_told(figures),
            "complaints": complaints,
            "next": None if last is None else make_cursor(last, _question(values)),
            "labels": labels.told,
        }
        return json_answer(answer)

    return Endpoint(
        path="/v1/divisions/{code}/complaints",
        name="get_division_complaints",
        tag="Divisions",
        summary="Complaints",
        description=(
            "How many complaints there are about places within the division, by how they came and what was made of them, and"
            " those that are not resolved, the longest open first. What was said is in no answer: it is in the vault. Every"
            " filter that is given must hold; of several codes in one filter, one; the figures are of all. The household that a"
            " complaint is about is shown to who may ask for a household there. With `as_of` or `known_at` all is that of the"
            " moment, with what was overdue then."
        ),
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=PARAMETERS,
        missing=("E-DIVISION-UNKNOWN",),
        problems=("E-AUTH-SCOPE", "E-DATE-FUTURE", "E-KNOWN-AT", "E-CURSOR"),
        check=lambda values, faults: _check(parts, values, faults),
        view=view,
    )


def _check(parts: QueryParts, values: Mapping[str, Any], faults: Faults) -> None:
    check_moment(parts, values, faults, SUPERVISION)
    read_cursor(values["cursor"], _question(values), faults)


def _page(values: Mapping[str, Any]) -> Page:
    sort = values["sort"]
    after = read_cursor(values["cursor"], _question(values), Faults())
    return Page(sort=sort.removeprefix("-"), descending=sort.startswith("-"), after=after, limit=values["limit"])


def _question(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a cursor belongs to; the division is the path's, and decided anew with every page."""
    return {name: value for name, value in values.items() if name not in ("cursor", "limit")}


def _shown_to(actor: Actor, complaints: Iterable[Document]) -> Iterator[Document]:
    """The complaints, without the households that the actor may not see."""
    for complaint in complaints:
        yield complaint if may_see(actor, complaint["division"]) else {**complaint, "household_id": None}


def _told(figures: ComplaintFigures) -> Document:
    return {
        "total": figures.by_state.total(),
        "overdue": figures.overdue,
        "by_state": {code: figures.by_state[code] for code in STATES},
        "by_channel": {code: figures.by_channel[code] for code in CHANNELS},
        "by_outcome": {code: figures.by_outcome[code] for code in OUTCOMES},
    }
