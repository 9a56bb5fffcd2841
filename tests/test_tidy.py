"""The code's own form: sizes, names, and what must not be in it. A ratchet: nothing may grow past a line it was under."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("registry", "schemas", "consumers", "projections", "deploy")
MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
TEST_LINES_MAX = 60
PARAMETERS_MAX = 8
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "misc"}
LEFTOVERS = re.compile(r"\b(TODO|FIXME|XXX)\b")
NO_CLOCK_OR_CHANCE = re.compile(
    r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time|uuid4|uuid1|random\.random)\(|os\.environ"
)
COMPOSITION = ("deploy",)


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (p for p in sorted((ROOT / folder).rglob("*.py")) if "__pycache__" not in p.parts)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


CODE = list(modules(*PACKAGES))
ALL = [*CODE, *modules("tests", "benchmarks")]


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_a_module_is_one_concept_and_fits_a_few_screens(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MODULE_LINES_MAX


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_functions_fit_a_screen_and_take_few_parameters(path: Path) -> None:
    limit = FUNCTION_LINES_MAX if path.is_relative_to(ROOT / "tests") is False else TEST_LINES_MAX
    long = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = node.args
            count = len(arguments.posonlyargs) + len(arguments.args)
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > limit or count > PARAMETERS_MAX:
                long.append(f"{node.name}: {lines} lines, {count} positional parameters")
    assert not long


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_a_module_says_why_it_exists(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", [p for p in CODE if p.name == "__init__.py"], ids=name_of)
def test_a_package_file_holds_a_docstring_and_no_code(path: Path) -> None:
    assert len(ast.parse(path.read_text()).body) == 1


def test_no_module_has_a_name_that_holds_anything() -> None:
    assert not [name_of(p) for p in ALL if p.stem in BANNED_NAMES or p.parent.name in BANNED_NAMES]


@pytest.mark.parametrize("path", [p for p in CODE if p.relative_to(ROOT).parts[0] not in COMPOSITION], ids=name_of)
def test_nothing_below_the_composition_root_asks_for_time_chance_or_environment(path: Path) -> None:
    assert not NO_CLOCK_OR_CHANCE.findall(path.read_text())


@pytest.mark.parametrize("path", [p for p in ALL if p != Path(__file__)], ids=name_of)
def test_nothing_is_left_for_later(path: Path) -> None:
    assert not LEFTOVERS.findall(path.read_text())
