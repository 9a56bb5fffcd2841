"""What a command's declaration promises of its values: codes that exist, numbers within bounds, a reason where one is due."""

import dataclasses
import re
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_type_hints

from registry.command import NO_SHAPE, Shape, shape_of
from registry.refusal import Refusals
from schemas.code_tables import known

EVIDENCE = Shape(table="evidence_kind")
STAFF_ID = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
"""An opaque id begins with a letter and is plain ASCII: no ID number, no phone and no Chinese name is one."""


@cache
def _shaped_fields(declared: type[Any]) -> tuple[tuple[str, Shape], ...]:
    shaped = [(f.name, shape_of(f)) for f in dataclasses.fields(declared)]
    table = getattr(declared, "REASONS", None)  # a record within a command has no reason of its own
    reasons = [("reason_code", Shape(table=table))] if table else []
    return tuple((name, shape) for name, shape in [*shaped, *reasons] if shape != NO_SHAPE)


@cache
def _nested_fields(declared: type[Any]) -> tuple[str, ...]:
    """Fields that hold a record with a declaration of its own, or a tuple of such records."""
    hints = get_type_hints(declared)
    kinds = {f.name: get_args(hints[f.name])[:1] or (hints[f.name],) for f in dataclasses.fields(declared)}
    return tuple(name for name, (kind,) in kinds.items() if dataclasses.is_dataclass(kind))


def check_shape(command: Any, refusals: Refusals, path: str = "") -> None:
    """Note every field that breaks its declaration: E-CODE-UNKNOWN (table), E-FIELD-RANGE (minimum, maximum), E-STAFF-ID."""
    for name, shape in _shaped_fields(type(command)):  # type: ignore[arg-type]
        value = getattr(command, name)
        if value is not None:
            _check(f"{path}{name}", value, shape, refusals)
    for place, paper in enumerate(getattr(command, "evidence", ())):
        _check(f"{path}evidence[{place}].kind", paper["kind"], EVIDENCE, refusals)
    for name in _nested_fields(type(command)):  # type: ignore[arg-type]
        value = getattr(command, name)
        if isinstance(value, tuple):
            for place, record in enumerate(value):
                check_shape(record, refusals, f"{path}{name}[{place}].")
        elif value is not None:
            check_shape(value, refusals, f"{path}{name}.")


def codes_of_shape(declared: type[Any]) -> frozenset[str]:
    """What `check_shape` may say of a command, or a record within one, of this class; and parsing, of numbers too big for any."""
    shapes = [shape for _, shape in _shaped_fields(declared)]  # type: ignore[arg-type]
    found = {"E-STAFF-ID" for shape in shapes if shape.staff}
    found |= {"E-CODE-UNKNOWN" for shape in shapes if shape.table is not None}
    found |= {"E-FIELD-RANGE" for shape in shapes if shape.minimum is not None}
    if any(field.name == "evidence" for field in dataclasses.fields(declared)):
        found |= {"E-CODE-UNKNOWN"}
    hints = get_type_hints(declared)
    if any(kind in (int, Decimal) for hint in hints.values() for kind in (hint, *get_args(hint))):
        found |= {"E-FIELD-RANGE"}
    for name in _nested_fields(declared):  # type: ignore[arg-type]
        kinds = (hints[name], *get_args(hints[name]))
        found = found.union(
            *(codes_of_shape(kind) for kind in kinds if isinstance(kind, type) and dataclasses.is_dataclass(kind))
        )
    return frozenset(found)


def _check(name: str, value: Any, shape: Shape, refusals: Refusals) -> None:
    if shape.staff:
        ids = (value,) if isinstance(value, str) else value
        refusals.unless(all(map(STAFF_ID.fullmatch, ids)), "E-STAFF-ID", at=name)
    if shape.table is not None:
        for item in (value,) if isinstance(value, str) else value:
            refusals.unless(known(shape.table, item), "E-CODE-UNKNOWN", at=name, table=shape.table)
    if shape.minimum is not None and shape.maximum is not None:
        within = shape.minimum <= value <= shape.maximum
        refusals.unless(within, "E-FIELD-RANGE", at=name, minimum=shape.minimum, maximum=shape.maximum)
