"""What the write side says about itself, read from its text: which command can lead to which event.

Read, not run: a test that only ran commands would not notice an event that no command ever leads to.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGES = ("registry/household", "registry/person", "registry/application")
DECLARES = frozenset({"decides", "handles"})


class Place(NamedTuple):
    """A function of a module, which is named with its dots."""

    module: str
    function: str


@dataclass
class Function:
    """What a function does, as far as it shows: the commands it is declared for, whom it calls, which names it hands on."""

    commands: set[str] = field(default_factory=set)
    calls: set[Place] = field(default_factory=set)
    hands_on: set[str] = field(default_factory=set)


def trees(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every Python file of these folders, parsed."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield file, ast.parse(file.read_text(encoding="utf-8"))


@cache
def functions() -> dict[Place, Function]:
    """Every function of the modules in which commands are decided."""
    found: dict[Place, Function] = {}
    for file, tree in trees(*PACKAGES):
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        imported = _imports(tree)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                found[Place(module, node.name)] = _function(node, module, imported)
    return found


@cache
def handed_on_for(command: str) -> frozenset[str]:
    """Names that are handed on when a command is decided, event classes among them: by its functions and those they call."""
    waiting = [place for place, function in functions().items() if command in function.commands]
    seen: set[Place] = set()
    names: set[str] = set()
    while waiting:
        place = waiting.pop()
        function = functions().get(place)
        if function is not None and place not in seen:
            seen.add(place)
            names |= function.hands_on
            waiting += function.calls
    return frozenset(names)


def names_in(tree: ast.AST) -> set[str]:
    """Every name that a text uses."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def names_told(tree: ast.Module) -> set[str]:
    """Every name that a test uses, itself or through the functions of tests.support that it calls."""
    names = names_in(tree)
    waiting = [place for name, place in _imports(tree).items() if name in names]
    seen: set[Place] = set()
    while waiting:
        place = waiting.pop()
        if place in support() and place not in seen:
            seen.add(place)
            names |= support()[place].names
            waiting += support()[place].uses
    return names


@dataclass
class Support:
    """What a function that tests share speaks of: all its names, and which of them are such functions too."""

    names: set[str]
    uses: list[Place]


@cache
def support() -> dict[Place, Support]:
    """Every function of tests.support."""
    found: dict[Place, Support] = {}
    for file, tree in trees("tests/support"):
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        imported = _imports(tree)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                names = names_in(node)
                uses = [imported.get(name, Place(module, name)) for name in names]
                found[Place(module, node.name)] = Support(names, uses)
    return found


def coded_classes(*folders: str) -> Iterator[tuple[str, str]]:
    """(class, its code) of every class that has a `code` of its own."""
    for _, tree in trees(*folders):
        for node in (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)):
            for line in node.body:
                target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
                value = getattr(line, "value", None)
                if getattr(target, "id", "") == "code" and isinstance(value, ast.Constant):
                    yield node.name, str(value.value)


def texts_in(tree: ast.AST) -> set[str]:
    """Every piece of literal text."""
    return {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def _imports(tree: ast.Module) -> dict[str, Place]:
    """Local name -> what it stands for; of a module the function is empty."""
    known = {".".join((*package.split("/"), file.stem)) for package in PACKAGES for file in (ROOT / package).glob("*.py")}
    imported: dict[str, Place] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                place = Place(whole, "") if whole in known else Place(node.module, alias.name)
                imported[alias.asname or alias.name] = place
    return imported


def _function(node: ast.FunctionDef, module: str, imported: dict[str, Place]) -> Function:
    function = Function(commands=_declared(node))
    for call in (n for n in ast.walk(node) if isinstance(n, ast.Call)):
        target = call.func
        if isinstance(target, ast.Name):
            function.calls.add(imported.get(target.id, Place(module, target.id)))
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id in imported:
            function.calls.add(Place(imported[target.value.id].module, target.attr))
        for argument in (*call.args, *(k.value for k in call.keywords)):
            if isinstance(argument, ast.Name | ast.Attribute):
                function.hands_on.add(argument.id if isinstance(argument, ast.Name) else argument.attr)
    return function


def _declared(node: ast.FunctionDef) -> set[str]:
    calls = [d for d in node.decorator_list if isinstance(d, ast.Call) and getattr(d.func, "id", "") in DECLARES]
    return {argument.id for call in calls for argument in call.args if isinstance(argument, ast.Name)}
