"""The values of policy documents: JSON-able on paper, exact in memory.

Money never passes through a binary float, and a ratio stays the fraction that the rule names.
"""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

PolicyValue = int | Decimal | Fraction | date | bool | str | frozenset[str]

_MONEY = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,2})?")
_RATIO = re.compile(r"([0-9]{1,6})/([1-9][0-9]{0,5})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class PolicyValueRefused(ValueError):
    """A value that its key does not admit: `code` is the refusal code, `params` are for its sentence."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def parse_value(kind: str, raw: object) -> PolicyValue:
    """The value of a raw one of this type. Raise `PolicyValueRefused` (E-POLICY-TYPE)."""
    value = _PARSERS[kind](raw)
    if value is None:
        raise PolicyValueRefused("E-POLICY-TYPE", expected=kind.upper())
    return value


def _integer(raw: object) -> int | None:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) else None


def _money(raw: object) -> Decimal | None:
    if isinstance(raw, str):
        return Decimal(raw) if _MONEY.fullmatch(raw) else None
    whole = _integer(raw)
    return None if whole is None else Decimal(whole)


def _ratio(raw: object) -> Fraction | None:
    match = _RATIO.fullmatch(raw) if isinstance(raw, str) else None
    return Fraction(int(match[1]), int(match[2])) if match else None


def _date(raw: object) -> date | None:
    if type(raw) is date:
        return raw
    if not isinstance(raw, str) or not _DATE.fullmatch(raw):
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def _boolean(raw: object) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _code(raw: object) -> str | None:
    return raw if isinstance(raw, str) else None


def _codes(raw: object) -> frozenset[str] | None:
    if not isinstance(raw, list | tuple) or not all(isinstance(code, str) for code in raw):
        return None
    return frozenset(raw) if raw and len(set(raw)) == len(raw) else None


_PARSERS = {
    "integer": _integer,
    "money": _money,
    "ratio": _ratio,
    "date": _date,
    "boolean": _boolean,
    "code": _code,
    "codes": _codes,
}
