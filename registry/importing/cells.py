"""From a cell to a value: what a spreadsheet or a CSV file may hold for a date, an amount, a code.

Excel keeps every number as a binary fraction of 15 to 17 digits and shows 15. An amount is what it shows; an identifier that is
longer was damaged when it was typed, and is refused.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from registry.application.shape import STAFF_ID
from registry.command import Shape
from registry.importing.code_labels import code_in, codes_in
from registry.importing.columns import Column, Form
from registry.importing.xlsx_errors import FailedFormula
from schemas.clock import SHANGHAI

Converter = Callable[[Any], Any]

TEXT_MAX: Final = 200
DIGITS_EXACT: Final = 15
"""Digits that Excel keeps of a number."""
FLOAT_FORMAT: Final = f".{DIGITS_EXACT}g"
MONEY_PLACES: Final = 2
EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2100, 12, 31)
_EXPONENT: Final = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
_AMOUNT: Final = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_COMPACT_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME: Final = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2})?")
_NOT_TEXT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class CellRefused(Exception):
    """The cell does not hold what the column asks for; `params` never hold the cell's content."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def converter(column: Column) -> Converter:
    """The function that makes a value of the column's form, or None of an empty cell. It raises CellRefused."""
    inner = _CONVERTERS[column.form](column.shape)

    def convert(cell: Any) -> Any:
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return None
        if isinstance(cell, FailedFormula):
            raise CellRefused("E-IMPORT-FORMULA")
        return inner(cell)

    return convert


