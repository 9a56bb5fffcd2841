"""`GET /v1/warnings`: the worklist of early warnings, page by page; or the whole list as a sheet."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, request
from sqlalchemy import Connection

from projections.api.access import require_scope
from projections.api.answers import json_answer, wants_csv
from projections.api.cursors import CURSOR, make_cursor, read_cursor
from projections.api.endpoint import CSV, JSON, Endpoint, Question
from projections.api.errors import Faults
from projections.api.json_schemas import record, rows, words
from projections.api.labels import LABELS, Labels
from projections.api.languages import preferred_language
from projections.api.moment_parameters import (
    MOMENT,
    MOMENT_TOLD,
    WARNINGS,
    check_moment,
    moment_and_today,
    moment_told,
)
from projections.api.parameters import Parameter, choice, codes, division, flag, whole
from projections.api.parts import QueryParts
from projections.api.sheet import CSV_SCHEMA, Columns, sheet_answer
from projections.expenses.queries.cases import SORTS, Wanted, all_cases, case_shape, list_cases, shape_of
from projections.register.queries.fields import DAY, DIVISION, day_text, or_null
from projections.register.queries.moments import Moment
from projections.register.queries.pages import Page

ACTION: Final = "query.warnings"
ROWS: Final = 100
ROWS_MAX: Final = 1000
PROBLEMS: Final = (
    "E-AUTH-SCOPE", "E-DIVISION-UNKNOWN", "E-FIELD-NOT-ALLOWED", "E-DATE-FUTURE", "E-KNOWN-AT", "E-CURSOR", "E-ACCEPT",
)  # fmt: skip
CASE_SCHEMA: Final = case_shape(0).schema

PARAMETERS: Final[tuple[Parameter, ...]] = (
    division("division", "Cases within this division; without it, within the actor's own", example="469024000000"),
    codes("state", "How far they are; without it, all that are not ended", "warning_state", example="ASSIGNED"),
    codes("level", "How severe they are", "warning_level", example="RED"),
    codes("group", "How the register has them", "warning_group", example="EXITED"),
    flag("overdue", "Whether the day of what comes next has passed", example=True),
    flag("unclaimed", "Whether no township has it yet", example=False),
    choice(
        "sort",
        "What to sort by (with a minus: the largest first), then by case id; what waits for no day comes first",
        [*SORTS, *(f"-{name}" for name in SORTS)],
        default="due_on",
        example="-raised_at",
    ),
    *MOMENT,
    whole("limit", f"How many at most in a page; {ROWS} unless given", 1, ROWS_MAX, example=ROWS),
    CURSOR,
)
ANSWER: Final = record(
    division={**DIVISION.schema, "description": "Where it was looked"},
    **MOMENT_TOLD,
    today={**DAY.schema, "description": "The day in the province, or the one asked about, by which all is told"},
    warnings=rows(CASE_SCHEMA),
    next=or_null(words("The cursor of the next page; null: there is none", "WyI3ZjQ...")),
    labels=LABELS,
)


def get_warnings(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        place = question.values["division"] or question.actor.division
        require_scope(question.actor, ACTION, place)
        values = {**question.values, "division": place}
        with parts.reading_expenses() as connection:
            moment, today = moment_and_today(parts, connection, values, WARNINGS)
            wanted = _wanted(values, today, moment)
            if wants_csv(question.http):
                return _sheet(parts, connection, wanted, _page(question.values))
            return _listed(parts, connection, wanted, question.values)

    return Endpoint(
        path="/v1/warnings",
        name="get_warnings",
        tag="Warnings",
        summary="Worklist of early warnings",
        description=(
            "The cases that are not ended, those that wait longest first. Every filter that is given must hold; of several codes"
            " in one filter, one. A case whose level is blue is watched only, and nobody has to do anything: ask for it by"
            " `state=WATCHED`. With `as_of` or `known_at` the list is that of the moment, with what was overdue then. As"
            " `text/csv` the whole list comes as one sheet."
        ),
        action=ACTION,
        answers={JSON: ANSWER, CSV: CSV_SCHEMA},
        parameters=PARAMETERS,
        problems=PROBLEMS,
        check=lambda values, faults: _check(parts, values, faults),
        view=view,
    )


def _check(parts: QueryParts, values: Mapping[str, Any], faults: Faults) -> None:
    check_moment(parts, values, faults, WARNINGS)
    if values["division"] is not None and values["division"] not in parts.divisions():
        faults.add("E-DIVISION-UNKNOWN", at="division", division=values["division"])
    read_cursor(values["cursor"], _question(values), faults)
    if wants_csv(request):
        for name in ("limit", "cursor"):
            if values[name] is not None:
                faults.add("E-FIELD-NOT-ALLOWED", at=name)


def _wanted(values: Mapping[str, Any], today: int, moment: Moment | None) -> Wanted:
    names = ("division", "state", "level", "group", "overdue", "unclaimed")
    return Wanted(today=today, moment=moment, **{name: values[name] for name in names})


def _page(values: Mapping[str, Any]) -> Page:
    sort = values["sort"]
    after = read_cursor(values["cursor"], _question(values), Faults())
    return Page(sort=sort.removeprefix("-"), descending=sort.startswith("-"), after=after, limit=values["limit"] or ROWS)


def _question(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a cursor belongs to."""
    return {name: value for name, value in values.items() if name not in ("cursor", "limit")}


def _listed(parts: QueryParts, connection: Connection, wanted: Wanted, values: Mapping[str, Any]) -> Response:
    cases, last = list_cases(connection, wanted, _page(values))
    labels = Labels(parts.code_tables(), parts.divisions())
    labels.note_all(shape_of(wanted), cases)
    for code in {case["division"] for case in cases}:
        labels.note_place(code)
    answer = {
        "division": wanted.division,
        **moment_told(wanted.moment),
        "today": day_text(wanted.today),
        "warnings": cases,
        "next": None if last is None else make_cursor(last, _question(values)),
        "labels": labels.told,
    }
    return json_answer(answer)


def _sheet(parts: QueryParts, connection: Connection, wanted: Wanted, page: Page) -> Response:
    language = preferred_language(request)
    columns = Columns(parts.code_tables(), parts.divisions(), language)
    cases = all_cases(connection, wanted, page)
    return sheet_answer(columns.of(shape_of(wanted)), cases, f"warnings-{wanted.division}", language)
