"""From JSON-like data to a command: one converter per field, made once from the command's annotations.

Every violation is gathered: E-FIELD-MISSING, E-FIELD-UNKNOWN, E-FIELD-TYPE, E-FIELD-TOO-LONG, E-FIELD-RANGE, and those of
`check_shape`. A violation names the field and the rule, never the value, since a value may be personal data. What passes fits the
event schemas: a text of one line, a whole number of 32 bits, an amount of decimal(12, 2).
"""

import dataclasses
import re
import types
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NewType, TypeVar, Union, get_args, get_origin, get_type_hints, is_typeddict
from uuid import UUID

from registry.application.shape import check_shape
from registry.refusal import Refusals

RawText = NewType("RawText", str)
"""A text for the vault, which weighs it itself: no event ever holds one."""
Converter = Callable[[Any, str, Refusals], Any]
C = TypeVar("C")
MONEY_PLACES: Final = 2
MONEY_MAX: Final = Decimal("9999999999.99")
WHOLE_MAX: Final = 2**31 - 1
TEXT_MAX: Final = 200
"""Characters of a text: ids, codes, terms and names of divisions are far shorter; what is longer is no field of an event."""
HASH_BYTES: Final = 32
DEPTH_MAX: Final = 10
"""Objects and lists within one another; policy documents have four levels."""
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# PostgreSQL keeps no NUL, and UTF-8 no half of a character: neither may reach an event that every read model has to hold.
_NOT_TEXT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NAME: Final = re.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}")


class _Beyond(Exception):
    """A number that is none of the register's."""

    def __init__(self, minimum: object, maximum: object) -> None:
        super().__init__()
        self.bounds = {"minimum": minimum, "maximum": maximum}


class _TooLong(Exception):
    """A text that is none of the register's."""


def parse(record_class: type[C], data: Mapping[str, Any], fixed: Mapping[str, Any] = MappingProxyType({})) -> C:
    """Make the command, or another declared record, from parsed JSON (decimals as Decimal, int or text).

    fixed: fields that are said elsewhere (in a path), and not in the data. Raises Refused with every violation.
    """
    refusals = Refusals()
    shape: Any = record_class
    for name in fixed:
        refusals.unless(name not in data, "E-FIELD-UNKNOWN", at=name)
    values = _record(_converters(shape), _required(shape), {**data, **fixed}, "", refusals)
    refusals.raise_any()
    command = record_class(**values)
    check_shape(command, refusals)
    refusals.raise_any()
    return command


