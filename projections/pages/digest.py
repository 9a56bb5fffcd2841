"""Weekly digests: of the weeks that are closed, one with its figures and corrections, its files, and what is behind a figure.

Who may see the figures of a place sees its digest; the files and what is behind a figure only who may see households too. To
others a figure of one or two is not told (small cells), nor is any county's by itself.
"""

from contextlib import AbstractContextManager
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from sqlalchemy import Connection

from projections.api.access import HOUSEHOLD, require_role, require_scope
from projections.api.digest_asked import digest_for
from projections.api.errors import Fault, QueryRefused, refuse
from projections.api.parts import QueryParts
from projections.days import date_of
from projections.pages.shell import address, language, page
from projections.register.queries.fields import id_text, instant_text
from projections.weekly.assignments import assigned_teams
from projections.weekly.behind import Behind, behind
from projections.weekly.figures import tells_persons
from projections.weekly.files.paper import units_in
from projections.weekly.files.pdf import PdfNotInstalled, makes_pdf, pdf
from projections.weekly.files.workbook import XLSX, workbook
from projections.weekly.making import Document, canonical, fingerprint
from projections.weekly.reading import closed_weeks
from projections.weekly.sheet import csv_file, words_of
from projections.weekly.showing import shown, totals, written
from projections.weekly.window import Week
from schemas.access import ACTOR, Actor, decide
from schemas.divisions import hainan
from schemas.event_labels import event_label

ACTION: Final = "query.totals"
WEEKS: Final = 60
_FILES: Final = {"JSON": "digest_file", "CSV": "digest_sheet", "XLSX": "digest_workbook", "PDF": "digest_print"}


def add_digests(blueprint: Blueprint, parts: QueryParts) -> None:
    """The pages and the files."""

    @blueprint.get("/digests")
    def digests() -> Response:
        require_role(_actor(), ACTION)
        with parts.reading() as connection:
            weeks, teams = closed_weeks(connection, WEEKS), assigned_teams(connection)
        return page("digests.html", weeks=weeks, team=_team(), teams=teams)

    @blueprint.get("/digests/<label>")
    def digest(label: str) -> Response:
        with _made(parts, label) as (_, _, document):
            detailed = _may_see_cases(document)
        kept = {} if document["team"] is None else {"team": str(document["team"])}
        files = {kind: address(url_for(f"pages.{name}", label=label), kept) for kind, name in _FILES.items()}
        if not makes_pdf():
            del files["PDF"]
        return page(
            "digest.html",
            told=document,
            lines=[_line(document, code, detailed) for code in words_of()],
            files=files,
            fingerprint=fingerprint(document),
            detailed=detailed,
            kept=kept,
            changed=written(shown(len(document["corrections"]), hidden=not detailed)),
        )

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
        return _file(canonical(document), "application/json; charset=utf-8", f"digest-{_name(document)}.json")

    @blueprint.get("/digests/<label>.csv")
    def digest_sheet(label: str) -> Response:
        with _made(parts, label) as (_, _, document):
            _require_cases(document)
        return _file(csv_file(document, language()), "text/csv; charset=utf-8", f"digest-{_name(document)}.csv")

    @blueprint.get("/digests/<label>.xlsx")
    def digest_workbook(label: str) -> Response:
        with _made(parts, label) as (_, _, document):
            _require_cases(document)
        return _file(workbook(document, language()), XLSX, f"digest-{_name(document)}.xlsx")

    @blueprint.get("/digests/<label>.pdf")
    def digest_print(label: str) -> Response:
        with _made(parts, label) as (_, _, document):
            _require_cases(document)
        try:
            content = pdf(document, language())
        except PdfNotInstalled as missing:
            raise QueryRefused([Fault(missing.code)]) from missing
        return _file(content, "application/pdf", f"digest-{_name(document)}.pdf")


def _made(parts: QueryParts, label: str) -> AbstractContextManager[tuple[Connection, Week, Document]]:
    """The digest, if the actor may see the figures of all its counties. Raises QueryRefused."""
    return digest_for(parts, _actor(), ACTION, label, _team())


def _actor() -> Actor:
    actor: Actor = request.environ[ACTOR]
    return actor


def _team() -> int | None:
    text = request.args.get("team", "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 4):
        refuse("E-TEAM-UNKNOWN", at="team")
    return int(text) if text else None


def _may_see_cases(document: Document) -> bool:
    return all(decide(_actor(), HOUSEHOLD, unit) is None for unit in units_in(document))


def _require_cases(document: Document) -> None:
    require_role(_actor(), HOUSEHOLD)
    for unit in units_in(document):
        require_scope(_actor(), HOUSEHOLD, unit, at="team")


def _line(document: Document, code: str, detailed: bool) -> dict[str, Any]:
    """A figure over all its counties: amount, persons and how many of earlier weeks, each as it is shown."""
    values = [written(shown(value, hidden=not detailed)) for value in totals(document, code)]
    return {"code": code, "words": words_of()[code], "values": values}


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
    return Response(content, headers=headers, content_type=kind)
