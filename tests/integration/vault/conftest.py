"""A vault on either engine, with fresh keys and a clock that a test can move."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from registry.vault.database import VaultDatabase
from registry.vault.id_number import synthetic_id
from registry.vault.keys import LookupKey, MasterKeys
from registry.vault.personal_data import PersonalData
from registry.vault.vault import Vault
from schemas.access import Actor

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


class SteppingClock:
    """One second later at every question."""

    def __init__(self) -> None:
        self.instant = datetime(2018, 9, 4, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        self.instant += timedelta(seconds=1)
        return self.instant


class Vaults:
    """Opens vaults on one database, as several processes would."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.masters = MasterKeys.generate()
        self.lookup = LookupKey.generate()
        self.clock = SteppingClock()
        self._open: list[Vault] = []

    def open(
        self,
        masters: MasterKeys | None = None,
        lookup: LookupKey | None = None,
        *,
        allow_synthetic: bool = True,
        wait_s: float = 10,
    ) -> Vault:
        database = VaultDatabase(self.url, wait_s)
        keys = (masters or self.masters, lookup or self.lookup)
        vault = Vault(database, *keys, self.clock, uuid4, allow_synthetic=allow_synthetic)
        self._open.append(vault)
        return vault

    def close(self) -> None:
        for vault in self._open:
            vault.close()


@pytest.fixture
def sqlite_vaults(tmp_path: Path) -> Iterator[Vaults]:
    vaults = Vaults(f"sqlite:///{tmp_path}/vault.db")
    yield vaults
    vaults.close()


@pytest.fixture(params=ENGINES)
def vaults(request: pytest.FixtureRequest) -> Iterator[Vaults]:
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_vaults")
        return
    vaults = Vaults(request.getfixturevalue("postgres_uri"))
    yield vaults
    vaults.close()


@pytest.fixture
def vault(vaults: Vaults) -> Vault:
    vault = vaults.open()
    vault.create_tables()
    return vault


@pytest.fixture
def clerk() -> Actor:
    return Actor("u-clerk", "VILLAGE_CLERK", "o-village", "469025100201")


@pytest.fixture
def people() -> Callable[..., list[PersonalData]]:
    """Makes different people, from a number on."""

    def make(count: int, first: int = 0) -> list[PersonalData]:
        return [
            PersonalData(
                name=f"符小明{i}",
                id_number=synthetic_id(date(1950, 1, 1) + timedelta(days=i // 1000), i % 1000),
                phone=f"139{i:08d}",
                address=f"海南省白沙县某村{i}号",
            )
            for i in range(first, first + count)
        ]

    return make
