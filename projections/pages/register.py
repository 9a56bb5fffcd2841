"""The register: a list of households by place and status, now or at a moment on both clocks, and the same as a sheet."""

from flask import Blueprint, Response, url_for
from werkzeug.datastructures import MultiDict

from projections.api.get_division import get_division
from projections.api.get_households import get_households
from projections.api.parts import QueryParts
from projections.pages.asking import answer_of, filled_in, following, kept, told_by
from projections.pages.shell import address, page
from schemas.code_tables import table

FILTERS = ("division", "status", "overlay", "spell_no", "as_of", "known_at")


def add_register(blueprint: Blueprint, parts: QueryParts) -> None:
    """The list and its sheet."""
    households, division = get_households(parts), get_division(parts)

    @blueprint.get("/register")
    def register() -> Response:
        told = told_by(households, filled_in(*FILTERS, "cursor"))
        chosen = kept(*FILTERS)
        return page(
            "register.html",
            told=told,
            where=told_by(division, MultiDict(), code=told["division"]),
            statuses=table("register_status"),
            overlays=table("monitoring_state"),
            sheet=address(url_for("pages.register_sheet"), chosen),
            following=following(told["next"], chosen),
        )

    @blueprint.get("/register.csv")
    def register_sheet() -> Response:
        return answer_of(households, filled_in(*FILTERS))
