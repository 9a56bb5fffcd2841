"""The vault learns who the people are before any command names them.

A person's id is the household's own choosing here, so that a life can be lived through again without asking the vault. The vault
draws its ids from a source that says those very ids; that they came to the right people is checked.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from deploy.cannot_start import CannotStart
from deploy.composition.intake_side import INTAKE_ACTOR, PURPOSE
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
        self._persons: Mapping[str, UUID] = {}

    def register(self, newcomers: Sequence[Newcomer]) -> None:
        """All of them in one transaction; those who are known already are left as they are. Raises CannotStart."""
        if not newcomers:
            return
        self._ids.foretell([newcomer.person_id for newcomer in newcomers if not newcomer.was_treated])
        persons = [newcomer.personal_data() for newcomer in newcomers]
        registered = self._vault.register(persons, PROVINCE_OFFICER, "IMPORT")
        if [each.person_id for each in registered] != [newcomer.person_id for newcomer in newcomers]:
            raise CannotStart("the vault knows these people under other ids: is the data of another demonstration?")

    def foretell(self, persons: Mapping[str, UUID]) -> None:
        """ID numbers, and whose they are: whoever has to be identified next is one of these."""
        self._persons = persons

    def identify(self, numbers: Sequence[str]) -> Sequence[UUID]:
        """As the intake asks the vault. The unknown get the ids that they were foretold, also where some were known before."""
        known = self._vault.find_all(numbers, INTAKE_ACTOR, PURPOSE)
        unknown = dict.fromkeys(number for number, person_id in zip(numbers, known, strict=True) if person_id is None)
        self._ids.foretell([self._persons[number] for number in unknown])
        return self._vault.identify(numbers, INTAKE_ACTOR, PURPOSE)


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
