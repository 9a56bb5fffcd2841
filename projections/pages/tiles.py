"""Where each county-level unit has its tile on the map of the province: [column, row] from the north-west, near where it lies."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

_SHORTENED = re.compile(r"(?:[黎苗]族)*自治县$|[市县]$|(?: Li)?(?: and Miao)?(?: Autonomous)? County$")


def tiles_of(places: Iterable[Mapping[str, Any]], language: str, status: str) -> Iterator[dict[str, Any]]:
    """A tile for each place that has one: its short name and how many households have the status."""
    for place in places:
        at = positions().get(place["code"])
        if at is not None:
            count = place["by_status"].get(status, {"households": 0})["households"]
            yield {"of": short_name(place[language]), "column": at[0], "row": at[1], "count": count}


def short_name(name: str) -> str:
    """Without what kind of unit it is."""
    return _SHORTENED.sub("", name)


@cache
def positions() -> Mapping[str, tuple[int, int]]:
    """By 12-digit code."""
    found = tomllib.loads((files("projections.pages") / "tiles.toml").read_text("utf-8"))
    return MappingProxyType({code: (column, row) for code, (column, row) in found.items()})
