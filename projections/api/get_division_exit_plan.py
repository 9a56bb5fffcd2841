"""`GET /v1/divisions/{code}/exit-plan`: a year's plan of exits, and what was done of it, of a division and of those below it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.below import gathered_below
from projections.api.division_path import BRIEF, brief, division_in_scope
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.figures import AMOUNT, amount
from projections.api.json_schemas import count, merged, record, rows
from projections.api.labels import LABELS, Labels
from projections.api.moment_parameters import KNOWN_AT, MOMENT_TOLD, check_moment, moment_of
from projections.api.parameters import whole
from projections.api.parts import QueryParts
from projections.register.queries.exit_plan import (
    Done,
    PlacesExit,
    Plan,
    done_by_place,
    first_and_last_day,
    places_exits,
    plans_of,
    together,
)
from projections.register.queries.fields import DAY, DIVISION, Document, day_text, instant_text, or_null
from projections.register.queries.places import digits_below
from schemas.clock import shanghai_date
from schemas.code_tables import table
from schemas.division_codes import COUNTY_DIGITS, Level, level_of
from schemas.divisions import Division, Divisions

ACTION: Final = "query.totals"
STEPS: Final = "division_exit_step"
ANNOUNCED: Final = "ANNOUNCED"
NO_DONE: Final = Done()

LINE: Final = record(
    planned=or_null(count("What the plan says; null: it names none, or there is none", 83_000)),
    done=or_null({"type": "integer", "description": "Net of what was taken back", "examples": [12_260]}),
    rate=record(
        numerator={"type": "integer", "description": "Done", "examples": [12_260]},
        denominator=count("Planned; 0: nothing was", 83_000),
        percent=or_null({"type": "string", "description": "With one decimal; null: nothing was planned", "examples": ["14.8"]}),
    ),
)
FIGURES: Final = record(
    plan_set_on=or_null({**DAY.schema, "description": "The day of the plan; null: nobody has set one"}),
    persons=LINE,
    households=LINE,
    villages=LINE,
    counties=LINE,
    exited=AMOUNT,
    reversed={**AMOUNT, "description": "Exits that were found wrong and taken back in the year (T14)"},
    villages_by_step=record("Where villages stand at the year's end, or now", **{s: count(s) for s in table(STEPS).codes}),
    counties_by_step=record("The same of counties", **{s: count(s) for s in table(STEPS).codes}),
)
PLACE: Final = record(
    division=DIVISION.schema,
    level={"type": "string", "enum": ["COUNTY", "VILLAGE"], "examples": ["VILLAGE"]},
    step={"type": "string", "enum": list(table(STEPS).codes), "description": f"Code table `{STEPS}`", "examples": [ANNOUNCED]},
    step_on=DAY.schema,
    poor_persons=or_null(count("Of the last check; null: there was none", 12)),
    rural_persons=or_null(count("Of these", 1_480)),
)
ANSWER: Final = record(
    division=BRIEF,
    year=count("The year", 2018),
    known_at=MOMENT_TOLD["known_at"],
    total=FIGURES,
    children=rows(merged(BRIEF, FIGURES), "County-level units of the province, townships of a county; in order of codes"),
    places=rows(PLACE, "Villages and counties within the division whose exit was applied for, in order of codes"),
    labels=LABELS,
)


def get_division_exit_plan(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        divisions = parts.divisions()
        division = division_in_scope(divisions, question, ACTION)
        year = question.values["year"] or _this_year(parts, question.values["known_at"])
        of_province = division.level is Level.PROVINCE
        digits = COUNTY_DIGITS if of_province else digits_below(division.code)
        with parts.reading() as connection:
            known_at = question.values["known_at"]
            if known_at is not None:
                known_at = moment_of(connection, {"as_of": None, "known_at": known_at}).known_at
            plans = plans_of(connection, division.code, year, known_at)
            done = done_by_place(connection, division.code, digits, year, known_at)
            exits = places_exits(connection, division.code, first_and_last_day(year)[1], known_at)
        labels = Labels(parts.code_tables(), divisions)
        for step in table(STEPS).codes:
            labels.note_code(STEPS, step)
        for place in exits:
            labels.note_place(place.division)
        own = {division.code: (together(done.values()), exits)}
        children = [] if division.level is Level.VILLAGE else _children(divisions, division, done, exits)
        answer = {
            "division": brief(division),
            "year": year,
            "known_at": None if known_at is None else instant_text(known_at),
            "total": _figures(plans.get(division.code), *own[division.code], year),
            "children": [{**brief(at), **_figures(plans.get(at.code), of, there, year)} for at, of, there in children],
            "places": [_place(place) for place in exits],
        }
        return json_answer({**answer, "labels": labels.told})

    return Endpoint(
        path="/v1/divisions/{code}/exit-plan",
        name="get_division_exit_plan",
        tag="Divisions",
        summary="Plan of exits and what was done of it",
        description=(
            "Persons, households, villages and counties that were to exit in a year, and those that did: a target of reports,"
            " which no decision asks about. An exit counts in the year in which it was effective; corrected ones do not, and"
            " those taken back as wrong are subtracted. Every rate has its numerator and denominator. With `known_at`: as it"
            " was known then."
        ),
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=(whole("year", "Which year; this one unless given", 2014, 2099, example=2018), KNOWN_AT),
        missing=("E-DIVISION-UNKNOWN",),
        problems=("E-AUTH-SCOPE", "E-KNOWN-AT"),
        check=lambda values, faults: check_moment(parts, {"as_of": None, **values}, faults),
        view=view,
    )


def _this_year(parts: QueryParts, known_at: int | None) -> int:
    if known_at is None:
        return shanghai_date(parts.clock.now()).year
    return shanghai_date(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=known_at)).year


def _children(
    divisions: Divisions, division: Division, done: Mapping[str, Done], exits: Sequence[PlacesExit]
) -> list[tuple[Division, Done, list[PlacesExit]]]:
    """The divisions below, each with what was done there."""
    places = gathered_below(divisions, division, {place.division: place for place in exits})
    dones = gathered_below(divisions, division, done)
    return [(at, together(of), list(there)) for (at, of), (_, there) in zip(dones, places, strict=True)]


def _figures(plan: Plan | None, done: Done, exits: Iterable[PlacesExit], year: int) -> Document:
    steps: dict[str, Counter[str]] = {"VILLAGE": Counter(), "COUNTY": Counter()}
    in_year = Counter[str]()
    first, _ = first_and_last_day(year)
    for place in exits:
        kind = _kind(place)
        steps[kind][place.step] += 1
        in_year[kind] += place.step == ANNOUNCED and place.step_on >= first
    return {
        "plan_set_on": None if plan is None else day_text(plan.effective_on),
        "persons": _line(None if plan is None else plan.persons, done.persons),
        "households": _line(None if plan is None else plan.households, done.households),
        "villages": _line(None if plan is None else plan.villages, in_year["VILLAGE"]),
        "counties": _line(None if plan is None else plan.counties, in_year["COUNTY"]),
        "exited": amount(done.exited),
        "reversed": amount(done.reversed),
        "villages_by_step": {step: steps["VILLAGE"][step] for step in table(STEPS).codes},
        "counties_by_step": {step: steps["COUNTY"][step] for step in table(STEPS).codes},
    }


def _line(planned: int | None, done: int) -> Document:
    percent = f"{100 * done / planned:.1f}" if planned else None
    return {"planned": planned, "done": done, "rate": {"numerator": done, "denominator": planned or 0, "percent": percent}}


def _place(place: PlacesExit) -> dict[str, Any]:
    poor, rural = place.rate or (None, None)
    at = {"division": place.division, "level": _kind(place), "step": place.step, "step_on": day_text(place.step_on)}
    return {**at, "poor_persons": poor, "rural_persons": rural}


def _kind(place: PlacesExit) -> str:
    return "VILLAGE" if level_of(place.division) is Level.VILLAGE else "COUNTY"
