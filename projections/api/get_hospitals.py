"""`GET /v1/hospitals`: how the hospitals do; of each: who it is, accepted, sent back, last heard of, silent or stopped."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from flask import Response, request

from projections.api.access import HOSPITAL as HOSPITAL_ROLE
from projections.api.access import may_see_hospital, require_scope
from projections.api.answers import json_answer, wants_csv
from projections.api.endpoint import CSV, JSON, Endpoint, Question
from projections.api.errors import Faults
from projections.api.headings import CODE_OF, HEADINGS, PLACES
from projections.api.json_schemas import count, record, rows, words
from projections.api.labels import LABELS, Labels
from projections.api.languages import preferred_language
from projections.api.parameters import Parameter, day, division, flag
from projections.api.parts import QueryParts
from projections.api.sheet import CSV_SCHEMA, Column, sheet_answer
from projections.days import first_instant
from projections.expenses.queries.hospitals import HospitalFigures, KnownHospital, hospital_figures, known_hospitals
from projections.expenses.queries.silence import SilenceRule, interval_hours, silent_since
from projections.register.queries.fields import (
    DAY,
    DIVISION,
    INSTANT,
    Document,
    day_text,
    division_text,
    instant_text,
    micros,
    or_null,
)
from schemas.divisions import Divisions, DivisionUnknown, county_code, scope_prefix, township_code
from schemas.hospital_codes import division_of

ACTION: Final = "query.hospitals"
LEVELS: Final = "hospital_level"
PARAMETERS: Final[tuple[Parameter, ...]] = (
    day("since", "What was accepted or sent back on this day or later; without it, all that is kept", example="2019-03-01"),
    division("division", "Hospitals within this division; without it, all that may be seen", example="469024000000"),
    flag("silent", "Whether nothing has come of it for too long", example=True),
    flag("stopped", "Whether its records are not taken in", example=False),
)

BOOLEAN: Final = {"type": "boolean", "examples": [False]}
FLAGS: Final = ("silent", "stopped")
HOSPITAL: Final = record(
    institution=words("The hospital, by its national code", "H46902400001"),
    name=or_null(words("What it is called; null: nobody has registered it", "示范县人民医院")),
    hospital_level=or_null(words("Code table `hospital_level`", "2")),
    division=or_null({**DIVISION.schema, "description": "Its county or township, as registered or by its code"}),
    has_topic=or_null({**BOOLEAN, "description": "Whether it has a topic in the log; null: nobody could say just now"}),
    since=or_null({**DAY.schema, "description": "The first day on which it reports"}),
    until=or_null({**DAY.schema, "description": "The last one"}),
    accepted=count("Records that were accepted, all versions", 1204),
    dead_letters=count("Records that came back", 3),
    last_seen=or_null({**INSTANT.schema, "description": "When it was last heard of, for good or ill; null: never"}),
    silent_seconds=or_null(count("Since then", 340)),
    usual_interval_hours=count("How often it is usually heard of: its own interval, else the policy's", 24),
    silent={**BOOLEAN, "description": "Whether nothing has come for the policy's number of usual intervals"},
    silent_since=or_null({**INSTANT.schema, "description": "From when on that is so"}),
    stopped={
        **BOOLEAN,
        "description": "Whether its records wait in its topic, since too many were dead letters",
    },
    stopped_since=or_null({**INSTANT.schema, "description": "From when on that is so"}),
    seconds_mean=or_null(count("From settlement to acceptance, on average; null: nothing was settled", 5400)),
    seconds_p50=or_null(count("Half of them took no longer, to a quarter of an hour", 4500)),
    seconds_p95=or_null(count("95 in 100 of them took no longer, to a quarter of an hour", 64_800)),
    seconds_max=or_null(count("The longest of them", 86_400)),
)
ANSWER: Final = record(hospitals=rows(HOSPITAL), labels=LABELS)
_FIGURES: Final = HospitalFigures()


def get_hospitals(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        place, first_day = question.values["division"], question.values["since"]
        if place is not None and question.actor.role != HOSPITAL_ROLE:
            require_scope(question.actor, ACTION, place)
        as_sheet = wants_csv(question.http)
        with parts.reading_expenses() as connection:
            known = known_hospitals(connection)
            figures = hospital_figures(connection, 0 if first_day is None else first_instant(first_day))
        rule, now, topics = parts.silence(), micros(parts.clock.now()), parts.with_topic()
        told = (
            _document(one, figures.get(one.institution, _FIGURES), rule, now, topics)
            for one in _with_unheard(known, topics or ())
            if may_see_hospital(question.actor, ACTION, one.institution)
        )
        shown = [one for one in told if _wanted(one, question.values)]
        return _sheet(parts, shown) if as_sheet else _told(parts, shown)

    return Endpoint(
        path="/v1/hospitals",
        name="get_hospitals",
        tag="Hospitals",
        summary="How the hospitals do",
        description=(
            "A row for each hospital that is registered, was heard of or has a topic, in order of their codes: those whose code"
            " names a place within the asker's division; a hospital sees itself. Every filter that is given must hold. Figures"
            " are of what is kept, which is two years."
        ),
        action=ACTION,
        answers={JSON: ANSWER, CSV: CSV_SCHEMA},
        parameters=PARAMETERS,
        problems=("E-AUTH-SCOPE", "E-DIVISION-UNKNOWN", "E-ACCEPT"),
        check=lambda values, faults: _check(parts, values, faults),
        view=view,
    )


def _check(parts: QueryParts, values: Mapping[str, Any], faults: Faults) -> None:
    if values["division"] is not None and values["division"] not in parts.divisions():
        faults.add("E-DIVISION-UNKNOWN", at="division", division=values["division"])


def _wanted(document: Document, values: Mapping[str, Any]) -> bool:
    place = values["division"]
    within = place is None or (document["division"] or "").startswith(scope_prefix(place))
    return within and all(values[name] in (None, document[name]) for name in FLAGS)


def _with_unheard(known: list[KnownHospital], topics: Collection[str]) -> list[KnownHospital]:
    """And those that have a topic alone: neither registered nor ever heard of, so that nobody would miss them."""
    unheard = set(topics) - {one.institution for one in known}
    return sorted([*known, *map(KnownHospital, unheard)], key=lambda one: one.institution)


def _document(
    hospital: KnownHospital, figures: HospitalFigures, rule: SilenceRule, now: int, topics: Collection[str] | None
) -> Document:
    code, seen = hospital.institution, hospital.last_seen
    silent = silent_since(hospital, rule, now)
    document: dict[str, Any] = {
        "institution": code,
        "name": hospital.name_zh,
        "hospital_level": hospital.hospital_level,
        "division": division_of(code) if hospital.division is None else division_text(hospital.division),
        "has_topic": None if topics is None else code in topics,
        "since": None if hospital.since is None else day_text(hospital.since),
        "until": None if hospital.until is None else day_text(hospital.until),
        "last_seen": None if seen is None else instant_text(seen),
        "silent_seconds": None if seen is None else max(0, now - seen) // 1_000_000,
        "usual_interval_hours": interval_hours(hospital, rule),
        "silent": silent is not None,
        "silent_since": None if silent is None else instant_text(silent),
        "stopped": hospital.stopped_at is not None,
        "stopped_since": None if hospital.stopped_at is None else instant_text(hospital.stopped_at),
        **asdict(figures),
    }
    return {name: document[name] for name in HOSPITAL["properties"]}


def _told(parts: QueryParts, shown: list[Document]) -> Response:
    labels = Labels(parts.code_tables(), parts.divisions())
    for one in shown:
        labels.note_place(one["division"])
        if one["hospital_level"] is not None:
            labels.note_code(LEVELS, one["hospital_level"])
    return json_answer({"hospitals": shown, "labels": labels.told})


def _sheet(parts: QueryParts, shown: list[Document]) -> Response:
    language = preferred_language(request)
    return sheet_answer(list(_columns(parts, language)), shown, "hospitals", language)


def _columns(parts: QueryParts, language: str) -> Iterator[Column]:
    """One for each field, with the words beside the codes."""
    divisions, levels = parts.divisions(), parts.code_tables()[LEVELS]
    english = language == "en"
    for name in HOSPITAL["properties"]:
        heading = HEADINGS[name][english]
        if name == "division":
            yield Column(heading + CODE_OF[english], lambda document: document["division"])
            for titles, of in zip(PLACES[:2], (county_code, township_code), strict=True):
                yield Column(titles[english], lambda one, of=of: _place(divisions, of, one["division"], language))  # type: ignore[misc]
        elif name == LEVELS:
            yield Column(heading + CODE_OF[english], lambda document: document[LEVELS])
            yield Column(heading, lambda one: levels.label(one[LEVELS], language) if one[LEVELS] else "")
        else:
            yield Column(heading, lambda document, name=name: document[name])  # type: ignore[misc]


def _place(divisions: Divisions, of: Any, code: str | None, language: str) -> str:
    try:
        return divisions[of(code)].name(language) if code else ""
    except DivisionUnknown:
        return ""
