"""`GET /v1/mismatches`: the worklist of what comparisons found, page by page; or the whole of it as a sheet."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, request

from projections.api.access import require_scope
from projections.api.answers import json_answer, wants_csv
from projections.api.cursors import CURSOR, make_cursor, read_cursor
from projections.api.division_path import BRIEF, brief
from projections.api.endpoint import CSV, JSON, Endpoint, Question
from projections.api.errors import Faults
from projections.api.json_schemas import record, rows, words
from projections.api.labels import LABELS, Labels
from projections.api.languages import preferred_language
from projections.api.moment_parameters import CAMPAIGNS, MOMENT, MOMENT_TOLD, check_moment, moment_and_today, moment_told
from projections.api.parameters import Parameter, codes, division, flag, identifier, whole
from projections.api.parts import QueryParts
from projections.api.sheet import CSV_SCHEMA, Column, Columns, sheet_answer
from projections.register.queries.campaigns import MISMATCH_SHAPE, Wanted, all_mismatches, list_mismatches
from projections.register.queries.fields import DAY, day_text, or_null
from projections.register.queries.pages import Page

ACTION: Final = "query.list"
ROWS: Final = 100
ROWS_MAX: Final = 1000
_HEADINGS: Final = {"state": "mismatch_state", "outcome": "mismatch_outcome"}
"""Warnings have states and outcomes of their own."""
PARAMETERS: Final[tuple[Parameter, ...]] = (
    division("division", "What offices within this division have; without it, within the actor's own", example="469024000000"),
    identifier("run", "Found by this comparison run", example="018f2f6a-1111-7000-8000-000000000007"),
    codes("state", "How far they are; without it, all", "mismatch_state", example="ASSIGNED"),
    codes("sector", "Whose data they are from", "comparison_sector", example="VEHICLE"),
    codes("rule", "Which rule found them", "mismatch_rule", example="VEHICLE_OWNER"),
    flag("overdue", "Whether the day of their verification has passed", example=True),
    *MOMENT,
    whole("limit", f"How many at most in a page; {ROWS} unless given", 1, ROWS_MAX, example=ROWS),
    CURSOR,
)
ANSWER: Final = record(
    division=BRIEF,
    **MOMENT_TOLD,
    today={**DAY.schema, "description": "The day by which something is overdue"},
    mismatches=rows(MISMATCH_SHAPE.schema, "Those that wait for no day first, then those whose day comes first"),
    next=or_null(words("The cursor of the next page; null: there is none", "WyI3ZjQ...")),
    labels=LABELS,
)


def get_mismatches(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        divisions, values = parts.divisions(), question.values
        place = values["division"] or question.actor.division
        require_scope(question.actor, ACTION, place)
        with parts.reading() as connection:
            moment, today = moment_and_today(parts, connection, values, CAMPAIGNS)
            filters = {name: values[name] for name in ("run", "state", "sector", "rule", "overdue")}
            wanted = Wanted(division=place, today=today, moment=moment, **filters)
            if wants_csv(question.http):
                language = preferred_language(request)
                columns = Columns(parts.code_tables(), divisions, language)
                found = all_mismatches(connection, wanted)
                return sheet_answer(_columns(columns), found, f"mismatches-{place}", language)
            page = Page(after=read_cursor(values["cursor"], _question(values), Faults()), limit=values["limit"] or ROWS)
            listed, last = list_mismatches(connection, wanted, page)
        labels = Labels(parts.code_tables(), divisions)
        labels.note_all(MISMATCH_SHAPE, listed)
        for code in {one["division"] for one in listed}:
            labels.note_place(code)
        days = {**moment_told(moment), "today": day_text(today)}
        following = None if last is None else make_cursor(last, _question(values))
        told = {"division": brief(divisions[place]), **days, "mismatches": listed, "next": following, "labels": labels.told}
        return json_answer(told)

    return Endpoint(
        path="/v1/mismatches",
        name="get_mismatches",
        tag="Campaigns",
        summary="Worklist of mismatches",
        description=(
            "What comparisons with the sectors' data found about households, as far as an office within the division has it. A"
            " mismatch is a lead: it changes no status. Every filter that is given must hold; of several codes in one filter,"
            " one. As `text/csv` the whole list comes as one sheet."
        ),
        action=ACTION,
        answers={JSON: ANSWER, CSV: CSV_SCHEMA},
        parameters=PARAMETERS,
        problems=(
            "E-AUTH-SCOPE",
            "E-DATE-FUTURE",
            "E-KNOWN-AT",
            "E-DIVISION-UNKNOWN",
            "E-FIELD-NOT-ALLOWED",
            "E-CURSOR",
            "E-ACCEPT",
        ),
        check=lambda values, faults: _check(parts, values, faults),
        view=view,
    )


def _columns(columns: Columns) -> list[Column]:
    return [column for field in MISMATCH_SHAPE.fields for column in columns.of_field(field, _HEADINGS.get(field.name, ""))]


def _check(parts: QueryParts, values: Mapping[str, Any], faults: Faults) -> None:
    check_moment(parts, values, faults, CAMPAIGNS)
    if values["division"] is not None and values["division"] not in parts.divisions():
        faults.add("E-DIVISION-UNKNOWN", at="division", division=values["division"])
    read_cursor(values["cursor"], _question(values), faults)
    if wants_csv(request):
        for name in ("limit", "cursor"):
            if values[name] is not None:
                faults.add("E-FIELD-NOT-ALLOWED", at=name)


def _question(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a cursor belongs to."""
    asked = {name: value for name, value in values.items() if name not in ("cursor", "limit")}
    return {**asked, "run": asked["run"] and asked["run"].hex()}
