"""The same import into PostgreSQL: recorded once, known again, refused alike."""

from pathlib import Path

import pytest

from deploy.composition.write_side import write_side
from registry.importing.recorder import Tally
from tests.support.importing import TOWNSHIP_OFFICE, Office, found
from tests.support.installation import new_installation
from tests.support.spreadsheets import couple, head, in_ledger, measure, member, spouse, visit

pytestmark = pytest.mark.postgres


def test_an_import_into_postgresql_records_once_and_refuses_alike(tmp_path: Path, postgres_uri: str) -> None:
    settings = new_installation(tmp_path / "data", store_url=postgres_uri, vault_url=postgres_uri, synthetic_ids=True)
    with write_side(settings) as side:
        office = Office(tmp_path, side)
        rows = [row for number in range(300) for row in couple(number)]
        assert office.take_in(rows).tally == Tally(recorded=300, events=900)
        assert office.take_in(rows).tally == Tally(already=300)
        changed = office.take_in([*rows[2:], head(0, main_cause="因残"), spouse(0), head(999, relation="?")])
        assert changed.tally == Tally(already=299, refused=2)
        assert found(changed)[0][1:] == ("main_cause", "E-IMPORT-DIFFERS")
        ledger = [in_ledger(1000, size="", labour_count="") | member(5000, "HEAD"), in_ledger(1001)]
        assert office.take_in(ledger, actor=TOWNSHIP_OFFICE).tally == Tally(recorded=2, events=4)
        helped = [measure(1), measure(1, "PROGRESS"), measure(2, id_number=couple(2)[1]["id_number"])]
        for _ in range(2):
            tally = office.take_in(helped, actor=TOWNSHIP_OFFICE).tally
            assert tally.recorded + tally.already == 3
        assert office.take_in([visit(1)], actor=TOWNSHIP_OFFICE).tally == Tally(recorded=1, events=1)
        assert office.types(1)[1:] == ["AssistanceMeasureStarted", "AssistanceMeasureProgressed", "HomeVisitRecorded"]
