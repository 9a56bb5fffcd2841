"""Of a place's overview: the year's target beside what was done, and the rates that sample checks found beside their limits.

Limits: the national figures of the quality of exit, which every county must keep (2018 round of checks).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from projections.api.endpoint import Endpoint
from projections.pages.asking import filled_in, told_by

PLANNED: Final = ("persons", "households", "villages", "counties")
LIMITS: Final[Mapping[str, tuple[str, float]]] = {"WRONG_EXIT": ("≤", 2.0), "MISSED": ("≤", 2.0), "APPROVAL": ("≥", 90.0)}
"""Percent, by kind of sample."""


def target_of(plan: Endpoint, code: str, year: int) -> Mapping[str, Any]:
    """The year's plan of exits of a place and what was done of it, by what is known at the page's moment."""
    asked = MultiDict({"year": str(year)})
    asked.update(filled_in("known_at"))
    told = told_by(plan, asked, code=code)
    return {"year": year, "lines": {name: told["total"][name] for name in PLANNED}, "set_on": told["total"]["plan_set_on"]}


def quality_of(samples: Endpoint, code: str, last_day: date) -> list[dict[str, Any]]:
    """Of each kind of sample drawn in the year up to the day: the rate with its n, its limit, and whether it keeps that.

    kept: None where nobody was reached.
    """
    days = MultiDict({"from": last_day.replace(month=1, day=1).isoformat(), "to": last_day.isoformat()})
    told = told_by(samples, days, code=code)
    return [_line(told, kind, told["by_kind"][kind]["rate"]) for kind in LIMITS]


def _line(told: Mapping[str, Any], kind: str, rate: Mapping[str, Any]) -> dict[str, Any]:
    sign, limit = LIMITS[kind]
    share = 100 * rate["numerator"] / rate["denominator"] if rate["denominator"] else None
    kept = None if share is None else (share <= limit if sign == "≤" else share >= limit)
    return {"kind": told["labels"]["sample_kind"][kind], "rate": rate, "limit": f"{sign} {limit:g} %", "kept": kept}
