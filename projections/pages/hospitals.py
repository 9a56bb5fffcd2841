"""The board of the hospitals: who reports, who has fallen silent or was stopped, what came back, and how long it took."""

from flask import Blueprint, Response, url_for

from projections.api.get_hospitals import get_hospitals
from projections.api.parts import QueryParts
from projections.pages.asking import answer_of, filled_in, kept, told_by
from projections.pages.shell import address, page

FILTERS = ("division", "since", "silent", "stopped")


def add_hospitals(blueprint: Blueprint, parts: QueryParts) -> None:
    """The board and its sheet."""
    board = get_hospitals(parts)

    @blueprint.get("/hospitals")
    def hospitals() -> Response:
        sheet = address(url_for("pages.hospitals_sheet"), kept(*FILTERS))
        return page("hospitals.html", told=told_by(board, filled_in(*FILTERS)), sheet=sheet)

    @blueprint.get("/hospitals.csv")
    def hospitals_sheet() -> Response:
        return answer_of(board, filled_in(*FILTERS))
