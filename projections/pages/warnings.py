"""The worklist of early warnings, the same as a sheet, and one case with the rules that fired and every event."""

from uuid import UUID

from flask import Blueprint, Response, url_for
from werkzeug.datastructures import MultiDict

from projections.api.get_division import get_division
from projections.api.get_warning import get_warning
from projections.api.get_warnings import get_warnings
from projections.api.parts import QueryParts
from projections.api.waiting import Waiting
from projections.pages.asking import answer_of, filled_in, following, kept, told_by
from projections.pages.shell import address, page
from schemas.code_tables import table

FILTERS = ("division", "state", "level", "group", "overdue", "unclaimed", "sort", "as_of", "known_at")
CHOICES = ("warning_state", "warning_level", "warning_group")


def add_warnings(blueprint: Blueprint, parts: QueryParts) -> None:
    """The list, its sheet and a case."""
    listed, one, division = get_warnings(parts), get_warning(parts, Waiting(parts)), get_division(parts)

    @blueprint.get("/warnings")
    def warnings() -> Response:
        told = told_by(listed, filled_in(*FILTERS, "cursor"))
        chosen = kept(*FILTERS)
        return page(
            "warnings.html",
            told=told,
            where=told_by(division, MultiDict(), code=told["division"]),
            choices={name.removeprefix("warning_"): table(name) for name in CHOICES},
            sheet=address(url_for("pages.warnings_sheet"), chosen),
            following=following(told["next"], chosen),
        )

    @blueprint.get("/warnings.csv")
    def warnings_sheet() -> Response:
        return answer_of(listed, filled_in(*FILTERS))

    @blueprint.get("/warnings/<uuid:case_id>")
    def warning(case_id: UUID) -> Response:
        told = told_by(one, filled_in("as_of", "known_at", "after_version"), case_id=case_id)
        return page("warning.html", told=told, case=told["warning"])
