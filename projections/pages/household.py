"""One household: what is known of it, its spells as a picture, and every event with who, when, policy and evidence."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from projections.api.get_household import get_household
from projections.api.get_household_timeline import get_household_timeline
from projections.api.parts import QueryParts
from projections.api.waiting import Waiting
from projections.charts import spans
from projections.pages.asking import filled_in, told_by
from projections.pages.shell import language, page
from schemas.clock import shanghai_date


def add_household(blueprint: Blueprint, parts: QueryParts) -> None:
    """Its page."""
    waiting = Waiting(parts)
    facts, timeline = get_household(parts, waiting), get_household_timeline(parts, waiting)

    @blueprint.get("/households/<uuid:household_id>")
    def household(household_id: UUID) -> Response:
        told = told_by(facts, filled_in("as_of", "known_at"), household_id=household_id)
        events = told_by(timeline, filled_in("after_version") or MultiDict(), household_id=household_id)
        today = shanghai_date(parts.clock.now()).isoformat()
        return page("household.html", told=told, events=events, chart=_chart(told, today), household_id=household_id)


def _chart(told: Mapping[str, Any], today: str) -> Markup | None:
    """Each spell from its first day to its last, or to today."""
    spoken, kinds = language(), told["labels"].get("entry_kind", {})
    values = [
        {
            "of": str(spell["spell_no"]),
            "part": kinds[spell["entry_kind"]][spoken] if spell["entry_kind"] in kinds else "—",
            "start": spell["started_on"],
            "end": spell["ended_on"] or today,
        }
        for spell in told.get("spells", ())
        if spell["started_on"] is not None and not spell["voided"]
    ]
    return spans(values) if values else None
