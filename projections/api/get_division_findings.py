"""`GET /v1/divisions/{code}/findings`: what the supervision teams found within a division, in figures and one by one."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from flask import Response, request
from sqlalchemy import Connection

from projections.api.access import may_see
from projections.api.answers import json_answer, wants_csv
from projections.api.cursors import CURSOR, make_cursor, read_cursor
from projections.api.division_path import BRIEF, brief, division_in_scope
from projections.api.endpoint import CSV, JSON, Endpoint, Question
from projections.api.errors import Faults
from projections.api.json_schemas import count, record, rows, words
from projections.api.labels import LABELS, Labels
from projections.api.languages import preferred_language
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
from projections.api.sheet import CSV_SCHEMA, Column, Columns, sheet_answer
from projections.register.queries.fields import DAY, Document, Shape, day_text, or_null
from projections.register.queries.findings import (
    OPEN,
    SORTS,
    FindingFigures,
    Wanted,
    all_findings,
    finding_figures,
    finding_shape,
    list_findings,
)
from projections.register.queries.pages import Page
from projections.weekly.teams import teams
from schemas.access import Actor
from schemas.code_tables import table
from schemas.divisions import Division

ACTION: Final = "query.findings"
ROWS: Final = 100
ROWS_MAX: Final = 1000
STATES, SECTIONS, SEVERITIES = (table(name).codes for name in ("finding_state", "finding_section", "finding_severity"))
_FIGURES: Final = (("finding_state", STATES), ("finding_section", SECTIONS), ("finding_severity", SEVERITIES))
_HEADINGS: Final = {"state": "finding_state", "due_on": "rectify_by"}
"""Fields whose columns are called otherwise elsewhere."""
FINDING_SCHEMA: Final = finding_shape(0).schema

PARAMETERS: Final[tuple[Parameter, ...]] = (
    codes("state", "How far they are; without it, all that are not verified", "finding_state", example="ASSIGNED"),
    codes("section", "What they are about", "finding_section", example="EXIT"),
    codes("severity", "How grave they are", "finding_severity", example="GRAVE"),
    whole("team", "Of this supervision team alone", 1, teams()[-1], example=3),
    flag("overdue", "Whether the day by which they are to be put right has passed", example=True),
    choice(
        "sort",
        "What to sort by (with a minus: the latest first), then by finding id; what waits for no day comes first",
        [*SORTS, *(f"-{name}" for name in SORTS)],
        default="found_on",
        example="due_on",
    ),
    *MOMENT,
    whole("limit", f"How many at most in a page; {ROWS} unless given", 1, ROWS_MAX, example=ROWS),
    CURSOR,
)
ANSWER: Final = record(
    division=BRIEF,
    **MOMENT_TOLD,
    today={**DAY.schema, "description": "The day in the province, or the one asked about, by which all is told"},
    total=count("Findings that there are, whatever the filters", 31),
    open=count("Of them those that are not verified", 12),
    overdue=count("Of the open ones those of which the day has passed", 2),
    by_state=record("All of them, by code table `finding_state`", **{code: count(code) for code in STATES}),
    open_by_section=record("The open ones, by code table `finding_section`", **{code: count(code) for code in SECTIONS}),
    open_by_severity=record("The open ones, by code table `finding_severity`", **{code: count(code) for code in SEVERITIES}),
    findings=rows(FINDING_SCHEMA),
    next=or_null(words("The cursor of the next page; null: there is none", "WyI3ZjQ...")),
    labels=LABELS,
)


def get_division_findings(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        division = division_in_scope(parts.divisions(), question, ACTION)
        with parts.reading() as connection:
            moment, today = moment_and_today(parts, connection, question.values, SUPERVISION)
            filters = {name: question.values[name] for name in ("state", "section", "severity", "team", "overdue")}
            wanted = Wanted(division=division.code, today=today, moment=moment, **filters)
            if wants_csv(question.http):
                return _sheet(parts, connection, question, wanted)
            return _listed(parts, connection, question, division, wanted)

    return Endpoint(
        path="/v1/divisions/{code}/findings",
        name="get_division_findings",
        tag="Divisions",
        summary="Findings of the supervision teams",
        description=(
            "How many findings there are within the division, and those that are not verified, the longest open first; with"
            " `sort=due_on` and `overdue=true` the most overdue first. A finding lies where the office is that has it, and before"
            " that where it was found. Every filter that is given must hold; of several codes in one filter, one; the figures are"
            " of all. The household that a finding is about is shown to who may ask for a household there. With `as_of` or"
            " `known_at` all is that of the moment, with what was overdue then. As `text/csv` the whole list comes as one sheet."
        ),
        action=ACTION,
        answers={JSON: ANSWER, CSV: CSV_SCHEMA},
        parameters=PARAMETERS,
        missing=("E-DIVISION-UNKNOWN",),
        problems=("E-AUTH-SCOPE", "E-FIELD-NOT-ALLOWED", "E-DATE-FUTURE", "E-KNOWN-AT", "E-CURSOR", "E-ACCEPT"),
        check=lambda values, faults: _check(parts, values, faults),
        view=view,
    )


def shown_to(actor: Actor, findings: Iterable[Document]) -> Iterator[Document]:
    """The findings, without the households that the actor may not see."""
    for finding in findings:
        yield finding if may_see(actor, finding["found_in"]) else {**finding, "household_id": None}


def _check(parts: QueryParts, values: Mapping[str, Any], faults: Faults) -> None:
    check_moment(parts, values, faults, SUPERVISION)
    # Which division it belongs to, the path says, and the gate there decides anew with every page.
    read_cursor(values["cursor"], _question(values), faults)
    if wants_csv(request):
        for name in ("limit", "cursor"):
            if values[name] is not None:
                faults.add("E-FIELD-NOT-ALLOWED", at=name)


def _page(values: Mapping[str, Any]) -> Page:
    sort = values["sort"]
    after = read_cursor(values["cursor"], _question(values), Faults())
    return Page(sort=sort.removeprefix("-"), descending=sort.startswith("-"), after=after, limit=values["limit"] or ROWS)


def _question(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a cursor belongs to."""
    return {name: value for name, value in values.items() if name not in ("cursor", "limit")}


