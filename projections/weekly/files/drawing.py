"""The charts of a digest's files: each county's households, and what was recorded in the week."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from projections.charts import stacked_bars
from projections.weekly.files.paper import amount_of, county_of, label_of, units_in
from projections.weekly.files.words import word
from projections.weekly.showing import totals

_PARTS: Final = ("H1", "H2a", "H2b")
"""Of a county's bar; H2 is the sum of the last two."""


@dataclass(frozen=True, slots=True)
class Chart:
    """SVG, whose text is text."""

    caption: str
    svg: Markup


def charts_of(document: dict[str, Any], language: str, *, hidden: bool = False) -> tuple[Chart, ...]:
    """None where small numbers are hidden: a bar's length would tell them."""
    return () if hidden else tuple(_charts(document, language))


def _charts(document: dict[str, Any], language: str) -> Iterator[Chart]:
    stocks = [
        {"of": county_of(unit, language), "part": label_of(code, language), "count": amount_of(document, code, unit)}
        for unit in units_in(document)
        for code in _PARTS
    ]
    yield Chart(word("stocks_chart", language), stacked_bars(stocks, word("households", language)))
    flows = list(_flow_bars(document, language))
    if flows:
        yield Chart(word("flows_chart", language), stacked_bars(flows, word("events", language)))


def _flow_bars(document: dict[str, Any], language: str) -> Iterator[dict[str, Any]]:
    for code in document["flows"]:
        amount, _, earlier = totals(document, code)
        if amount:
            yield {"of": label_of(code, language), "part": word("of_this_week", language), "count": amount - (earlier or 0)}
            yield {"of": label_of(code, language), "part": word("of_earlier_weeks", language), "count": earlier or 0}
