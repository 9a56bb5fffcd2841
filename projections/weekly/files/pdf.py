"""A digest as PDF to print and to archive (PDF/A-2b, its font within): set by Typst, and always the same bytes.

Typst and the font are an extra: a register that nobody prints from does without their 50 MB.
"""

import dataclasses
import json
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any, Final

from projections.weekly.files.drawing import charts_of
from projections.weekly.files.paper import paper
from projections.weekly.files.words import words

_ARCHIVED: Final = "a-2b"


class PdfNotInstalled(Exception):
    """E-PDF-NOT-INSTALLED: this installation is without the extra that makes PDFs."""

    code = "E-PDF-NOT-INSTALLED"

    def __init__(self) -> None:
        super().__init__("a PDF needs Typst and a font: pip install 'household-registry[pdf]'")


def makes_pdf() -> bool:
    """Whether the extra is installed."""
    return all(find_spec(name) is not None for name in ("typst", "pylopdf_fonts_zh_cn"))


def pdf(document: dict[str, Any], language: str, *, hidden: bool = False) -> bytes:
    """PDF. hidden: small numbers are not told, and no county by itself. Raises PdfNotInstalled."""
    if not makes_pdf():
        raise PdfNotInstalled
    import typst

    told = paper(document, language, hidden=hidden)
    day = told.last_day
    given = {
        "told": {**dataclasses.asdict(told), "last_day": [day.year, day.month, day.day]},
        "charts": [dataclasses.asdict(chart) for chart in charts_of(document, language, hidden=hidden)],
        "w": words(language),
    }
    made: bytes = typst.compile(
        (files("projections.weekly.files") / "digest.typ").read_bytes(),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"digest": json.dumps(given, ensure_ascii=False)},
        pdf_standards=_ARCHIVED,
    )
    return made


@cache
def _fonts() -> Any:
    """The extra's alone: with what else is on a machine the same digest would be set otherwise."""
    import typst
    from pylopdf_fonts_zh_cn import sans_path

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(sans_path().parent)])
