"""`registry hospital register` as an operator runs it, and what follows: an alarm for whom nobody hears of, until it reports."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from deploy.composition.hospital_side import hospitals_now, silence_rule
from deploy.composition.intake_side import hospital_topics, open_intake
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import write_side
from deploy.metrics.hospitals import SilentHospitalsCollector
from deploy.overview import overview
from deploy.settings import Settings
from deploy.topics.making import make_topic
from registry.expenses.records import HOSPITAL_TOPIC
from registry.hospitals.hospital_sheet import HOSPITALS
from registry.importing.labels import labels
from registry.reference.hospital_set import HospitalsChanged
from tests.support.hospital_reports import HOSPITALS as REPORTING
from tests.support.hospital_reports import report
from tests.support.installation import new_installation
from tests.support.intake import PATIENCE_S
from tests.support.program import Called, registry
from tests.support.running_pipeline import projectors_running, relay_running
from tests.support.waiting import wait_until

FIRST, SECOND = REPORTING
ROW = {
    "institution": FIRST, "name_zh": "示范县人民医院", "hospital_level": "2", "division": "469024000000",
    "usual_interval_hours": "24", "since": "2018-09-04", "until": "",
}  # fmt: skip
CENTRE = {**ROW, "institution": SECOND, "name_zh": "示范镇卫生院", "division": "469024100000", "usual_interval_hours": ""}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return new_installation(tmp_path / "data", synthetic_ids=True)


def write(path: Path, *rows: Mapping[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def register(settings: Settings, *arguments: object) -> Called:
    return registry("--lang", "en", "hospital", "register", "--data", settings.data, *arguments)


def recorded(settings: Settings) -> list[Any]:
    """The hospitals of each event."""
    with write_side(settings) as side:
        _, events = side.store.events_of_types(0, (HospitalsChanged.TOPIC,))
    return [[hospital["institution"] for hospital in event.hospitals] for event in events]


def test_what_is_in_a_file_is_registered_once(settings: Settings, tmp_path: Path) -> None:
    path = write(tmp_path / "hospitals.csv", ROW, CENTRE)
    assert register(settings, path).out == "2 hospitals registered\n"
    assert register(settings, path).out == "all 2 are registered like this already\n"
    closed = write(tmp_path / "closed.csv", ROW, {**CENTRE, "until": "2020-01-31"})
    assert register(settings, closed).status == 0
    assert recorded(settings) == [[FIRST, SECOND], [SECOND]]


def test_where_a_row_is_not_in_order_nothing_is_registered_and_each_says_why(settings: Settings, tmp_path: Path) -> None:
    wrong = [
        {**ROW, "institution": "H1", "division": "460000000000"},
        {**CENTRE, "name_zh": "", "since": "yesterday"},
        {**CENTRE, "hospital_level": "7"},
        ROW,
        {**ROW, "until": "2018-01-01"},
    ]
    called = register(settings, write(tmp_path / "hospitals.csv", *wrong))
    assert called.status == 1
    assert "nothing was registered: 4 rows are not in order" in called.out
    assert recorded(settings) == []
    with (tmp_path / "hospitals.errors.csv").open(encoding="utf-8-sig", newline="") as file:
        sheet = list(csv.reader(file))
    codes = [next(cell for cell in line if cell.startswith("E-")).split() for line in sheet[1:]]
    assert [sorted(found) for found in codes] == [
        ["E-DIVISION-LEVEL", "E-FIELD-TYPE"],
        ["E-FIELD-MISSING", "E-FIELD-TYPE"],
        ["E-CODE-UNKNOWN"],
        ["E-DATE-ORDER", "E-HOSPITAL-TWICE"],
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_template_filled_with_its_own_examples_is_registered(settings: Settings, tmp_path: Path, lang: str) -> None:
    empty = tmp_path / "empty.xlsx"
    assert register(settings, "--template", "-o", empty, "--lang", lang).status == 0
    assert "there already" in register(settings, "--template", "-o", empty).err
    book = openpyxl.load_workbook(empty)
    rows, explained = book.worksheets[:2]
    assert [column.name for column in HOSPITALS.columns] == list(labels("HOSPITALS"))
    heads = len(list(explained[1])) - 2
    for place, line in enumerate(explained.iter_rows(min_row=2, values_only=True), 1):
        for row, cell in enumerate(line[heads:], 2):
            rows.cell(row, place).value = cell
    book.save(tmp_path / "filled.xlsx")
    assert register(settings, tmp_path / "filled.xlsx").out == "2 hospitals registered\n"


def test_a_hospital_that_nobody_hears_of_is_silent_until_it_reports(settings: Settings, tmp_path: Path) -> None:
    for code in REPORTING:
        make_topic(settings, HOSPITAL_TOPIC.of(code))
    register(settings, write(tmp_path / "hospitals.csv", ROW, {**CENTRE, "until": "2019-01-31"}))
    with relay_running(settings), projectors_running(settings):
        wait_until(lambda: overview(settings)["hospitals"].get("known") == 2, PATIENCE_S)
        document = overview(settings)
        assert list(document["hospitals"]["silent"]) == [FIRST]  # the other one has closed
        (fault,) = [fault for fault in document["wrong"] if fault["name"] == "RegistryHospitalSilent"]
        assert FIRST in fault["what"]
        assert f'registry_hospital_silent_seconds{{institution="{FIRST}"}}' in exposed(settings)

        report(settings, [2])
        with write_side(settings) as side:
            intake = open_intake(side, hospital_topics(settings))
            assert intake.step(PATIENCE_S) == 1
            intake.close()
        wait_until(lambda: overview(settings)["hospitals"]["silent"] == {}, PATIENCE_S)
        assert FIRST not in exposed(settings)
    shown = registry("--lang", "en", "status", "--data", settings.data).out
    assert "2 known, 0 silent" in shown


def exposed(settings: Settings) -> str:
    """What is scraped of the silent."""
    collector = CollectorRegistry()
    with write_side(settings) as side, opened_views(settings) as views:
        assert hospitals_now(views, silence_rule(side.shelf, side.clock), side.clock) is not None
        collector.register(SilentHospitalsCollector(views, side.shelf, side.clock))
        return generate_latest(collector).decode()
