"""`GET /v1/households`: lists of households, filtered and ordered, page by page; or the whole list as a sheet."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, request
from sqlalchemy import Connection

from projections.api.access import require_scope
from projections.api.answers import json_answer, wants_csv
from projections.api.cursors import CURSOR, make_cursor, read_cursor
from projections.api.endpoint import CSV, JSON, Endpoint, Question
from projections.api.errors import Faults
from projections.api.json_schemas import record, words
from projections.api.labels import LABELS, Labels
from projections.api.languages import preferred_language
from projections.api.moment_parameters import MOMENT, MOMENT_TOLD, check_moment, is_now, moment_of, moment_told
from projections.api.parameters import Parameter, choice, codes, day, division, opaque, whole
from projections.api.parts import QueryParts
from projections.api.sheet import CSV_SCHEMA, Columns, sheet_answer
from projections.register.queries.fields import DIVISION, day_number, or_null
from projections.register.queries.household_list import (
    SORTS,
    SORTS_THEN,
    Wanted,
    all_now,
    all_then,
    list_now,
    list_then,
)
from projections.register.queries.moments import Moment
from projections.register.queries.pages import Page
from projections.register.queries.shapes import BELIEF_SHAPE, HOUSEHOLD_SHAPE
from schemas.clock import shanghai_date

ACTION: Final = "query.list"
ROWS: Final = 100
ROWS_MAX: Final = 1000
DAYS_MAX: Final = 3660

ALWAYS: Final[tuple[Parameter, ...]] = (
    division("division", "Households within this division; without it, within the actor's own", example="469024000000"),
    codes("status", "Register status", "register_status", example="REGISTERED"),
    codes("overlay", "Monitoring overlay", "monitoring_state", example="ACTIVE"),
    whole("spell_no", "Number of the poverty spell that counts: 2 finds those who came back", 1, 99, example=2),
)
NOW_ONLY: Final[tuple[Parameter, ...]] = (
    codes("cause", "Among the main and the other causes", "poverty_cause", example="ILLNESS"),
    codes("attribute", "What kind of poor household", "household_attribute", example="DIBAO"),
    codes("entry_kind", "How the spell that counts began", "entry_kind", example="RELAPSE"),
    codes("monitoring_category", "Why it is or was monitored", "monitoring_category", example="MARGINAL"),
    opaque("helper", "Households of this helper, by opaque id", example="u-0042"),
    whole("visit_overdue_days", "Not visited for more than so many days, or never", 0, DAYS_MAX, example=90),
    day("exited_from", "Left poverty on this day or later", example="2019-01-01"),
    day("exited_to", "Left poverty on this day or earlier", example="2019-12-31"),
)
ORDER: Final = [*SORTS, *(f"-{name}" for name in SORTS)]
PAGING: Final[tuple[Parameter, ...]] = (
    choice(
        "sort",
        "What to sort by (with a minus: the largest first), then by household id; what is not known comes first",
        ORDER,
        default="division",
        example="-last_visit_on",
    ),
    whole("limit", f"How many at most in a page; {ROWS} unless given", 1, ROWS_MAX, example=ROWS),
    CURSOR,
)
ANSWER: Final = record(
    division={**DIVISION.schema, "description": "Where it was looked"},
    **MOMENT_TOLD,
    households={
        "type": "array",
        "items": {"anyOf": [{**HOUSEHOLD_SHAPE.schema, "title": "Now"}, {**BELIEF_SHAPE.schema, "title": "At a moment"}]},
        "examples": [[]],
    },
    next=or_null(words("The cursor of the next page; null: there is none", "WyI3ZjQ...")),
    labels=LABELS,
)


def get_households(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        values = question.values
        place = values["division"] or question.actor.division
        require_scope(question.actor, ACTION, place)
        wanted = _wanted({**values, "division": place}, day_number(shanghai_date(parts.clock.now())))
        with parts.reading() as connection:
            moment = None if is_now(values) else moment_of(connection, values)
            if wants_csv(question.http):
                return _sheet(parts, connection, wanted, moment, _page(values))
            return _listed(parts, connection, wanted, moment, values)

    return Endpoint(
        path="/v1/households",
        name="get_households",
        tag="Households",
        summary="List households",
        description=(
            "Every filter that is given must hold; of several codes in one filter, one. With `as_of` or `known_at` the list is"
            " that of the moment, and only place, statuses and spell can be filtered by; pages of a list at a `known_at` never"
            " shift. As `text/csv` the whole list comes as one sheet, with Chinese headings, or English ones for a client that"
            " prefers it."
        ),
        action=ACTION,
        answers={JSON: ANSWER, CSV: CSV_SCHEMA},
        parameters=(*ALWAYS, *NOW_ONLY, *MOMENT, *PAGING),
        problems=(
            "E-AUTH-SCOPE",
            "E-DIVISION-UNKNOWN",
            "E-FIELD-NOT-ALLOWED",
            "E-DATE-ORDER",
            "E-DATE-FUTURE",
            "E-KNOWN-AT",
            "E-CURSOR",
            "E-ACCEPT",
        ),
        check=lambda values, faults: _check(parts, values, faults),
        view=view,
    )


def _check(parts: QueryParts, values: Mapping[str, Any], faults: Faults) -> None:
    check_moment(parts, values, faults)
    if values["division"] is not None and values["division"] not in parts.divisions():
        faults.add("E-DIVISION-UNKNOWN", at="division", division=values["division"])
    first, last = values["exited_from"], values["exited_to"]
    if first is not None and last is not None and first > last:
        faults.add("E-DATE-ORDER", at="exited_to", first="exited_from", then="exited_to")
    if not is_now(values):
        for parameter in NOW_ONLY:
            if values[parameter.name] not in (None, ()):
                faults.add("E-FIELD-NOT-ALLOWED", at=parameter.name)
        if values["sort"].removeprefix("-") not in SORTS_THEN:
            faults.add("E-FIELD-NOT-ALLOWED", at="sort")
    read_cursor(values["cursor"], _question(values), faults)
    if wants_csv(request):
        for name in ("limit", "cursor"):
            if values[name] is not None:
                faults.add("E-FIELD-NOT-ALLOWED", at=name)


def _wanted(values: Mapping[str, Any], today: int) -> Wanted:
    overdue = values["visit_overdue_days"]
    same = ("division", "status", "overlay", "spell_no", "cause", "attribute", "entry_kind", "monitoring_category", "helper")
    return Wanted(
        **{name: values[name] for name in same},
        visited_before=None if overdue is None else today - overdue,
        exited_from=values["exited_from"],
        exited_to=values["exited_to"],
    )


def _page(values: Mapping[str, Any]) -> Page:
    sort = values["sort"]
    after = read_cursor(values["cursor"], _question(values), Faults())
    return Page(sort=sort.removeprefix("-"), descending=sort.startswith("-"), after=after, limit=values["limit"] or ROWS)


def _question(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a cursor belongs to."""
    return {name: value for name, value in values.items() if name not in ("cursor", "limit")}


