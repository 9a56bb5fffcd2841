"""The table of routes and roles, `tests/integration/api/routes_and_roles.txt`, as tests read it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from schemas.code_tables import table

TABLE = Path(__file__).parents[1] / "integration" / "api" / "routes_and_roles.txt"
ROLES = tuple(table("role").codes)
OPEN = "open"


class Line(NamedTuple):
    """A route of the table."""

    method: str
    rule: str
    elsewhere: str
    roles: frozenset[str]

    @property
    def described(self) -> str:
        """The path as the API document writes it."""
        return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", self.rule)


def lines() -> Iterator[Line]:
    for text in TABLE.read_text("utf-8").splitlines():
        if text.strip() and not text.startswith("#"):
            method, rule, elsewhere, *marks = text.split()
            let_in = [role for role, mark in zip(ROLES, marks, strict=True) if mark == "x"] if marks else []
            yield Line(method, rule, elsewhere, frozenset(let_in))


LINES = list(lines())


def named(line: Line) -> str:
    """How a test calls it."""
    return f"{line.method} {line.rule}"
