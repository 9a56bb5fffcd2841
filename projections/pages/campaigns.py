"""Comparisons with the sectors' data and annual sweeps: how far they are, and the worklist of what a comparison found."""

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict

from projections.api.get_division import get_division
from projections.api.get_division_comparison_runs import get_division_comparison_runs
from projections.api.get_division_sweeps import get_division_sweeps
from projections.api.get_mismatches import get_mismatches
from projections.api.parts import QueryParts
from projections.pages.asking import answer_of, filled_in, following, kept, told_by
from projections.pages.shell import address, page
from schemas.access import ACTOR
from schemas.code_tables import table

FILTERS = ("division", "run", "state", "sector", "rule", "overdue", "as_of", "known_at")
CHOICES = {"state": "mismatch_state", "sector": "comparison_sector", "rule": "mismatch_rule"}


def add_campaigns(blueprint: Blueprint, parts: QueryParts) -> None:
    """How far they are, the worklist and its sheet."""
    runs, sweeps, listed = get_division_comparison_runs(parts), get_division_sweeps(parts), get_mismatches(parts)
    division = get_division(parts)

    @blueprint.get("/campaigns")
    def campaigns() -> Response:
        code = filled_in("division").get("division") or request.environ[ACTOR].division
        asked = filled_in("as_of", "known_at")
        return page("campaigns.html", runs=told_by(runs, asked, code=code), sweeps=told_by(sweeps, asked, code=code))

    @blueprint.get("/mismatches")
    def mismatches() -> Response:
        told = told_by(listed, filled_in(*FILTERS, "cursor"))
        chosen = kept(*FILTERS)
        return page(
            "mismatches.html",
            told=told,
            where=told_by(division, MultiDict(), code=told["division"]["code"]),
            choices={name: table(of) for name, of in CHOICES.items()},
            sheet=address(url_for("pages.mismatches_sheet"), chosen),
            following=following(told["next"], chosen),
        )

    @blueprint.get("/mismatches.csv")
    def mismatches_sheet() -> Response:
        return answer_of(listed, filled_in(*FILTERS))