def _listed(
    parts: QueryParts, connection: Connection, wanted: Wanted, moment: Moment | None, values: Mapping[str, Any]
) -> Response:
    page = _page(values)
    if moment is None:
        (households, last), shape = list_now(connection, wanted, page), HOUSEHOLD_SHAPE
    else:
        (households, last), shape = list_then(connection, wanted, moment, page), BELIEF_SHAPE
    labels = Labels(parts.code_tables(), parts.divisions())
    labels.note_all(shape, households)
    for code in {household["division"] for household in households}:
        labels.note_place(code)
    answer = {
        "division": wanted.division,
        **moment_told(moment),
        "households": households,
        "next": None if last is None else make_cursor(last, _question(values)),
        "labels": labels.told,
    }
    return json_answer(answer)


def _sheet(parts: QueryParts, connection: Connection, wanted: Wanted, moment: Moment | None, page: Page) -> Response:
    language = preferred_language(request)
    columns = Columns(parts.code_tables(), parts.divisions(), language)
    documents: Any
    if moment is None:
        documents, shape = all_now(connection, wanted, page), HOUSEHOLD_SHAPE
    else:
        documents, shape = all_then(connection, wanted, moment, page), BELIEF_SHAPE
    return sheet_answer(columns.of(shape), documents, f"households-{wanted.division}", language)
