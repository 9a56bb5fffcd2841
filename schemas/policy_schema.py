"""The policy schema: which keys a policy document may hold, of which type and range, and which a county may change.

Every amount, day count and line of the programme is policy. The schema (`data/policy_schema.toml`) is what both
the loader and the documentation read; a key that is not there does not exist.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import zip_longest
from types import MappingProxyType
from typing import Any, Literal

from schemas.code_tables import table
from schemas.policy_values import PolicyValue, PolicyValueRefused, parse_value

Direction = Literal["longer", "shorter", "higher", "lower"]

UPWARD: frozenset[Direction] = frozenset({"longer", "higher"})
ORDERED_TYPES = frozenset({"integer", "money", "ratio", "date"})


class PolicySchemaInvalid(ValueError):
    """The shipped schema contradicts itself."""


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """One key of the schema; `name` is dotted, a segment `<table>` stands for every code of that code table.

    `minimum` and `maximum` are inclusive; `defaults` holds raw values by full key.
    """

    name: str
    type: str
    zh: str
    en: str
    source: str
    defaults: Mapping[str, Any]
    unit: str = ""
    table: str | None = None
    minimum: PolicyValue | None = None
    maximum: PolicyValue | None = None
    required: bool = False
    direction: Direction | None = None

    def parse(self, raw: object) -> PolicyValue:
        """The value of a raw (TOML or JSON) one.

        Raise `PolicyValueRefused`: E-POLICY-TYPE (expected), E-POLICY-RANGE (limit) or E-POLICY-CODE (table, unknown).
        """
        value = parse_value(self.type, raw)
        if self.table is not None:
            codes = value if isinstance(value, frozenset) else {value}
            if unknown := sorted(str(code) for code in codes if code not in table(self.table)):
                raise PolicyValueRefused("E-POLICY-CODE", table=self.table, unknown=", ".join(unknown))
        if self.minimum is not None and value < self.minimum:  # type: ignore[operator]
            raise PolicyValueRefused("E-POLICY-RANGE", limit=f"≥ {self.minimum}")
        if self.maximum is not None and value > self.maximum:  # type: ignore[operator]
            raise PolicyValueRefused("E-POLICY-RANGE", limit=f"≤ {self.maximum}")
        return value

    def may_become(self, province: PolicyValue, county: PolicyValue) -> bool:
        """Whether a county may set `county` where the province says `province`: only in the key's direction."""
        if self.direction is None:
            return False
        if self.direction in UPWARD:
            return county >= province  # type: ignore[operator]
        return county <= province  # type: ignore[operator]

    def code_in(self, key: str) -> str:
        """The code that stands in a matching full key where the name has its `<table>` segment."""
        pairs = zip(self.name.split("."), key.split("."), strict=True)
        return next(segment for pattern, segment in pairs if pattern.startswith("<"))

    def matches(self, key: str) -> bool:
        """Whether a full key, such as `step_working_days.APPRAISED`, is this one."""
        pairs = zip_longest(self.name.split("."), key.split("."))
        return all(_segment_matches(pattern, segment) for pattern, segment in pairs)


class PolicySchema:
    """All keys, in the order of the file."""

    __slots__ = ("_exact", "_patterns", "keys")

    def __init__(self, keys: tuple[PolicyKey, ...]) -> None:
        self.keys = keys
        self._exact = {key.name: key for key in keys if "<" not in key.name}
        self._patterns = tuple(key for key in keys if "<" in key.name)

    def find(self, key: str) -> PolicyKey | None:
        """The schema's key for a full key; None if there is no such key."""
        return self._exact.get(key) or next((spec for spec in self._patterns if spec.matches(key)), None)

    def defaults(self) -> dict[str, Any]:
        """Raw default values by full key."""
        return {key: raw for spec in self.keys for key, raw in spec.defaults.items()}

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(spec.name for spec in self.keys if spec.required)


@cache
def policy_schema() -> PolicySchema:
    """The schema as shipped. Raise `PolicySchemaInvalid`."""
    text = resources.files("schemas").joinpath("data/policy_schema.toml").read_text(encoding="utf-8")
    return PolicySchema(tuple(_keys(tomllib.loads(text), ())))


def _keys(node: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[PolicyKey]:
    for segment, child in node.items():
        if isinstance(child.get("type"), str):
            yield _key(".".join((*path, segment)), dict(child))
        else:
            yield from _keys(child, (*path, segment))


def _key(name: str, fields: dict[str, Any]) -> PolicyKey:
    raw_defaults = fields.pop("defaults", {})
    if "default" in fields:
        defaults = {name: fields.pop("default")}
    else:
        pattern = next((part for part in name.split(".") if part.startswith("<")), "")
        defaults = {name.replace(pattern, code): raw for code, raw in raw_defaults.items()}
    for bound in ("minimum", "maximum"):
        if bound in fields:
            fields[bound] = parse_value(fields["type"], fields[bound])
    spec = PolicyKey(name, defaults=MappingProxyType(defaults), **fields)
    if spec.direction is not None and spec.type not in ORDERED_TYPES:
        raise PolicySchemaInvalid(f"{name}: a {spec.type} has no direction")
    for key, raw in defaults.items():
        if not spec.matches(key):
            raise PolicySchemaInvalid(f"{name}: default for unknown {key}")
        spec.parse(raw)
    return spec


def _segment_matches(pattern: str | None, segment: str | None) -> bool:
    if pattern is None or segment is None:
        return False
    if pattern.startswith("<"):
        return segment in table(pattern.strip("<>"))
    return pattern == segment
