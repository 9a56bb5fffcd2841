"""Weekly digests: of the weeks that are closed, one with its figures and corrections, its files, and what is behind a figure.

Who may see the figures of a place sees its digest; the files and what is behind a figure only who may see households too. To
others a figure of one or two is not told (small cells), nor is any county's by itself.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from sqlalchemy import Connection

from projections.api.access import HOUSEHOLD, PROVINCE, require_role, require_scope
from projections.api.errors import Fault, QueryRefused, refuse
from projections.api.parts import QueryParts
from projections.days import date_of
from projections.pages.shell import address, language, page
from projections.register.queries.fields import id_text, instant_text
from projections.weekly.behind import Behind, behind
from projections.weekly.figures import tells_persons
from projections.weekly.making import DigestUnbalanced, Document, canonical, fingerprint, make
from projections.weekly.reading import WeekNotClosed, closed_weeks
from projections.weekly.sheet import rows, words_of
from projections.weekly.teams import TeamUnknown, teams, units_of
from projections.weekly.window import Week, WeekMalformed, week
from schemas.access import ACTOR, Actor, decide
from schemas.divisions import hainan
from schemas.event_labels import event_label

ACTION: Final = "query.totals"
WEEKS: Final = 60
SMALL: Final = 3
_WRONG: Final = (WeekMalformed, WeekNotClosed, TeamUnknown, DigestUnbalanced)


def add_digests(blueprint: Blueprint, parts: QueryParts) -> None:
    """The pages and the files."""

    @blueprint.get("/digests")
    def digests() -> Response:
        require_role(_actor(), ACTION)
        with parts.reading() as connection:
            weeks = closed_weeks(connection, WEEKS)
        return page("digests.html", weeks=weeks, team=_team(), teams=teams())

    @blueprint.get("/digests/<label>")
    def digest(label: str) -> Response:
        with _made(parts, label) as (_, _, document):
            detailed = _may_see_cases(document)
        kept = {} if document["team"] is None else {"team": str(document["team"])}
        links = {
            "json": address(url_for("pages.digest_file", label=label), kept),
            "csv": address(url_for("pages.digest_sheet", label=label), kept),
        }
        lines = [_line(document, code, detailed) for code in words_of()]
        print_ = fingerprint(document)
        changed = _shown(len(document["corrections"]), detailed)
        shown: dict[str, Any] = {
            "lines": lines,
            "links": links,
            "fingerprint": print_,
            "detailed": detailed,
            "kept": kept,
            "changed": changed,
        }
        return page("digest.html", told=document, **shown)

    @blueprint.get("/digests/<label>/<figure>")
    def digest_figure(label: str, figure: str) -> Response:
        with _made(parts, label) as (connection, asked, document):
            _require_cases(document)
            if figure not in words_of():
                refuse("E-FIGURE-UNKNOWN", status=404)
            found = behind(connection, asked, document, figure) if figure in document["flows"] else []
        cells = (document["flows"].get(figure) or document["stocks"][figure]).items()
        counties = [{"code": unit, "name": hainan()[unit].name(language()), **cell} for unit, cell in cells]
        events = [_event(one) for one in found]
        return page(
            "figure.html",
            told=document,
            code=figure,
            words=words_of()[figure],
            counties=counties,
            events=events,
            persons=tells_persons(figure),
        )

    _add_files(blueprint, parts)


def _add_files(blueprint: Blueprint, parts: QueryParts) -> None:
    @blueprint.get("/digests/<label>.json")
    def digest_file(label: str) -> Response:
        with _made(parts, label) as (_, _, document):
            _require_cases(document)
        return _file(canonical(document), "application/json", f"digest-{_name(document)}.json")

    @blueprint.get("/digests/<label>.csv")
    def digest_sheet(label: str) -> Response:
        with _made(parts, label) as (_, _, document):
            _require_cases(document)
        text = StringIO()
        csv.writer(text).writerows(rows(document, language()))
        return _file(b"\xef\xbb\xbf" + text.getvalue().encode(), "text/csv", f"digest-{_name(document)}.csv")


@contextmanager
def _made(parts: QueryParts, label: str) -> Iterator[tuple[Connection, Week, Document]]:
    """The digest, if the actor may see the figures of all its counties. Raises QueryRefused."""
    team, actor = _team(), _actor()
    require_role(actor, ACTION)
    try:
        asked = week(label)
        for place in (PROVINCE,) if team is None else units_of(team, asked.monday + 7):
            require_scope(actor, ACTION, place, at="team")
        with parts.reading() as connection:
            yield connection, asked, make(connection, asked, team)
    except _WRONG as wrong:
        raise QueryRefused([Fault(wrong.code, "team" if isinstance(wrong, TeamUnknown) else "week")]) from wrong


def _actor() -> Actor:
    actor: Actor = request.environ[ACTOR]
    return actor


def _team() -> int | None:
    text = request.args.get("team", "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 4):
        refuse("E-TEAM-UNKNOWN", at="team")
    return int(text) if text else None


def _may_see_cases(document: Document) -> bool:
    return all(decide(_actor(), HOUSEHOLD, unit) is None for unit in document["flows"]["I1"])


def _require_cases(document: Document) -> None:
    require_role(_actor(), HOUSEHOLD)
    for unit in document["flows"]["I1"]:
        require_scope(_actor(), HOUSEHOLD, unit, at="team")


def _line(document: Document, code: str, detailed: bool) -> dict[str, Any]:
    """A figure over all its counties: amount, persons and how many of earlier weeks, each as it is shown."""
    cells = (document["flows"].get(code) or document["stocks"][code]).values()
    names = ("households", "persons") if code in document["stocks"] else ("events", "persons", "earlier")
    sums: dict[str, int | None] = {name: sum(cell[name] for cell in cells) for name in names}
    if not tells_persons(code):
        sums["persons"] = None
    values = (sums[names[0]], sums["persons"], sums.get("earlier"))
    return {"code": code, "words": words_of()[code], "values": [_shown(value, detailed) for value in values]}


def _shown(value: int | None, detailed: bool) -> str:
    """A number, a dash where there is none, and of a small one that it is small to those who may not see cases."""
    if value is None:
        return "—"
    return f"{value:,}" if detailed or not 0 < value < SMALL else f"< {SMALL}"


def _event(one: Behind) -> dict[str, Any]:
    return {
        "label": event_label(one.event_type),
        "household_id": id_text(one.household_id),
        "county": hainan()[one.unit].name(language()),
        "effective_on": date_of(one.effective_on).isoformat(),
        "recorded_at": instant_text(one.recorded_at),
    }


def _name(document: Document) -> str:
    return f"{document['week']}-{'province' if document['team'] is None else 'team-{}'.format(document['team'])}"


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, headers=headers, content_type=f"{kind}; charset=utf-8")
