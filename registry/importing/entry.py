"""What a file says of one thing that is recorded or refused whole: a household with its members, a measure's step, a visit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from registry.command import Command
from registry.importing.columns import Sheet
from registry.importing.finding import Finding
from registry.importing.rows import Row
from registry.importing.view import View
from registry.refusal import Violation


class Entry(Protocol):
    """One entry. What is wrong with it stands with its rows."""

    @property
    def rows(self) -> Sequence[Row]: ...

    @property
    def household_id(self) -> UUID: ...

    @property
    def division(self) -> str:
        """The place that the entry names, empty where it names none."""
        ...

    @property
    def command_class(self) -> type[Command]:
        """What the actor has to be allowed to do."""
        ...

    def due(self, view: View) -> Sequence[Command]:
        """The commands that record what the register does not hold yet; none where it holds all of it.

        Raises Refusing where the register holds something else (E-IMPORT-DIFFERS): that is for a correction to change.
        """
        ...

    def finding_of(self, violation: Violation) -> Finding:
        """Which row and column a command's violation is about."""
        ...


class Kind(Protocol):
    """How a kind of sheet is understood."""

    sheet: Sheet
    persons_once: bool
    """Whether nobody may stand in a file twice."""

    def entries(self, rows: Iterable[Row]) -> Iterator[Any]:
        """The entries of these rows, checked as far as the file itself goes."""
        ...

    def introduce(self, entries: Sequence[Any]) -> frozenset[UUID]:
        """Give the persons of these entries, none of which is refused, their ids.

        Returns ids of persons and of entries that the register does not know yet, as it seems (see View).
        """
        ...


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row with which nothing is to be done: it is not in order, or an earlier one says the same."""

    rows: Sequence[Row]


def refused(entry: Entry | LeftOut) -> bool:
    """Whether anything forbids recording the entry."""
    return any(row.refused for row in entry.rows)


def refuse_whole(rows: Sequence[Row]) -> None:
    """Say with every row that has nothing wrong itself which one keeps the entry out."""
    culprit = next(row for row in rows if row.refused)
    for row in rows:
        if not row.refused:
            row.find("E-IMPORT-OTHER-ROW", row=culprit.number)
