"""A digest as one HTML page to print or send: it needs no other file and no address, and runs no script."""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from projections.weekly.files.drawing import charts_of
from projections.weekly.files.paper import paper
from projections.weekly.files.words import words
from projections.weekly.showing import NONE, written


def printed(document: dict[str, Any], language: str, *, hidden: bool = False) -> bytes:
    """HTML in UTF-8. hidden: small numbers are not told, and no county by itself."""
    told = paper(document, language, hidden=hidden)
    charts = charts_of(document, language, hidden=hidden)
    return _template().render(told=told, charts=charts, w=words(language)).encode()


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["written"] = written
    environment.filters["change"] = _change
    return environment.from_string((files("projections.weekly.files") / "printed.html").read_text("utf-8"))


def _change(value: int | None) -> str:
    if value is None:
        return NONE
    return f"{value:+,}" if value else "0"
