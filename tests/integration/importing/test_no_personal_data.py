"""After an import every byte of the event store and of the log is looked at: nobody is named there, no household numbered."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.composition.log_side import open_producer
from registry.relay.relay import RELAY, Relay
from tests.support.importing import TOWNSHIP_OFFICE, Office, office_in
from tests.support.spreadsheets import couple, head, in_ledger, measure, number_of, spouse, visit, write_csv

PERSONAL = ("name", "id_number", "phone", "account", "address", "disability_certificate")
HOUSEHOLDS = range(30)


def rows_of(number: int) -> list[dict[str, object]]:
    man = head(number, account=f"62170000{number:08d}", address=f"某某村东头{number:04d}号")
    return [man | {"disability_certificate": f"{man['id_number']}42"}, spouse(number)]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office after imports of all kinds, with refused rows among them, all of it relayed."""
    with office_in(tmp_path_factory.mktemp("filled")) as office:
        office.take_in([row for number in HOUSEHOLDS for row in rows_of(number)])
        office.take_in([head(100, relation="?"), *couple(0)])
        office.take_in([in_ledger(101)], actor=TOWNSHIP_OFFICE)
        of_one = [measure(number, id_number=couple(number)[1]["id_number"]) for number in HOUSEHOLDS]
        for rows in (of_one, [visit(number) for number in HOUSEHOLDS]):
            assert office.take_in(rows, actor=TOWNSHIP_OFFICE).tally.recorded == len(HOUSEHOLDS)
        producer = open_producer(office.side.settings, RELAY, office.side.clock)
        assert Relay(office.side.store.recorder, producer, "/test").drain() == office.head()
        producer.close()
        yield office


def bytes_of(office: Office, *names: str) -> bytes:
    """The files of these databases, write-ahead logs included."""
    folder = Path(office.side.settings.data)
    files = [path for name in names for path in sorted(folder.glob(f"{name}*"))]
    assert files
    return b"".join(path.read_bytes() for path in files)


@pytest.mark.parametrize("database", ["registry.db", "log.db", "vault.db"])
def test_nobody_is_named_in_any_byte(filled: Office, database: str) -> None:
    stored = bytes_of(filled, database)
    assert len(stored) > 10_000
    for number in (*HOUSEHOLDS, 100):
        for row in [*rows_of(number), head(100)]:
            for column in PERSONAL:
                text = str(row.get(column, ""))
                for encoding in ("utf-8", "utf-16-le", "gb18030") if text else ():
                    assert text.encode(encoding) not in stored, column


def test_no_household_number_is_kept(filled: Office) -> None:
    stored = bytes_of(filled, "registry.db", "log.db", "vault.db")
    assert not any(number_of(number).encode() in stored for number in HOUSEHOLDS)


def test_the_look_would_find_somebody(filled: Office, tmp_path: Path) -> None:
    """That what is looked for could be found: it is in the file that was imported."""
    path = write_csv(tmp_path / "rows.csv", rows_of(1))
    assert all(str(row[column]).encode() in path.read_bytes() for row in rows_of(1) for column in ("name", "id_number"))
    assert number_of(1).encode() in path.read_bytes()