def narrow(text: str) -> str:
    """The text with narrow characters and without spaces around: 全角 digits are typed as often as others."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def plain_identifier(cell: Any) -> str:
    """A number, card or phone as text. Raises CellRefused (E-IMPORT-DIGITS-LOST, E-FIELD-TYPE).

    Also without what keeps Excel from making a number of it: a leading apostrophe, or `="..."`.
    """
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise CellRefused("E-FIELD-TYPE", expected="TEXT")
    if isinstance(cell, float):
        if not cell.is_integer() or cell < 0:
            raise CellRefused("E-FIELD-TYPE", expected="TEXT")
        cell = int(cell)
    if isinstance(cell, int):
        cell = str(cell)
        if len(cell) > DIGITS_EXACT:
            raise CellRefused("E-IMPORT-DIGITS-LOST", digits=DIGITS_EXACT)
        return str(cell)
    text = narrow(cell)
    if text.startswith('="') and text.endswith('"') and len(text) > len('=""'):
        text = text[2:-1].strip()
    text = text.lstrip("'`").strip()
    if _EXPONENT.fullmatch(text):
        raise CellRefused("E-IMPORT-DIGITS-LOST", digits=DIGITS_EXACT)
    return _checked_text(text)


def _identifier(_: Shape) -> Converter:
    return plain_identifier


def _text(shape: Shape) -> Converter:
    def convert(cell: Any) -> str:
        text = plain_identifier(cell) if not isinstance(cell, str) else _checked_text(cell.strip())
        if shape.staff and not STAFF_ID.fullmatch(text):
            raise CellRefused("E-STAFF-ID")
        return text

    return convert


def _checked_text(text: str) -> str:
    if not text or _NOT_TEXT.search(text):
        raise CellRefused("E-FIELD-TYPE", expected="LINE_OF_TEXT")
    if len(text) > TEXT_MAX:
        raise CellRefused("E-FIELD-TOO-LONG", maximum=TEXT_MAX)
    return text


def _whole(shape: Shape) -> Converter:
    def convert(cell: Any) -> int:
        number = _number(cell, "WHOLE_NUMBER")
        if number != number.to_integral_value():
            raise CellRefused("E-FIELD-TYPE", expected="WHOLE_NUMBER")
        return int(_within(number, shape))

    return convert


def _amount(shape: Shape) -> Converter:
    def convert(cell: Any) -> Decimal:
        number = _number(cell, "AMOUNT")
        cents = number.quantize(Decimal(1).scaleb(-MONEY_PLACES))
        if cents != number:
            raise CellRefused("E-FIELD-TYPE", expected="AMOUNT")
        return _within(cents, shape)

    return convert


def _number(cell: Any, expected: str) -> Decimal:
    """Exactly what Excel shows of its number, or what is written in a text. Raises CellRefused (E-FIELD-TYPE)."""
    if isinstance(cell, float):
        text = format(cell, FLOAT_FORMAT)
    elif isinstance(cell, str | int) and not isinstance(cell, bool):
        text = narrow(str(cell)).removesuffix("元").removeprefix("¥").strip()
        if not _AMOUNT.fullmatch(text):
            raise CellRefused("E-FIELD-TYPE", expected=expected)
    else:
        raise CellRefused("E-FIELD-TYPE", expected=expected)
    number = Decimal(text.replace(",", ""))
    if not number.is_finite() or number.adjusted() >= DIGITS_EXACT:
        raise CellRefused("E-FIELD-TYPE", expected=expected)
    return number


def _within(number: Decimal, shape: Shape) -> Decimal:
    if shape.minimum is not None and shape.maximum is not None and not shape.minimum <= number <= shape.maximum:
        raise CellRefused("E-FIELD-RANGE", minimum=shape.minimum, maximum=shape.maximum)
    return number


def _date(_: Shape) -> Converter:
    return to_day


def to_day(cell: Any) -> date:
    """A day: Excel's own, or written as 2018-09-04, 2018/9/4, 2018.9.4, 2018年9月4日, 20180904; a time of day is left out.

    A bare number that Excel does not show as a date is none: nobody saw a date in it. Raises CellRefused (E-FIELD-TYPE).
    """
    if isinstance(cell, datetime):
        day: date | None = cell.date()
    elif isinstance(cell, date):
        day = cell
    else:
        day = _written_day(cell)
    if day is None or not EARLIEST <= day <= LATEST:
        raise CellRefused("E-FIELD-TYPE", expected="DATE")
    return day


def _instant(_: Shape) -> Converter:
    return to_instant


def to_instant(cell: Any) -> datetime:
    """An instant: Excel's own, or a day and a time as text. Beijing time unless it says another; a bare day is its beginning.

    Raises CellRefused (E-FIELD-TYPE).
    """
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=SHANGHAI)
    text = narrow(cell) if isinstance(cell, str) else ""
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        written = _day_and_time(cell, text)
    return written if written.tzinfo is not None else written.replace(tzinfo=SHANGHAI)


def _day_and_time(cell: Any, text: str) -> datetime:
    """A day in any form that a day may have, and a time behind it if there is one. Raises CellRefused."""
    try:
        day = to_day(cell)
        found = _TIME.search(text)
        clock = time.fromisoformat(found[0].strip(" T").rjust(5, "0")) if found is not None else time()
    except (CellRefused, ValueError):
        raise CellRefused("E-FIELD-TYPE", expected="DATE_AND_TIME") from None
    return datetime.combine(day, clock)


def _written_day(cell: Any) -> date | None:
    if isinstance(cell, float) and cell.is_integer():
        cell = str(int(cell))
    if not isinstance(cell, str):
        return None
    text = _TIME.sub("", narrow(cell)).replace(" ", "")
    written = _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    if written is None:
        return None
    try:
        return date(*map(int, written.groups()))
    except ValueError:
        return None


def _code(shape: Shape) -> Converter:
    assert shape.table is not None
    table = shape.table

    def convert(cell: Any) -> str:
        code = code_in(table, cell)
        if code is None:
            raise CellRefused("E-CODE-UNKNOWN", table=table)
        return code

    return convert


def _codes(shape: Shape) -> Converter:
    assert shape.table is not None
    table = shape.table

    def convert(cell: Any) -> tuple[str, ...]:
        codes = codes_in(table, cell)
        if codes is None:
            raise CellRefused("E-CODE-UNKNOWN", table=table)
        return codes

    return convert


_CONVERTERS: dict[Form, Callable[[Shape], Converter]] = {
    Form.TEXT: _text,
    Form.IDENTIFIER: _identifier,
    Form.WHOLE: _whole,
    Form.AMOUNT: _amount,
    Form.DATE: _date,
    Form.INSTANT: _instant,
    Form.CODE: _code,
    Form.CODES: _codes,
}
