"""What an aggregate says when a command may not be: every violation at once, each with a stable code.

Refused (a command broke rules; nothing was recorded)
"""

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule.

    code: stable code (schemas.refusal_codes); field: the command's field that broke it, or "" for the whole command;
    params: numbers, dates and codes for the sentence, never personal data.
    """

    code: str
    field: str = ""
    params: dict[str, Any] = dataclasses.field(default_factory=dict)


class Refused(Exception):
    """A command was refused; `violations` has every reason, not just the first."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__(", ".join(dict.fromkeys(v.code for v in violations)))
        self.violations = tuple(violations)


class Refusals:
    """Gathers violations while a command is weighed, so that the answer names them all."""

    def __init__(self) -> None:
        self._violations: list[Violation] = []

    def add(self, code: str, /, at: str = "", **params: Any) -> None:
        """Note that a rule is broken; `at` is the field of the command."""
        self._violations.append(Violation(code, at, params))

    def unless(self, holds: bool, code: str, /, at: str = "", **params: Any) -> bool:
        """Note a violation unless the rule holds; return whether it does."""
        if not holds:
            self._violations.append(Violation(code, at, params))
        return holds

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Note what is refused within, instead of passing it on; what is noted already is not said twice."""
        try:
            yield
        except Refused as refused:
            said = {(v.code, v.field) for v in self._violations}
            self._violations += [v for v in refused.violations if (v.code, v.field) not in said]

    def raise_any(self) -> None:
        """Raises Refused if any rule was broken."""
        if self._violations:
            raise Refused(self._violations)

    @property
    def found(self) -> tuple[Violation, ...]:
        """What was noted so far."""
        return tuple(self._violations)

    def __len__(self) -> int:
        return len(self._violations)


def refuse(code: str, /, at: str = "", **params: Any) -> NoReturn:
    """Refuse at once, where no further rule makes sense. Raises Refused."""
    raise Refused([Violation(code, at, params)])
