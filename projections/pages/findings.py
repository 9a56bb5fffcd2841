"""The worklist of what the supervision teams found, the same as a sheet, and one finding with every step."""

from uuid import UUID

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict

from projections.api.get_division import get_division
from projections.api.get_division_findings import get_division_findings
from projections.api.get_finding import get_finding
from projections.api.parts import QueryParts
from projections.api.waiting import Waiting
from projections.pages.asking import answer_of, filled_in, following, kept, told_by
from projections.pages.shell import address, page
from projections.weekly.assignments import assigned_teams
from schemas.access import ACTOR, Actor
from schemas.code_tables import table

FILTERS = ("state", "section", "severity", "team", "overdue", "sort", "as_of", "known_at")
CHOICES = ("finding_state", "finding_section", "finding_severity")


def add_findings(blueprint: Blueprint, parts: QueryParts) -> None:
    """The list, its sheet and a finding."""
    listed, one, division = get_division_findings(parts), get_finding(parts, Waiting(parts)), get_division(parts)

    @blueprint.get("/findings")
    def findings() -> Response:
        code = _place()
        chosen = kept("division", *FILTERS)
        told = told_by(listed, filled_in(*FILTERS, "cursor"), code=code)
        with parts.reading() as connection:
            teams = assigned_teams(connection)
        return page(
            "findings.html",
            told=told,
            where=told_by(division, MultiDict(), code=code),
            choices={name.removeprefix("finding_"): table(name) for name in CHOICES},
            teams=teams,
            sheet=address(url_for("pages.findings_sheet"), chosen),
            following=following(told["next"], chosen),
        )

    @blueprint.get("/findings.csv")
    def findings_sheet() -> Response:
        return answer_of(listed, filled_in(*FILTERS), code=_place())

    @blueprint.get("/findings/<uuid:finding_id>")
    def finding(finding_id: UUID) -> Response:
        told = told_by(one, filled_in("as_of", "known_at"), finding_id=finding_id)
        return page("finding.html", told=told, finding=told["finding"])


def _place() -> str:
    """The place that was asked about, or the actor's own."""
    actor: Actor = request.environ[ACTOR]
    return filled_in("division").get("division") or actor.division
