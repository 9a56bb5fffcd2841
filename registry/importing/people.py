"""The persons of a file and the vault: names, numbers and phones go in there, and ids come back.

What the vault knows of somebody already is kept; where the file says something else, that is told and not changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from registry.decision import IdSource
from registry.importing.finding import Finding
from registry.importing.rows import Row
from registry.importing.sheets import PERSONAL
from registry.vault.pages import BATCH_MAX
from registry.vault.personal_data import PersonalData
from registry.vault.vault import Vault
from schemas.access import Actor, decide

PURPOSE = "IMPORT"


@dataclass(frozen=True, slots=True)
class Introduced:
    """person_id: of the vault, or provisional in a rehearsal; fresh: nobody has this id yet but us."""

    person_id: UUID
    fresh: bool


class People:
    """Registers the persons of rows. rehearse: look only, register nobody."""

    def __init__(self, vault: Vault, actor: Actor, next_id: IdSource, *, rehearse: bool) -> None:
        self._vault = vault
        self._actor = actor
        self._next_id = next_id
        self.rehearse = rehearse
        self._may_read = decide(actor, "vault.read", None) is None

    def introduce(self, rows: Sequence[Row]) -> list[Introduced]:
        """The person of each row, in order. The rows were checked; a person known with other data gets W-IMPORT-PERSON-KEPT."""
        introduced: list[Introduced] = []
        for start in range(0, len(rows), BATCH_MAX):
            introduced += self._introduce(rows[start : start + BATCH_MAX])
        return introduced

    def find(self, id_numbers: Sequence[str]) -> list[UUID | None]:
        """The persons with these numbers, None where the vault knows none."""
        found: list[UUID | None] = []
        for start in range(0, len(id_numbers), BATCH_MAX):
            found += self._vault.find_all(id_numbers[start : start + BATCH_MAX], self._actor, PURPOSE)
        return found

    def _introduce(self, rows: Sequence[Row]) -> list[Introduced]:
        if self.rehearse:
            found = self._vault.find_all([row.values["id_number"] for row in rows], self._actor, PURPOSE)
            introduced = [Introduced(person_id or self._next_id(), person_id is None) for person_id in found]
        else:
            persons = [PersonalData(**{name: row.values[name] for name in row.has(PERSONAL)}) for row in rows]
            registered = self._vault.register(persons, self._actor, PURPOSE)
            introduced = [Introduced(registration.person_id, registration.new) for registration in registered]
        self._compare({who.person_id: row for who, row in zip(introduced, rows, strict=True) if not who.fresh})
        return introduced

    def _compare(self, known: Mapping[UUID, Row]) -> None:
        """Only for whom the actor may read the vault: to others not even a difference is told."""
        if not known or not self._may_read:
            return
        stored = self._vault.read(list(known), self._actor, PURPOSE, PERSONAL)
        for person_id, row in known.items():
            row.findings += _differences(row, stored.get(person_id, {}))


def _differences(row: Row, stored: Mapping[str, Any]) -> list[Finding]:
    said = {name: row.values[name] for name in row.has(PERSONAL) if name != "id_number"}
    differing = [name for name, value in said.items() if stored.get(name) != value]
    return [Finding(row.number, name, "W-IMPORT-PERSON-KEPT", {}) for name in differing]
