"""What the code of a command's decider and plan says it refuses for, the OpenAPI document announces."""

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Set
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, Final

import pytest

import registry.api.endpoints as every_endpoint
from registry.api.command_endpoint import announced
from registry.api.document import VERSIONED, WITH_BODY
from registry.application.planning import plan_of
from registry.command import Command, command_classes, decider_of
from registry.household.case import Case
from registry.household.command import begin
from registry.household.household import Household
from registry.household.legality import verdicts
from registry.person.person import Person
from schemas.refusal_codes import refusal_codes

assert every_endpoint  # it imports every command and every plan
CODE: Final = re.compile(r"E(?:-[A-Z0-9]+)+")
OF_EVERY_REQUEST: Final = frozenset({*VERSIONED, *WITH_BODY})
BY_KIND: Final = frozenset({begin, plan_of, decider_of, verdicts})
"""What these refuse for depends on the command's kind; or is read by itself; or is told within E-CORRECTION-BREAKS."""
METHODS: Final = {
    name: method
    for owner in (Household, Person, Case)
    for name, method in vars(owner).items()
    if isinstance(method, FunctionType) and not name.startswith("__")
}
"""Of objects whose class a name does not tell."""
RESULTS: Final = frozenset({"E-PASS-RATIO", "E-REVIEW-RETURNED", "E-OBJECTION-UPHELD"})
"""What `Case.require` says of the results of earlier steps."""
CANNOT: Final[Mapping[str, Set[str]]] = {
    # The plan asks ActOnMismatch alone for a case.
    **dict.fromkeys(("AssignMismatch", "RecordMismatchVerdict", "CloseMismatch"), frozenset({"E-MISMATCH-LINK"})),
    # No step with such a result comes before theirs, in any procedure.
    **dict.fromkeys(("HoldAppraisal", "VerifyMismatch", "CompareSectors", "RecordHomeCheck", "ConfirmRelapse"), RESULTS),
    **dict.fromkeys(("NotifyHousehold", "ClearOut", "ReviewByTownship"), frozenset({"E-REVIEW-RETURNED"})),
    **dict.fromkeys(("VerifyExit", "RecordConsent"), RESULTS - {"E-PASS-RATIO"}),
    # The check that comes before it is what opens the case.
    "ProposeRelapse": RESULTS | {"E-STEP-MISSING"},
    # Those who leave are the household's members; who goes from one to another has left the one before he joins the other.
    "CloseHousehold": frozenset({"E-NOT-A-MEMBER"}),
    **dict.fromkeys(("SplitHousehold", "MergeHouseholds"), frozenset({"E-PERSON-ALREADY-LIVE"})),
}
"""Codes that are on a command's way, and why it cannot be refused for them all the same."""


@cache
def tree_of(function: FunctionType) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def called_by(function: FunctionType) -> Iterator[Any]:
    """What the names within a function are in its module."""
    module = sys.modules[function.__module__]
    for node in ast.walk(tree_of(function)):
        if isinstance(node, ast.Name):
            yield getattr(module, node.id, None)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = getattr(module, node.value.id, None)
            yield getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else METHODS.get(node.attr)


def codes_of(node: ast.AST) -> Iterator[str]:
    """The code that a text is; of one whose end is made, every code that begins so."""
    match node:
        case ast.Constant(value=str(text)) if CODE.fullmatch(text):
            yield text
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]) if re.fullmatch(r"E-([A-Z0-9]+-)+", text):
            yield from (code for code in refusal_codes() if code.startswith(text))


def codes_in(function: FunctionType, seen: set[FunctionType]) -> set[str]:
    """Every code that is written in a function, or in what it calls of ours."""
    function = inspect.unwrap(function)  # type: ignore[assignment]
    made = function.__code__.co_filename.startswith("<")  # by dataclasses, and no code of ours
    if function in seen or function in BY_KIND or made or not function.__module__.startswith("registry."):
        return set()
    seen.add(function)
    found = {code for node in ast.walk(tree_of(function)) for code in codes_of(node)}
    for called in called_by(function):
        if isinstance(called, str) and CODE.fullmatch(called):
            found.add(called)
        elif isinstance(called, FunctionType):
            found |= codes_in(called, seen)
        elif isinstance(called, type) and called.__module__ == function.__module__:
            for method in vars(called).values():
                found |= codes_in(method, seen) if isinstance(method, FunctionType) else set()
    return found


def unannounced(command_class: type[Command]) -> set[str]:
    found: set[str] = set()
    for function in (decider_of(command_class), plan_of(command_class)):
        assert isinstance(function, FunctionType)
        found |= codes_in(function, set())
    return found - {*announced(command_class), *OF_EVERY_REQUEST} - CANNOT.get(command_class.__name__, set())


@pytest.mark.parametrize("command_class", command_classes(), ids=lambda command_class: command_class.__name__)
def test_a_command_announces_what_its_decider_and_its_plan_refuse_for(command_class: type[Command]) -> None:
    assert not unannounced(command_class)


def test_the_codes_are_found_through_what_is_called() -> None:
    """Whoever changes how checks are called sees here that the search still sees them."""
    found = {code for command_class in command_classes() for code in codes_in(decider_of(command_class), set())}  # type: ignore[arg-type]
    assert found >= {"E-STEP-MISSING", "E-STEP-UNKNOWN", "E-NO-CASE", "E-OPEN-MISMATCH", "E-POLICY-KEY-MISSING"}
