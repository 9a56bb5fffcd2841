"""A digest as rows of a sheet: a line for each figure and county, with the words of both."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any, Final

from projections.weekly.figures import FLOWS, RECORDING, STOCKS, Words, tells_persons
from schemas.divisions import hainan

BOM: Final = b"\xef\xbb\xbf"
"""Without it the usual programs take the sheet's Chinese for something else."""
HEADINGS = {
    "zh": ("代码", "指标", "市县编码", "市县", "户数或件数", "人数", "其中补报"),
    "en": ("Code", "Figure", "County code", "County", "Households or events", "Persons", "Of these, of earlier weeks"),
}


def words_of() -> dict[str, Words]:
    """The words of every figure, by its code, in the digest's order."""
    return {**{figure.code: figure.words for figure in (*STOCKS, *FLOWS)}, **RECORDING}


def rows(document: dict[str, Any], language: str) -> Iterator[tuple[str | int, ...]]:
    """The headings, then the lines. An empty cell: stocks have nothing of earlier weeks, and some events tell no persons."""
    yield HEADINGS[language]
    for code, words in words_of().items():
        for unit, cell in (document["stocks"].get(code) or document["flows"][code]).items():
            amount = cell["households"] if code in document["stocks"] else cell["events"]
            label, place = words.zh if language == "zh" else words.en, hainan()[unit].name(language)
            yield code, label, unit, place, amount, cell["persons"] if tells_persons(code) else "", cell.get("earlier", "")


def csv_file(document: dict[str, Any], language: str) -> bytes:
    """The rows as CSV, in UTF-8 that spreadsheet programs know as such."""
    text = StringIO()
    csv.writer(text).writerows(rows(document, language))
    return BOM + text.getvalue().encode()
