"""From JSON-like data to a command: one converter per field, made once from the command's annotations.

Every violation is gathered: E-FIELD-MISSING, E-FIELD-UNKNOWN, E-FIELD-TYPE, and those of `check_shape`. A violation names the
field and the rule, never the value, since a value may be personal data.
"""

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints, is_typeddict
from uuid import UUID

from registry.application.shape import check_shape
from registry.command import Command
from registry.refusal import Refusals

Converter = Callable[[Any, str, Refusals], Any]
C = TypeVar("C", bound=Command)
MONEY_PLACES = 2
HASH_BYTES = 32


def parse(command_class: type[C], data: Mapping[str, Any]) -> C:
    """Make the command from parsed JSON (decimals as Decimal, int or text). Raises Refused with every violation."""
    refusals = Refusals()
    shape: Any = command_class
    values = _record(_converters(shape), _required(shape), data, "", refusals)
    refusals.raise_any()
    command = command_class(**values)
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
            refusals.add("E-FIELD-UNKNOWN", at=f"{path}{name}")
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
        except (ValueError, TypeError, AttributeError, InvalidOperation):
            refusals.add("E-FIELD-TYPE", at=path, expected=expected)
            return None

    return convert


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or int(value) != value:
        raise ValueError
    return int(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _money(value: Any) -> Decimal:
    if isinstance(value, bool | float):
        raise ValueError  # a binary fraction is no amount; JSON is read with decimals
    amount = Decimal(value)
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MONEY_PLACES:
        raise ValueError
    return amount


def _day(value: Any) -> date:
    return value if type(value) is date else date.fromisoformat(value)


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _fields(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError
    return value


def _hash(value: Any) -> bytes:
    data = value if isinstance(value, bytes) else bytes.fromhex(value)
    if len(data) != HASH_BYTES:
        raise ValueError
    return data


_SCALARS: dict[Any, Converter] = {
    str: _scalar("TEXT", _text),
    int: _scalar("WHOLE_NUMBER", _whole),
    bool: _scalar("TRUE_OR_FALSE", _flag),
    Decimal: _scalar("AMOUNT", _money),
    date: _scalar("DATE", _day),
    UUID: _scalar("UUID", _uuid),
    bytes: _scalar("SHA256", _hash),
    Mapping[str, Any]: _scalar("OBJECT", _fields),
}
