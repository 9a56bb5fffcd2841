"""Commands about a household at random: any command with any admissible fields, or the one that would go on with what is open.

Made from one `random.Random`, so that a seed says it all. What the shape of a command declares holds; whether its rules do is
the household's to say.
"""

import dataclasses
import importlib
import inspect
import pkgutil
import types
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import registry.household
from registry.command import Command, Shape, action_of, command_classes, decider_of, shape_of
from registry.event import ActorFacts
from registry.household.household import Household
from schemas.access import permissions
from schemas.code_tables import table
from tests.support.scenario import HOUSEHOLD, VILLAGE, actor, paper, person, ref

for module in pkgutil.iter_modules(registry.household.__path__, "registry.household."):
    importlib.import_module(module.name)

OFFICE = "11469999008174419M"
STAFF = ("staff-1", "staff-2", "staff-3", "helper-1")


@cache
def single_household_commands() -> tuple[type[Command], ...]:
    """Commands that one household decides alone, by name."""
    found = []
    for command_class in command_classes():
        parameters = list(inspect.signature(decider_of(command_class)).parameters.values())
        if len(parameters) == 3 and parameters[0].annotation is Household:
            found.append(command_class)
    return tuple(sorted(found, key=lambda command_class: command_class.__name__))


def somebody(command: Command, chance: Random) -> ActorFacts:
    """One of three members of staff with a role that may give the command; one person may hold several roles."""
    role = chance.choice(sorted(permissions()[action_of(type(command))]))
    return {**actor(role), "id": chance.choice(STAFF[:3])}


def any_command(command_class: type[Command], today: date, chance: Random) -> Command:
    """The command with fields at random: codes of their tables, numbers within bounds, days around today."""
    hints = get_type_hints(command_class)
    values: dict[str, Any] = {}
    for field in dataclasses.fields(command_class):
        if field.name == "reason_code":
            codes = table(command_class.REASONS).codes if command_class.REASONS else ()
            values[field.name] = chance.choice((*codes, None))
        else:
            values[field.name] = _value(field.name, hints[field.name], shape_of(field), today, chance)
    command: Command = command_class(**values)
    return command


def _value(name: str, hint: Any, shape: Shape, today: date, chance: Random) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        (inner,) = [kind for kind in get_args(hint) if kind is not types.NoneType]
        return None if chance.random() < 0.3 else _value(name, inner, shape, today, chance)
    if origin is tuple:
        (inner, _) = get_args(hint)
        return tuple(_value(name, inner, shape, today, chance) for _ in range(chance.choice((0, 1, 1, 2, 3))))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _record(hint, today, chance)
    if isinstance(hint, type) and issubclass(hint, dict):
        return _structure(hint, today, chance)
    if shape.table is not None:
        return chance.choice(table(shape.table).codes)
    return _scalar(name, hint, shape, today, chance)


def _record(kind: type[Any], today: date, chance: Random) -> Any:
    hints = get_type_hints(kind)
    return kind(**{f.name: _value(f.name, hints[f.name], shape_of(f), today, chance) for f in dataclasses.fields(kind)})


def _structure(kind: type[Any], today: date, chance: Random) -> dict[str, Any]:
    """A typed dictionary: evidence, income, guarantees, a finding."""
    hints = get_type_hints(kind)
    if "sha256" in hints:
        return paper("OTHER", chance.randint(1, 9))  # type: ignore[no-any-return]
    if "rule" in hints:
        sector = chance.choice(("VEHICLE", "HOUSING"))
        return {"sector": sector, "rule": chance.choice(table("mismatch_rule").under(sector))}
    if "housing" in hints:
        return {name: chance.choice(("MET", "MET", "MET", "MET", "NOT_MET")) for name in hints}
    return {name: Decimal(chance.choice((0, 500, 4_000, 12_000))) for name in hints}


def _scalar(name: str, hint: Any, shape: Shape, today: date, chance: Random) -> Any:
    if hint is UUID:
        return _id(name, chance)
    if hint is date:
        return today + timedelta(days=chance.choice((0, 0, 0, 0, -1, -3, -10, -40, -200, 1, 7, 30)))
    if hint is bool:
        return chance.random() < 0.5
    if hint is str:
        return _text(name, chance)
    low = shape.minimum if shape.minimum is not None else 0
    high = min(shape.maximum if shape.maximum is not None else 100, low + 30)
    number = chance.choice((low, low + 1, chance.randint(low, high)))
    if name == "year":
        number = today.year + chance.choice((0, 0, 1, -1))
    return Decimal(number) if hint is Decimal else number


def _id(name: str, chance: Random) -> UUID:
    if name == "household_id":
        return HOUSEHOLD
    if "person" in name or "head" in name or name in ("signed_by",):
        return person(chance.randint(1, 5))
    return ref(chance.randint(500, 506))


def _text(name: str, chance: Random) -> str:
    if name == "division":
        return VILLAGE
    if name in ("organisation", "unit", "entity", "entity_id", "organiser", "employer", "uscc"):
        return OFFICE
    return chance.choice(STAFF)
