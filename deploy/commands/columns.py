"""A table for a terminal: columns of equal width, in which a Chinese character counts as two. Nothing is cut off."""

import unicodedata
from collections.abc import Sequence
from typing import Final

_GAP: Final = "  "


def columns(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """The lines of a table."""
    texts = [list(head), *([_text(cell) for cell in row] for row in rows)]
    widths = [max(_width(row[i]) for row in texts) for i in range(len(head))]
    return [_GAP.join(map(_padded, row, widths)).rstrip() for row in texts]


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _text(cell: object) -> str:
    return "-" if cell is None else str(cell)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "FW" else 1 for character in text)
