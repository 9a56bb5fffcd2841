"""What this process knows of policies, divisions and code tables: read from the store's events, and again when there are more.

Documents come in as files, once, and live as events; so every process of the register, and every rebuild, decides by the same.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, Final, Protocol

from registry.policy.policy import Policy, PolicyBook
from registry.reference.code_table import CodeTableChanged
from registry.reference.division_set import DivisionsChanged, with_changes
from registry.reference.policy_document import PolicyVersionActivated
from schemas.code_tables import CodeTables, shipped
from schemas.divisions import Divisions, hainan

FRESH_FOR_S: Final = 1.0
"""How long a decision may be made by documents that another process has just replaced."""
REFERENCE_TYPES: Final = (CodeTableChanged.TOPIC, DivisionsChanged.TOPIC, PolicyVersionActivated.TOPIC)


class ReferenceEvents(Protocol):
    """Gives the events of some types beyond a position, and the position up to which it looked."""

    def __call__(self, after_position: int, types: tuple[str, ...], /) -> tuple[int, Sequence[Any]]:
        """Events in store order."""
        ...


@dataclass(frozen=True, slots=True)
class _Known:
    """What the reference events up to a position add up to."""

    position: int
    read_at: float
    documents: tuple[dict[str, Any], ...]
    policies: PolicyBook | None
    divisions: Divisions
    code_tables: CodeTables


class NoPolicy(Exception):
    """E-NO-POLICY: the store holds no policy document yet."""

    code = "E-NO-POLICY"


class ReferenceShelf:
    """What holds now; safe for use by several threads. `ticks`: seconds of a clock that never goes back."""

    def __init__(self, events: ReferenceEvents, ticks: Callable[[], float]) -> None:
        self._events = events
        self._ticks = ticks
        self._lock = Lock()
        self._known = self._further(_Known(0, 0.0, (), None, hainan(), shipped()))

    def policy_for(self, division: str, on: date) -> Policy:
        """The policy of a place (12 digits) on a day. Raises NoPolicy, and KeyError for a place in another province."""
        return self.policies().for_(division, on)

    def policies(self) -> PolicyBook:
        """All policy documents. Raises NoPolicy."""
        book = self._fresh().policies
        if book is None:
            raise NoPolicy("the store holds no policy document: activate one first")
        return book

    def divisions(self) -> Divisions:
        """The tree, villages included."""
        return self._fresh().divisions

    def code_tables(self) -> CodeTables:
        """All code tables: those shipped, and what was changed since."""
        return self._fresh().code_tables

    def refresh(self) -> None:
        """Look for new events now."""
        with self._lock:
            self._known = self._further(self._known)

    def _fresh(self) -> _Known:
        if self._is_stale():
            with self._lock:
                if self._is_stale():  # or another thread has just looked
                    self._known = self._further(self._known)
        return self._known

    def _is_stale(self) -> bool:
        return self._ticks() - self._known.read_at > FRESH_FOR_S

    def _further(self, known: _Known) -> _Known:
        read_at = self._ticks()
        position, events = self._events(known.position, REFERENCE_TYPES)
        documents, divisions, code_tables = list(known.documents), known.divisions, known.code_tables
        for event in events:
            if isinstance(event, DivisionsChanged):
                divisions = with_changes(divisions, event.divisions)
            elif isinstance(event, CodeTableChanged):
                code_tables = code_tables.with_changed(event.table, json.loads(event.document))
            else:
                documents.append(event.content())
        policies = known.policies
        if len(documents) > len(known.documents):
            policies = PolicyBook(documents)
        return _Known(position, read_at, tuple(documents), policies, divisions, code_tables)
