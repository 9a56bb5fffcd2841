"""Charts as SVG within the page, drawn by Vega-Lite (vl-convert): sharp in print, its text is text, and no script runs.

Each stands beside a table of the same figures, which is what a screen reader reads.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from threading import Lock
from typing import Any, Final

from markupsafe import Markup

BAR_PX: Final = 20
WIDTH_PX: Final = 520
LABEL_PX: Final = 280
"""Beyond it a label is cut off: the longest name of a county in English is shorter."""
TILE_PX: Final = 96, 52
_TILE_COLOURS: Final = ["#fdf1ee", "#e58d7f"]
"""Black text is read well on both and between."""
_CONFIG: Final = {"font": "Noto Sans SC, Noto Sans CJK SC, sans-serif", "background": None, "view": {"stroke": None}}
_lock = Lock()


def stacked_bars(values: Sequence[Mapping[str, Any]], title: str) -> Markup:
    """A bar for each `of`, of the parts `part` with their `count`, both in the given order; title: of the count."""
    places = {part: place for place, part in enumerate(dict.fromkeys(value["part"] for value in values))}
    encoding = {
        "y": {"field": "of", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": LABEL_PX}},
        "x": {"field": "count", "type": "quantitative", "title": title},
        "color": {"field": "part", "type": "nominal", "title": None, "sort": None, "legend": {"orient": "bottom", "columns": 3}},
        # Else the parts would stand in the order of their words, another one in each language.
        "order": {"field": "place", "type": "quantitative"},
    }
    placed = [{**value, "place": places[value["part"]]} for value in values]
    return _drawn({"data": {"values": placed}, "height": {"step": BAR_PX}, "mark": "bar", "encoding": encoding})


def spans(values: Sequence[Mapping[str, Any]]) -> Markup:
    """A bar from `start` to `end` (days) for each `of`, coloured by `part`."""
    encoding = {
        "y": {"field": "of", "type": "nominal", "title": None, "sort": None},
        "x": {"field": "start", "type": "temporal", "title": None, "axis": {"format": "%Y-%m"}},
        "x2": {"field": "end"},
        "color": {"field": "part", "type": "nominal", "title": None, "sort": None, "legend": {"orient": "bottom"}},
    }
    return _drawn({"data": {"values": list(values)}, "height": {"step": BAR_PX}, "mark": "bar", "encoding": encoding})


def tile_map(values: Sequence[Mapping[str, Any]], title: str) -> Markup:
    """A square for each `of` at its `column` and `row`, darker the more it has of `count`; title: of the count."""
    place = {
        "x": {"field": "column", "type": "ordinal", "axis": None},
        "y": {"field": "row", "type": "ordinal", "axis": None},
    }
    light_to_dark = {"scale": {"range": _TILE_COLOURS, "domainMin": 0}, "legend": {"orient": "bottom"}}
    colour = {"field": "count", "type": "quantitative", "title": title, **light_to_dark}
    layers = [
        {"mark": {"type": "rect", "stroke": "#fff", "strokeWidth": 2}, "encoding": {**place, "color": colour}},
        {"mark": {"type": "text", "dy": -8}, "encoding": {**place, "text": {"field": "of", "type": "nominal"}}},
        {
            "mark": {"type": "text", "dy": 9, "fontWeight": "bold"},
            "encoding": {**place, "text": {"field": "count", "type": "quantitative", "format": ","}},
        },
    ]
    step = {"width": {"step": TILE_PX[0]}, "height": {"step": TILE_PX[1]}}
    return _drawn({"data": {"values": list(values)}, **step, "layer": layers})


def _drawn(spec: Mapping[str, Any]) -> Markup:
    return _svg(json.dumps({"width": WIDTH_PX, "config": _CONFIG, **spec}, ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=256)
def _svg(spec: str) -> Markup:
    with _lock:
        drawn: str = _library().vegalite_to_svg(spec)
    # Vega-Lite escapes what it writes; the words are code tables' and divisions'.
    return Markup(drawn)


@cache
def _library() -> Any:
    # Imported when the first chart is drawn: it takes a second, and a register without visitors draws none.
    import vl_convert

    if find_spec("pylopdf_fonts_zh_cn") is not None:
        from pylopdf_fonts_zh_cn import sans_path

        # Labels are measured with it, so that a chart is the same on a machine that has no Chinese font, and none is cut off.
        vl_convert.register_font_directory(str(sans_path().parent))
    return vl_convert
