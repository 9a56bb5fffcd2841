"""What the program refuses with, and what the words of refusals promise: the two must agree."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.refusal_codes import refusal, refusal_codes

ROOT = Path(__file__).parents[3]
FILES = sorted(
    file for package in ("registry", "projections", "consumers", "deploy", "schemas") for file in (ROOT / package).rglob("*.py")
)
CODE = re.compile(r"[EW](-[A-Z0-9]+)+")
REFUSING = frozenset({"add", "unless", "refuse", "warn"})


def codes_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
            yield node.value


def refusals_in(tree: ast.AST) -> Iterator[tuple[int, str, set[str]]]:
    """(line, code, parameters given) of every refusal that names its code and its parameters in place."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        codes = [code for argument in node.args if isinstance(argument, ast.Constant) for code in codes_in(argument)]
        given = {keyword.arg for keyword in node.keywords}
        if name in REFUSING and codes and None not in given:
            yield node.lineno, codes[0], {arg for arg in given if arg} - {"at"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_code_that_the_program_uses_has_words(file: Path) -> None:
    unknown = set(codes_in(ast.parse(file.read_text(encoding="utf-8")))) - set(refusal_codes())
    assert not unknown


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_refusal_gives_what_its_sentence_shows(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    wanting = [
        (line, code, sorted(refusal(code).parameters - given))
        for line, code, given in refusals_in(tree)
        if not refusal(code).parameters <= given
    ]
    assert not wanting
