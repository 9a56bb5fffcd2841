"""`GET /v1/divisions/{code}/warning-figures`: what came of early warnings in a period, of a division and of those below it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Any, Final

from flask import Response, request

from projections.api.answers import json_answer, wants_csv
from projections.api.division_path import BRIEF, brief, division_in_scope
from projections.api.endpoint import CSV, JSON, Endpoint, Question
from projections.api.errors import Faults
from projections.api.json_schemas import count, merged, record, rows
from projections.api.labels import LABELS, Labels
from projections.api.languages import preferred_language
from projections.api.moment_parameters import KNOWN_AT, MOMENT_TOLD, WARNINGS, check_moment, moment_of
from projections.api.parameters import Parameter, ParameterWrong, day
from projections.api.parts import QueryParts
from projections.api.sheet import CSV_SCHEMA, Column, sheet_answer
from projections.days import day_of
from projections.expenses.queries.figures import LINKED, Asked, Figures, Link, together, warning_figures
from projections.register.queries.fields import DAY, Document, day_number, day_text, instant_text, or_null
from projections.register.queries.places import digits_below
from projections.register.queries.standings_then import standings_then
from schemas.clock import shanghai_date
from schemas.code_tables import table
from schemas.division_codes import COUNTY_DIGITS, DivisionUnknown, Level, reporting_unit
from schemas.divisions import Division, Divisions

ACTION: Final = "query.warnings"
LEVELS: Final = [level for level in table("warning_level").codes if level not in ("NONE", "BLUE")]
OUTCOMES: Final = [outcome for outcome in table("warning_outcome").codes if outcome != "MOVED"]
_IN_NEED: Final = frozenset({"REGISTERED", "PRE_EXIT"})
_PERIOD: Final = re.compile(r"(\d{4})-(?:W(\d\d)|(\d\d))")


def _read_period(text: str) -> tuple[int, int]:
    """The first and the last day of a week or a month."""
    form = _PERIOD.fullmatch(text)
    try:
        if form is None:
            raise ValueError
        year, week, month = form.groups()
        if week:
            first = date.fromisocalendar(int(year), int(week), 1)
            last = first + timedelta(days=6)
        else:
            first = date(int(year), int(month), 1)
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except (ValueError, OverflowError):
        raise ParameterWrong("E-PERIOD-UNKNOWN") from None
    return day_number(first), day_number(last)


PARAMETERS: Final[tuple[Parameter, ...]] = (
    Parameter(
        name="period",
        read=_read_period,
        schema={"type": "string", "pattern": f"^{_PERIOD.pattern}$"},
        means="A week (2018-W37) or a month (2018-09) that has begun; without it and without days, the last week that has ended",
        example="2019-03",
    ),
    day("from", "Instead of a period: its first day", example="2019-01-01"),
    day("to", "Its last day; today unless given", example="2019-12-31"),
    KNOWN_AT,
)
RATE: Final = record(
    numerator=count("Of these"),
    denominator=count("Of all"),
    percent=or_null({"type": "string", "description": "With one decimal; null: there are none", "examples": ["87.5"]}),
)
_HOURS: Final = or_null({"type": "string", "description": "With one decimal; null: none was verified", "examples": ["52.0"]})


def _rate(numerator: int, denominator: int) -> Document:
    percent = None if not denominator else f"{1000 * numerator / denominator / 10:.1f}"
    return {"numerator": numerator, "denominator": denominator, "percent": percent}


COUNTS: Final[Mapping[str, tuple[str, str, Callable[[Figures], int]]]] = {
    "raised": ("新增预警", "Raised", lambda f: f.of("raised")),
    "reopened": ("重新预警", "Opened again", lambda f: f.of("reopened")),
    "moved": ("转属地", "Moved to another township", lambda f: f.of("assigned", "MOVED")),
    "cancelled": ("已撤销", "Cancelled", lambda f: f.of("cancelled")),
    "transferred": ("已转入户", "Transferred", lambda f: f.of("transferred")),
    "escalated_to_county": ("升级至县", "Escalated to the county", lambda f: f.of("escalated", "COUNTY")),
    "escalated_to_province": ("升级至省", "Escalated to the province", lambda f: f.of("escalated", "PROVINCE")),
    "verified": ("已核实", "Verified", lambda f: f.of("verified")),
    "due": ("应核实", "Verifications due", lambda f: f.due),
    "verified_in_time": ("按期核实", "Verified in time", lambda f: f.in_time),
    "verified_late": ("逾期核实", "Verified late", lambda f: f.late),
    "overdue": ("逾期未核实", "Overdue, not verified", lambda f: f.overdue),
    "waiting": ("未到期未核实", "Not verified, day to come", lambda f: f.waiting),
    "overdue_at_end": ("期末逾期在办", "Open and overdue at the end", lambda f: f.overdue_at_end),
}
"""What each is called in Chinese and in English, and how it is had."""
RATES: Final[Mapping[str, tuple[str, str, Callable[[Figures], Document]]]] = {
    "in_time": ("按期核实率", "Verified in time", lambda f: _rate(f.in_time, f.due)),
    "conversion": ("转化率", "Conversion", lambda f: _rate(f.links.total(), f.verified_cases)),
}
HOURS: Final[Mapping[str, tuple[str, str, Callable[[Figures], float]]]] = {
    "hours_median": ("交办至核实小时数（中位）", "Hours from assignment to verification, median", lambda f: median(f.hours)),
    "hours_max": ("交办至核实小时数（最长）", "Hours from assignment to verification, longest", lambda f: max(f.hours)),
}
CODED: Final[Mapping[str, tuple[str, str, str, Sequence[str], Callable[[Figures, str], int]]]] = {
    "raised_by_level": ("新增预警", "Raised", "warning_level", LEVELS, lambda f, code: f.levels[code]),
    "outcomes": ("处置结果", "Outcome", "warning_outcome", OUTCOMES, lambda f, code: f.of("outcome_recorded", code)),
    "links_reached": ("已转化", "Link reached", "warning_outcome", LINKED, lambda f, code: f.links[code]),
}
FIGURES: Final = record(
    **{name: count(english) for name, (_, english, _) in COUNTS.items()},
    **dict.fromkeys(RATES, RATE),
    **dict.fromkeys(HOURS, _HOURS),
    **{
        name: record(f"{english}, by code table `{of}`", **{code: count(code) for code in codes})
        for name, (_, english, of, codes, _) in CODED.items()
    },
)
ANSWER: Final = record(
    division=BRIEF,
    first_day=DAY.schema,
    last_day=DAY.schema,
    known_at=MOMENT_TOLD["known_at"],
    total=FIGURES,
    children=rows(merged(BRIEF, FIGURES), "County-level units of the province, townships of a county; in order of codes"),
    labels=LABELS,
)


def get_division_warning_figures(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        divisions, values = parts.divisions(), question.values
        division = division_in_scope(divisions, question, ACTION)
        asked, found = _counted(parts, division, values)
        children = [] if division.level in (Level.TOWNSHIP, Level.VILLAGE) else _by_child(divisions, division, found)
        total = together(found)
        if wants_csv(question.http):
            language = preferred_language(question.http)
            lines = [{**brief(division), **_told(total)}, *children]
            name = f"warning-figures-{division.code}-{day_text(asked.first)}-{day_text(asked.last)}"
            return sheet_answer(_columns(language), lines, name, language)
        labels = Labels(parts.code_tables(), divisions)
        for _, _, of, codes, _ in CODED.values():
            for code in codes:
                labels.note_code(of, code)
        answer = {
            "division": brief(division),
            "first_day": day_text(asked.first),
            "last_day": day_text(asked.last),
            "known_at": None if asked.known_at is None else instant_text(asked.known_at),
            "total": _told(total),
            "children": children,
        }
        return json_answer({**answer, "labels": labels.told})

    return Endpoint(
        path="/v1/divisions/{code}/warning-figures",
        name="get_division_warning_figures",
        tag="Warnings",
        summary="Figures of early warnings",
        description=(
            "What was raised, verified in time and late, escalated, ended, and what it came to, in a week, a month or between two"
            " days. What happened is counted where and when it was recorded; every rate has its numerator and denominator. The"
            " children's figures add up to the division's, but for hours. With `known_at`: as it was known then. As `text/csv`:"
            " one sheet, the division first."
        ),
        action=ACTION,
        answers={JSON: ANSWER, CSV: CSV_SCHEMA},
        parameters=PARAMETERS,
        missing=("E-DIVISION-UNKNOWN",),
        problems=(
            "E-AUTH-SCOPE",
            "E-PERIOD-UNKNOWN",
            "E-FIELD-NOT-ALLOWED",
            "E-FIELD-MISSING",
            "E-DATE-ORDER",
            "E-DATE-FUTURE",
            "E-KNOWN-AT",
            "E-ACCEPT",
        ),
        check=lambda values, faults: _check(parts, values, faults),
        view=view,
    )


def _check(parts: QueryParts, values: Mapping[str, Any], faults: Faults) -> None:
    moment = {"as_of": None, "known_at": values["known_at"]}
    check_moment(parts, moment, faults, WARNINGS)
    wants_csv(request)
    today = _today(parts, values)
    first, last = values["from"], values["to"]
    if values["period"] is not None:
        for name in ("from", "to"):
            if values[name] is not None:
                faults.add("E-FIELD-NOT-ALLOWED", at=name)
        if values["period"][0] > today:
            faults.add("E-DATE-FUTURE", at="period", today=day_text(today))
        return
    if first is None and last is not None and "from" not in faults:
        faults.add("E-FIELD-MISSING", at="from")
    if first is not None and last is not None and first > last:
        faults.add("E-DATE-ORDER", at="to", first="from", then="to")
    for name in ("from", "to"):
        if values[name] is not None and values[name] > today:
            faults.add("E-DATE-FUTURE", at=name, today=day_text(today))


def _today(parts: QueryParts, values: Mapping[str, Any]) -> int:
    """The day in the province now, or at the instant that is asked about."""
    now = day_number(shanghai_date(parts.clock.now()))
    return now if values["known_at"] is None else min(now, day_of(values["known_at"]))


def _days(values: Mapping[str, Any], today: int) -> tuple[int, int]:
    if values["period"] is not None:
        first, last = values["period"]
        return first, last
    if values["from"] is not None:
        return values["from"], today if values["to"] is None else values["to"]
    # 1970 began on a Thursday.
    monday = today - (today + 3) % 7
    return monday - 7, monday - 1


def _counted(parts: QueryParts, division: Division, values: Mapping[str, Any]) -> tuple[Asked, dict[str, Figures]]:
    today = _today(parts, values)
    first, last = _days(values, today)
    digits = COUNTY_DIGITS if division.level is Level.PROVINCE else digits_below(division.code)
    moment = {"as_of": today, "known_at": values["known_at"]}
    with parts.reading_expenses() as connection:
        known_at = moment_of(connection, moment, WARNINGS).known_at
        asked = Asked(division=division.code, digits=digits, first=first, last=last, today=today, known_at=known_at)
        return asked, warning_figures(connection, asked, lambda links: _reached(parts, links, known_at))


def _reached(parts: QueryParts, links: Iterable[Link], known_at: int | None) -> list[Link]:
    """Those whose household was on the register, or monitored, on the day on which the case was closed: others were refused."""
    by_household: dict[bytes, list[Link]] = {}
    for link in links:
        by_household.setdefault(link.household_id, []).append(link)
    if not by_household:
        return []
    reached = []
    with parts.reading() as connection:
        # Of a household with several links each is asked about on its own day.
        for turn in range(max(map(len, by_household.values()))):
            of_turn = {household: some[turn] for household, some in by_household.items() if turn < len(some)}
            standings = standings_then(connection, {key: link.closed_on for key, link in of_turn.items()}, known_at)
            reached += [link for key, link in of_turn.items() if key in standings and _is_what_it_was_for(link, *standings[key])]
    return reached


def _is_what_it_was_for(link: Link, status: str, overlay: str) -> bool:
    return overlay == "ACTIVE" if link.outcome == "MONITORED" else status in _IN_NEED


def _by_child(divisions: Divisions, division: Division, found: Mapping[str, Figures]) -> list[Document]:
    """Each child, and the division itself where it has cases that no child has; one that the tree has not is told by its code."""
    province = division.level is Level.PROVINCE
    places = divisions.reporting_units() if province else divisions.children(division.code)
    of: dict[str, Figures] = {place.code: Figures() for place in places}
    for code, figures in found.items():
        of.setdefault(_unit_of(code) if province else code, Figures()).add(figures)
    return [{**_brief(divisions.get(code), code), **_told(of[code])} for code in sorted(of)]


def _brief(place: Division | None, code: str) -> Document:
    return {"code": code, "level": None, "zh": code, "en": code} if place is None else brief(place)


def _unit_of(county: str) -> str:
    try:
        return reporting_unit(county)
    except DivisionUnknown:
        return county


def _told(figures: Figures) -> Document:
    return {
        **{name: get(figures) for name, (_, _, get) in COUNTS.items()},
        **{name: get(figures) for name, (_, _, get) in RATES.items()},
        **{name: f"{get(figures):.1f}" if figures.hours else None for name, (_, _, get) in HOURS.items()},
        **{name: {code: get(figures, code) for code in codes} for name, (_, _, _, codes, get) in CODED.items()},
    }


def _columns(language: str) -> list[Column]:
    """One for each figure; a rate has three."""
    english = language == "en"

    def say(zh: str, en: str) -> str:
        return en if english else zh

    columns = [
        Column(say("区划代码", "Division code"), lambda row: row["code"]),
        Column(say("区划", "Division"), lambda row: row["en" if english else "zh"]),
    ]
    columns += [Column(say(zh, en), lambda row, name=name: row[name]) for name, (zh, en, _) in COUNTS.items()]  # type: ignore[misc]
    for name, (zh, en, _) in RATES.items():
        for part, words_of in (("numerator", ("分子", "of these")), ("denominator", ("分母", "of all")), ("percent", ("%", "%"))):
            heading = f"{say(zh, en)} ({say(*words_of)})"
            columns.append(Column(heading, lambda row, name=name, part=part: row[name][part]))  # type: ignore[misc]
    columns += [Column(say(zh, en), lambda row, name=name: row[name]) for name, (zh, en, _) in HOURS.items()]  # type: ignore[misc]
    for name, (zh, en, of, codes, _) in CODED.items():
        for code in codes:
            heading = f"{say(zh, en)}: {table(of).label(code, language)}"
            columns.append(Column(heading, lambda row, name=name, code=code: row[name][code]))  # type: ignore[misc]
    return columns