@cache
def _converters(cls: Any) -> dict[str, Converter]:
    """Field name -> converter, of a dataclass or TypedDict."""
    hints = get_type_hints(cls)
    names = [f.name for f in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else list(hints)
    return {name: _converter(hints[name]) for name in names}


@cache
def _required(cls: Any) -> frozenset[str]:
    if not dataclasses.is_dataclass(cls):
        return frozenset(_converters(cls))
    missing = dataclasses.MISSING
    return frozenset(f.name for f in dataclasses.fields(cls) if f.default is missing and f.default_factory is missing)


def _record(
    converters: Mapping[str, Converter], required: frozenset[str], data: Any, path: str, refusals: Refusals
) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        refusals.add("E-FIELD-TYPE", at=path.rstrip("."), expected="OBJECT")
        return {}
    for name in data:
        if name not in converters:
            # A client that takes values for names must not find them repeated.
            said = name if isinstance(name, str) and _NAME.fullmatch(name) else "?"
            refusals.add("E-FIELD-UNKNOWN", at=f"{path}{said}")
    for name in sorted(required - set(data)):
        refusals.add("E-FIELD-MISSING", at=f"{path}{name}")
    return {
        name: converter(data[name], f"{path}{name}", refusals)
        for name, converter in converters.items()
        if name in data and (data[name] is not None or name in required)
    }


def _converter(hint: Any) -> Converter:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        (inner,) = [a for a in get_args(hint) if a is not types.NoneType]
        return _optional(_converter(inner))
    if origin is tuple:
        return _sequence(_converter(get_args(hint)[0]))
    if is_typeddict(hint) or dataclasses.is_dataclass(hint):
        return lambda value, path, refusals: _nested(hint, value, path, refusals)
    return _SCALARS[hint]


def _nested(cls: Any, value: Any, path: str, refusals: Refusals) -> Any:
    before = len(refusals)
    record = _record(_converters(cls), _required(cls), value, f"{path}.", refusals)
    if len(refusals) > before:
        return None
    return cls(**record)


def _optional(inner: Converter) -> Converter:
    return lambda value, path, refusals: None if value is None else inner(value, path, refusals)


def _sequence(inner: Converter) -> Converter:
    def convert(value: Any, path: str, refusals: Refusals) -> Any:
        if not isinstance(value, list | tuple):
            refusals.add("E-FIELD-TYPE", at=path, expected="LIST")
            return ()
        return tuple(inner(item, f"{path}[{place}]", refusals) for place, item in enumerate(value))

    return convert


def _scalar(expected: str, make: Callable[[Any], Any]) -> Converter:
    def convert(value: Any, path: str, refusals: Refusals) -> Any:
        try:
            return make(value)
        except _TooLong:
            refusals.add("E-FIELD-TOO-LONG", at=path, maximum=TEXT_MAX)
            return None
        except _Beyond as beyond:
            refusals.add("E-FIELD-RANGE", at=path, **beyond.bounds)
            return None
        except (ValueError, TypeError, AttributeError, InvalidOperation):
            refusals.add("E-FIELD-TYPE", at=path, expected=expected)
            return None

    return convert


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or _NOT_TEXT.search(value):
        raise ValueError
    if len(value) > TEXT_MAX:
        raise _TooLong
    return value


def _raw_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool | str):
        raise ValueError
    # Before it is made an int: the exponent of a decimal may be a thousand million.
    if not -WHOLE_MAX <= value <= WHOLE_MAX:
        raise _Beyond(-WHOLE_MAX, WHOLE_MAX)
    if int(value) != value:
        raise ValueError
    return int(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _money(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError  # a binary fraction is no amount: JSON is read with decimals; nor is a list, which Decimal takes apart
    amount = Decimal(value)
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MONEY_PLACES:
        raise ValueError
    if not -MONEY_MAX <= amount <= MONEY_MAX:
        raise _Beyond(-MONEY_MAX, MONEY_MAX)
    return amount


def _day(value: Any) -> date:
    if type(value) is date:
        return value
    # Python also reads weeks and days without hyphens, which nobody else does.
    if not _DAY.fullmatch(value):
        raise ValueError
    return date.fromisoformat(value)


def _instant(value: Any) -> datetime:
    instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError  # nobody knows when that was
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError from None


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _fields(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not _all_text(value):
        raise TypeError
    return value


def _all_text(value: Any, depth: int = DEPTH_MAX) -> bool:
    """Whether every text in it could be a field's, and it is no deeper than documents are."""
    if isinstance(value, str):
        return not _NOT_TEXT.search(value)
    if not isinstance(value, Mapping | list):
        return True
    items = [*value, *value.values()] if isinstance(value, Mapping) else value
    return depth > 0 and all(_all_text(item, depth - 1) for item in items)


def _hash(value: Any) -> bytes:
    data = value if isinstance(value, bytes) else bytes.fromhex(value)
    if len(data) != HASH_BYTES:
        raise ValueError
    return data


_SCALARS: dict[Any, Converter] = {
    str: _scalar("TEXT", _text),
    RawText: _scalar("TEXT", _raw_text),
    int: _scalar("WHOLE_NUMBER", _whole),
    bool: _scalar("TRUE_OR_FALSE", _flag),
    Decimal: _scalar("AMOUNT", _money),
    date: _scalar("DATE", _day),
    datetime: _scalar("INSTANT", _instant),
    UUID: _scalar("UUID", _uuid),
    bytes: _scalar("SHA256", _hash),
    Mapping[str, Any]: _scalar("OBJECT", _fields),
}
