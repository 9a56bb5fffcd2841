"""The overview of a place: stock by status, flow of a week, and the places below, down to the village."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from projections.api.endpoint import Endpoint
from projections.api.errors import QueryRefused
from projections.api.get_division import get_division
from projections.api.get_division_balance import get_division_balance
from projections.api.get_division_exit_plan import get_division_exit_plan
from projections.api.get_division_sample_checks import get_division_sample_checks
from projections.api.get_division_totals import get_division_totals
from projections.api.parts import QueryParts
from projections.charts import stacked_bars, tile_map
from projections.pages.asking import filled_in, told_by
from projections.pages.progress import quality_of, target_of
from projections.pages.shell import language, page, words
from projections.pages.tiles import tiles_of
from schemas.access import ACTOR, Actor
from schemas.clock import shanghai_date
from schemas.code_tables import table
from schemas.division_codes import Level

UNKNOWN_PERIOD = "E-PERIOD-UNKNOWN"
POOR = "REGISTERED"


def add_overview(blueprint: Blueprint, parts: QueryParts) -> None:
    """The start page, which is the actor's own place, and any other."""
    totals, balance, division = get_division_totals(parts), get_division_balance(parts), get_division(parts)
    plan, samples = get_division_exit_plan(parts), get_division_sample_checks(parts)

    def shown(code: str) -> Response:
        asked = filled_in("as_of", "known_at")
        where = told_by(division, MultiDict(), code=code)
        if where["level"] == Level.PROVINCE.name:
            asked["by"] = "reporting_units"
        told = told_by(totals, asked, code=code)
        as_of = asked.get("as_of")
        day = date.fromisoformat(as_of) if as_of else shanghai_date(parts.clock.now())
        return page(
            "overview.html",
            told=told,
            where=where,
            statuses=_present(told),
            balance=_balance(balance, code),
            chart=_chart(told),
            tiles=_tiles(told),
            target=target_of(plan, code, day.year),
            quality=quality_of(samples, code, day),
        )

    @blueprint.get("/")
    def overview() -> Response:
        actor: Actor = request.environ[ACTOR]
        return shown(actor.division)

    @blueprint.get("/divisions/<code>")
    def division_overview(code: str) -> Response:
        return shown(code)


def _present(told: Mapping[str, Any]) -> list[str]:
    """The statuses that any household here has, in their order."""
    return [status for status, amount in told["total"]["by_status"].items() if amount["households"]]


def _balance(endpoint: Endpoint, code: str) -> Any:
    """Of the last week, or the period that is asked about; None while none has ended."""
    asked = filled_in("period")
    try:
        return told_by(endpoint, asked, code=code)
    except QueryRefused as refused:
        if asked or refused.faults[0].code != UNKNOWN_PERIOD:
            raise
        return None


def _chart(told: Mapping[str, Any]) -> Markup | None:
    values = list(_bars(told))
    return stacked_bars(values, words()["households"]) if values else None


def _tiles(told: Mapping[str, Any]) -> Markup | None:
    """The map of the province's counties, by households that are registered as poor."""
    values = list(tiles_of(told["children"], language(), POOR))
    return tile_map(values, table("register_status").label(POOR, language())) if values else None


def _bars(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    spoken, names = language(), told["labels"].get("register_status", {})
    for place in told["children"] or [{**told["division"], **told["total"]}]:
        for status in _present(told):
            count = place["by_status"].get(status, {"households": 0})["households"]
            yield {"of": place[spoken], "part": names[status][spoken] if status in names else status, "count": count}
