"""Commands: frozen, checked for shape from one declaration per field, decided by one function each.

A command names its fields' code tables and bounds where it declares them; JSON, spreadsheets, OpenAPI and the generic checks all
read that one declaration.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field
from datetime import date
from functools import cache
from typing import Any, ClassVar, TypeVar

from registry.decision import Decision
from registry.event import Evidence

Decider = Callable[[Any, Any, Decision], None]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a field admits beyond its type: a code table, inclusive bounds, or opaque ids of staff and nothing else."""

    table: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    staff: bool = False


NO_SHAPE = Shape()


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """An intent. `effective_on`: when it is true in life; `reason_code`: why, from the command's REASONS table."""

    REASONS: ClassVar[str | None] = None
    """Code table of `reason_code`; None where the command takes no reason."""

    effective_on: date
    reason_code: str | None = None
    evidence: tuple[Evidence, ...] = ()


def code(table: str, default: Any = MISSING) -> Any:
    """A field that holds a code of this code table."""
    return field(default=default, metadata={"shape": Shape(table=table)})


def codes(table: str) -> Any:
    """A tuple of codes of this code table, none by default."""
    return field(default=(), metadata={"shape": Shape(table=table)})


def number(minimum: int, maximum: int, default: Any = MISSING) -> Any:
    """A number, or an amount in yuan, within inclusive bounds."""
    return field(default=default, metadata={"shape": Shape(minimum=minimum, maximum=maximum)})


def staff() -> Any:
    """Whoever did it, by opaque id, or a tuple of such: a name, a phone or an ID number is no id."""
    return field(metadata={"shape": Shape(staff=True)})


C = TypeVar("C", bound=type[Command])
_deciders: dict[type[Command], Decider] = {}


def decides(command_class: type[Command]) -> Callable[[Decider], Decider]:
    """Declare the function that decides this command on its aggregate."""

    def register(decider: Decider) -> Decider:
        if command_class in _deciders:
            raise ValueError(f"{command_class.__name__} has two deciders")
        _deciders[command_class] = decider
        return decider

    return register


def decider_of(command_class: type[Command]) -> Decider:
    """The function that decides this command. Raises KeyError where there is none."""
    return _deciders[command_class]


def command_classes() -> tuple[type[Command], ...]:
    """Every command that has a decider."""
    return tuple(_deciders)


def action_of(command_class: type[Command]) -> str:
    """The command's name in access rules and URLs' terms: `ProposeExit` -> `propose_exit`."""
    return _action_of(command_class.__name__)


@cache
def _action_of(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def shape_of(command_field: "dataclasses.Field[Any]") -> Shape:
    """What the field admits beyond its type."""
    shape: Shape = command_field.metadata.get("shape", NO_SHAPE)
    return shape
