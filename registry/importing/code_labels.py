"""Codes as people write them: the code itself, its Chinese label or its English one."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final

from schemas.code_tables import table

_SEPARATORS: Final = (re.compile(r"[、;|\n]"), re.compile(r"[,/]"), re.compile(r"\s"))
"""Between several codes in one cell, the sure ones first: labels have commas and spaces within."""
_PEOPLE: Final = "族"
CELLS_KEPT: Final = 10_000


def code_in(name: str, cell: Any) -> str | None:
    """The code of this table that the cell names, or None."""
    if isinstance(cell, float) and cell.is_integer():
        cell = str(int(cell))  # a code of digits, which Excel takes for a number
    return _labels(name).get(_folded(cell)) if isinstance(cell, str) else None


@lru_cache(maxsize=CELLS_KEPT)
def codes_in(name: str, cell: Any) -> tuple[str, ...] | None:
    """The codes that the cell names, each once, or None where one is unknown."""
    if not isinstance(cell, str):
        return None
    codes = _resolved(unicodedata.normalize("NFKC", cell), _labels(name), _SEPARATORS)
    known = tuple(dict.fromkeys(code for code in codes if code))
    return known if codes and None not in codes else None


def _resolved(text: str, labels: Mapping[str, str], separators: tuple[re.Pattern[str], ...]) -> list[str | None]:
    code = labels.get(_folded(text))
    if code is not None or not separators:
        return [code]
    parts = [part for part in separators[0].split(text) if part.strip()]
    return [code for part in parts for code in _resolved(part, labels, separators[1:])]


@lru_cache(maxsize=CELLS_KEPT)
def _folded(text: str) -> str:
    """Wide and narrow, small and capital letters, and spaces within do not tell labels apart."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


@cache
def _labels(name: str) -> Mapping[str, str]:
    """Folded code or label -> code. Nationalities are known without 族, as forms have them."""
    of = table(name)
    known: dict[str, str] = {}
    for code in of.codes:
        labels = [of[code].zh, of[code].en]
        if name == "ethnicity":
            labels.append(of[code].zh.removesuffix(_PEOPLE))
        known |= {_folded(label): code for label in labels}
    return known | {_folded(code): code for code in of.codes}  # a code beats another one's label
