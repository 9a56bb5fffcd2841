"""What a question can be answered with instead of an answer; the web application turns them into problem details.

QueryError
├── QueryRefused     parameters that break rules (every one is named), no right to ask, or nothing of that name
├── NotYet           E-NOT-YET: the household has not reached `min_version` in time
├── ViewUnavailable  E-VIEW-UNAVAILABLE: the read model cannot be asked just now
│   └── ViewRebuilding   E-VIEW-REBUILDING: it is being made for this version of the program
└── NotReady         E-NOT-READY: something that the register needs cannot be reached
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule: its stable code, the parameter that broke it (or ""), and what its sentence shows; never a value sent."""

    code: str
    field: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class QueryError(Exception):
    """Root of the query API's errors."""


class QueryRefused(QueryError):
    """The question is not answered. `status` where it differs from the first code's own."""

    def __init__(self, faults: Sequence[Fault], status: int | None = None) -> None:
        super().__init__(", ".join(dict.fromkeys(fault.code for fault in faults)))
        self.faults = tuple(faults)
        self.status = status


class NotYet(QueryError):
    """Waited in vain."""

    code: ClassVar[str] = "E-NOT-YET"
    retry_after_s: ClassVar[int] = 1


class ViewUnavailable(QueryError):
    """There is no read model that could be asked, or its database does not answer."""

    code: ClassVar[str] = "E-VIEW-UNAVAILABLE"
    retry_after_s: ClassVar[int] = 5

    @property
    def params(self) -> Mapping[str, Any]:
        """What its sentence shows."""
        return {}


class ViewRebuilding(ViewUnavailable):
    """The read model was an older program's, or there was none, and is being made from the log: so many of so many events."""

    code: ClassVar[str] = "E-VIEW-REBUILDING"

    def __init__(self, done: int, total: int) -> None:
        super().__init__(f"{done} of {total} events")
        self._params = {"done": done, "total": total}

    @property
    def params(self) -> Mapping[str, Any]:
        return self._params


class NotReady(QueryError):
    """`report` says what is wrong and what is well."""

    code: ClassVar[str] = "E-NOT-READY"
    retry_after_s: ClassVar[int] = 5

    def __init__(self, report: Mapping[str, Any]) -> None:
        super().__init__(self.code)
        self.report = report


class Faults:
    """Gathers what is wrong with a question, so that the answer names it all."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, code: str, /, at: str = "", **params: Any) -> None:
        """Note that a rule is broken; `at` is the parameter."""
        self._faults.append(Fault(code, at, params))

    def __contains__(self, parameter: object) -> bool:
        """Whether something is wrong with a parameter."""
        return any(fault.field == parameter for fault in self._faults)

    def raise_any(self) -> None:
        """Raises QueryRefused if any rule was broken."""
        if self._faults:
            raise QueryRefused(self._faults)


def refuse(code: str, /, at: str = "", status: int | None = None, **params: Any) -> NoReturn:
    """Refuse at once. Raises QueryRefused."""
    raise QueryRefused([Fault(code, at, params)], status)
