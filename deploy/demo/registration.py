"""The vault learns who the people are before any command names them.

A person's id is the household's own choosing here, so that a life can be lived through again without asking the vault. The vault
draws its ids from a source that says those very ids; that they came to the right people is checked.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from deploy.cannot_start import CannotStart
from deploy.composition.keys import read_keys
from deploy.demo.identity import Newcomer
from deploy.demo.staff import PROVINCE_OFFICER
from deploy.settings import Settings
from registry.vault.database import VaultDatabase
from registry.vault.vault import Vault
from schemas.clock import Clock


class Registration:
    """Registers newcomers in the vault under the ids that they have in their stories."""

    def __init__(self, vault: Vault, ids: "ForetoldIds") -> None:
        self._vault = vault
        self._ids = ids

    def register(self, newcomers: Sequence[Newcomer]) -> None:
        """All of them in one transaction; those who are known already are left as they are. Raises CannotStart."""
        if not newcomers:
            return
        self._ids.foretell([newcomer.person_id for newcomer in newcomers])
        persons = [newcomer.personal_data() for newcomer in newcomers]
        registered = self._vault.register(persons, PROVINCE_OFFICER, "IMPORT")
        if [each.person_id for each in registered] != [newcomer.person_id for newcomer in newcomers]:
            raise CannotStart("the vault knows these people under other ids: is the data of another demonstration?")


class ForetoldIds:
    """An id source that says what it was told to say."""

    def __init__(self) -> None:
        self._ids: deque[UUID] = deque()

    def foretell(self, ids: Sequence[UUID]) -> None:
        """The ids that will be said next; what was left of the last ones is forgotten."""
        self._ids = deque(ids)

    def __call__(self) -> UUID:
        return self._ids.popleft()


@contextmanager
def registration(settings: Settings, clock: Clock) -> Iterator[Registration]:
    """Open the vault of an installation for newcomers."""
    masters, lookup = read_keys(settings)
    ids = ForetoldIds()
    vault = Vault(VaultDatabase(settings.vault), masters, lookup, clock, ids, allow_synthetic=True)
    try:
        yield Registration(vault, ids)
    finally:
        vault.close()
