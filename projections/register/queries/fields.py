"""How the tables' numbers are told: as ISO days and instants, UUIDs, yuan, division codes and the words of codes.

A `Field` is declared once for the column that it shows: rows become documents by it, the OpenAPI document describes it, and the
sheet (CSV) takes its columns from it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, func, literal_column

from projections.register.codes import OVERLAYS, STATUSES
from schemas.code_tables import table

Document = dict[str, Any]
"""What a question is answered with, ready for JSON."""

EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND_US: Final = 1_000_000


def day_number(day: date) -> int:
    """Days since 1970."""
    return day.toordinal() - EPOCH_ORDINAL


@lru_cache(maxsize=1 << 15)
def day_text(number: int) -> str:
    """ISO 8601. The register's days are few, and each is told again and again."""
    return date.fromordinal(number + EPOCH_ORDINAL).isoformat()


def micros(instant: datetime) -> int:
    """Microseconds since 1970 of an aware datetime."""
    return (instant - _EPOCH) // _MICROSECOND


def instant_text(number: int) -> str:
    """ISO 8601 in UTC, always with six decimals, so that texts sort as instants do."""
    seconds, fraction = divmod(number, _SECOND_US)
    instant = _EPOCH + timedelta(seconds=seconds, microseconds=fraction)
    return instant.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def yuan_text(fen: int) -> str:
    """An amount in yuan, as text: it is a decimal, which JSON's numbers are not."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02}"


def id_text(value: bytes) -> str:
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def division_text(number: int) -> str:
    return f"{number:012}"


def _codes(value: str) -> list[str]:
    return value.split(",") if value else []


@dataclass(frozen=True, slots=True)
class Kind:
    """A form of value. schema: the JSON schema of what is shown.

    show: what a value of the table is shown as, None where it is shown as it is; nothing: what stands in the table for no value
    (besides NULL), and is selected as NULL.
    """

    schema: Mapping[str, Any]
    show: Callable[[Any], Any] | None = None
    nothing: Any = None


ID: Final = Kind({"type": "string", "format": "uuid", "examples": ["018f2f6a-1111-7000-8000-000000000007"]}, id_text)
DAY: Final = Kind({"type": "string", "format": "date", "examples": ["2019-03-31"]}, day_text)
INSTANT: Final = Kind({"type": "string", "format": "date-time", "examples": ["2019-04-02T01:30:00.000000Z"]}, instant_text)
YUAN: Final = Kind({"type": "string", "pattern": r"^-?\d+\.\d\d$", "examples": ["4310.50"]}, yuan_text)
DIVISION: Final = Kind({"type": "string", "pattern": r"^\d{12}$", "examples": ["469024100201"]}, division_text)
WHOLE: Final = Kind({"type": "integer", "examples": [4]})
ORDINAL: Final = Kind({"type": "integer", "minimum": 1, "examples": [1]}, nothing=0)
FLAG: Final = Kind({"type": "boolean", "examples": [False]}, bool)
TEXT: Final = Kind({"type": "string", "minLength": 1, "examples": ["u-0042"]}, nothing="")
CODES: Final = Kind({"type": "array", "items": {"type": "string"}}, _codes)
STATUS: Final = Kind({"type": "string", "enum": list(STATUSES), "examples": ["REGISTERED"]}, STATUSES.__getitem__)
OVERLAY: Final = Kind({"type": "string", "enum": list(OVERLAYS), "examples": ["NONE"]}, OVERLAYS.__getitem__)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is told. `codes`: the code table of its codes, if any; `always`: it is never null."""

    name: str
    column: ColumnElement[Any]
    kind: Kind
    means: str
    codes: str = ""
    always: bool = False

    @property
    def schema(self) -> Document:
        """Its JSON schema, with an example."""
        schema = {**self.kind.schema, "description": self.means}
        if self.codes:
            some = table(self.codes).codes[0]
            schema |= {"description": f"{self.means} (code table `{self.codes}`)"}
            schema |= {"examples": [[some] if self.kind is CODES else some]} if self.kind in (TEXT, CODES) else {}
        return schema if self.always else or_null(schema)


def or_null(schema: Mapping[str, Any]) -> Document:
    """The same, or null: a type of its own since OpenAPI 3.1."""
    nullable = {**schema, "type": [schema["type"], "null"]}
    return {**nullable, "enum": [*schema["enum"], None]} if "enum" in schema else nullable


class Shape:
    """Fields that are told together: what to select, and how a row of it becomes a document."""

    __slots__ = ("_names", "_shown", "coded", "columns", "fields")

    def __init__(self, fields: Iterable[Field]) -> None:
        self.fields = tuple(fields)
        self.columns = [_selected(field) for field in self.fields]
        self.coded = [(field.name, field.codes) for field in self.fields if field.codes]
        self._names = [field.name for field in self.fields]
        self._shown = [(field.name, field.kind.show) for field in self.fields if field.kind.show is not None]

    def document(self, row: Sequence[Any]) -> Document:
        """Name -> value as it is told. The row begins with the columns; what follows is not looked at."""
        document = dict(zip(self._names, row, strict=False))
        for name, show in self._shown:
            value = document[name]
            if value is not None:
                document[name] = show(value)
        return document

    @property
    def schema(self) -> Document:
        """The JSON schema of a document."""
        return {
            "type": "object",
            "properties": {field.name: field.schema for field in self.fields},
            "required": [field.name for field in self.fields],
            "additionalProperties": False,
        }


def _selected(field: Field) -> ColumnElement[Any]:
    nothing = field.kind.nothing
    return field.column if nothing is None else func.nullif(field.column, literal_column(repr(nothing)), type_=field.column.type)