def _listed(parts: QueryParts, connection: Connection, question: Question, division: Division, wanted: Wanted) -> Response:
    figures = finding_figures(connection, wanted.division, wanted.today, wanted.moment)
    listed, last = list_findings(connection, wanted, _page(question.values))
    findings = list(shown_to(question.actor, listed))
    labels = Labels(parts.code_tables(), parts.divisions())
    for name, known in _FIGURES:
        for code in known:
            labels.note_code(name, code)
    labels.note_all(finding_shape(wanted.today), findings)
    for place in {finding[name] for finding in findings for name in ("division", "found_in")}:
        labels.note_place(place)
    answer = {
        "division": brief(division),
        **moment_told(wanted.moment),
        "today": day_text(wanted.today),
        **_told(figures),
        "findings": findings,
        "next": None if last is None else make_cursor(last, _question(question.values)),
        "labels": labels.told,
    }
    return json_answer(answer)


def _told(figures: FindingFigures) -> Document:
    return {
        "total": figures.by_state.total(),
        "open": sum(figures.by_state[state] for state in OPEN),
        "overdue": figures.overdue,
        "by_state": {code: figures.by_state[code] for code in STATES},
        "open_by_section": {code: figures.by_section[code] for code in SECTIONS},
        "open_by_severity": {code: figures.by_severity[code] for code in SEVERITIES},
    }


def _sheet(parts: QueryParts, connection: Connection, question: Question, wanted: Wanted) -> Response:
    language = preferred_language(request)
    columns = Columns(parts.code_tables(), parts.divisions(), language)
    findings = shown_to(question.actor, all_findings(connection, wanted, _page(question.values)))
    return sheet_answer(list(_columns(columns, finding_shape(wanted.today))), findings, f"findings-{wanted.division}", language)


def _columns(columns: Columns, shape: Shape) -> Iterator[Column]:
    for field in shape.fields:
        own = columns.of_field(field, _HEADINGS.get(field.name, ""))
        # Of two places one has the names; the other is told by its code.
        yield from [next(own)] if field.name == "found_in" else own
