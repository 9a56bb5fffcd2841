"""The vault against a plain dictionary, under any order of registering, changing, erasing and rotating."""

from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from registry.refusal import Refused
from registry.vault.database import VaultDatabase
from registry.vault.id_number import synthetic_id
from registry.vault.keys import LookupKey, MasterKeys
from registry.vault.personal_data import PersonalData
from registry.vault.vault import Vault
from schemas.access import Actor

CLERK = Actor("u-1", "VILLAGE_CLERK", "o-1", "469025100201")
NUMBERS = [synthetic_id(date(1960, 1, 1), n) for n in range(6)]
numbers = st.sampled_from(NUMBERS)
texts = st.text(alphabet="符小明王陈李abc ", min_size=1, max_size=8).filter(str.strip)


class NoonClock:
    def now(self) -> datetime:
        return datetime(2019, 1, 1, 4, tzinfo=UTC)


class VaultMachine(RuleBasedStateMachine):
    """`live`: person id -> data; `gone`: ids that were erased; `uses`: rows that the access log must have."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self._database = VaultDatabase(f"sqlite:///{Path(self._folder.name)}/vault.db")
        self._masters, self._lookup = MasterKeys.generate(), LookupKey.generate()
        # Counted, so that hypothesis can play the same steps again.
        numbers_given = count(1)
        self._next_id = lambda: UUID(int=next(numbers_given))
        self._open()
        self.vault.create_tables()
        self.live: dict[UUID, dict[str, str]] = {}
        self.gone: set[UUID] = set()
        self.uses = 0

    def teardown(self) -> None:
        self.vault.close()
        self._folder.cleanup()

    @rule(batch=st.lists(st.tuples(numbers, texts), min_size=1, max_size=4))
    def register(self, batch: list[tuple[str, str]]) -> None:
        made = self.vault.register([PersonalData(name=name, id_number=n) for n, name in batch], CLERK, "REGISTRATION")
        self.uses += 1
        for (number, name), registration in zip(batch, made, strict=True):
            holder = self._holder(number)
            assert registration.new == (holder is None)
            assert registration.person_id == holder or holder is None
            assert registration.person_id not in self.gone
            self.live.setdefault(registration.person_id, {"name": name, "id_number": number})

    @precondition(lambda self: self.live)
    @rule(data=st.data(), number=numbers, phone=texts)
    def update(self, data: st.DataObject, number: str, phone: str) -> None:
        person_id = data.draw(st.sampled_from(sorted(self.live)))
        changes = {"id_number": number, "phone": phone}
        if self._holder(number) in (None, person_id):
            self.vault.update(person_id, changes, CLERK)
            self.live[person_id].update(changes)
            self.uses += 1
        else:
            with pytest.raises(Refused, match="E-ID-TAKEN"):
                self.vault.update(person_id, changes, CLERK)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        victims = data.draw(st.lists(st.sampled_from(sorted(self.live) + sorted(self.gone)), min_size=1, max_size=3))
        self.vault.erase(victims, CLERK, "UNLAWFUL")
        self.uses += 1
        for person_id in victims:
            self.live.pop(person_id, None)
            self.gone.add(person_id)

    @rule()
    def rotate(self) -> None:
        self._masters = self._masters.with_fresh_key()
        self._open()
        assert self.vault.rotate(lambda done, in_all: None) == len(self.live)
        self._masters = self._masters.without(self._masters.numbers[0])
        self._open()

    @invariant()
    def tells_what_the_dictionary_says(self) -> None:
        fields = ["name", "id_number", "phone"]
        assert self.vault.read([*self.live, *self.gone], CLERK, "AUDIT", fields) == self.live
        found = self.vault.find_all(NUMBERS, CLERK, "AUDIT")
        self.uses += 2
        assert found == [self._holder(number) for number in NUMBERS]

    @invariant()
    def has_logged_every_use(self) -> None:
        verdict = self.vault.verify_access_log()
        assert verdict.intact
        assert verdict.head.seq == self.uses

    def _open(self) -> None:
        self.vault = Vault(self._database, self._masters, self._lookup, NoonClock(), self._next_id, allow_synthetic=True)

    def _holder(self, number: str) -> UUID | None:
        return next((i for i, values in self.live.items() if values["id_number"] == number), None)


VaultMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestVaultAgainstADictionary = VaultMachine.TestCase
