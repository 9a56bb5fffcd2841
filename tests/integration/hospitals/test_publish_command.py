"""`registry hospital publish` as an operator runs it for a hospital without programs of its own."""

import csv
import io
import stat
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from deploy.cli import main
from deploy.settings import Settings
from deploy.topics.making import make_topic
from registry.expenses.records import HOSPITAL_TOPIC
from registry.hospitals.door import BATCH_MAX
from registry.hospitals.sheet import EXPENSES
from registry.importing.labels import labels
from schemas.access import Actor
from tests.support.hospital_doors import TODAY, published_by, sent, taken_back
from tests.support.installation import new_installation
from tests.support.intake import id_number
from tests.support.served_api import make_tokens

HOSPITAL, NOT_THERE = "H46902400001", "H46902400009"
WHO = ["--hospital", HOSPITAL, "--user", "office-17"]


@dataclass
class Done:
    """What a run of the program ended with."""

    status: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    begun_at = datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC)
    made = new_installation(tmp_path / "register", begun_at=begun_at, synthetic_ids=True)
    make_topic(made, HOSPITAL_TOPIC.of(HOSPITAL))
    return made


@pytest.fixture
def publish(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `registry hospital publish` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGISTRY_SYNTHETIC_IDS", "1")

    def run(*arguments: str | Path, lang: str = "en", text: str = "") -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        with pytest.raises(SystemExit) as ended:
            main(["--lang", lang, "hospital", "publish", "--data", settings.data, *map(str, arguments)])
        shown = capsys.readouterr()
        return Done(int(ended.value.code or 0), shown.out, shown.err)

    return run


def write_csv(path: Path, rows: Iterable[Mapping[str, Any]], encoding: str = "utf-8") -> Path:
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_file_in_order_is_in_the_topic_sealed(publish: Run, settings: Settings, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "march.csv", [sent(1), sent(2), taken_back(3)])
    done = publish(path, *WHO)
    assert (done.status, done.stdout.split(";")[0]) == (0, "taken in 3, refused 0"), done
    assert done.stderr.splitlines() == [f'{path}: CSV, UTF-8, ",", 3 rows', "3 of 3 rows"]
    records = published_by(settings, HOSPITAL)
    assert [record["settlement_id"] for record in records] == ["S000001", "S000002", "S000003"]
    assert records[0]["settled_at"] == datetime(2019, 3, 19, 2, 11, 45, tzinfo=UTC)
    assert records[2]["reversal_reason"] == "REFUND"
    assert not list(tmp_path.glob("*.errors*"))


def test_names_of_the_national_interface_and_labels_are_understood_in_a_workbook(
    publish: Run, settings: Settings, tmp_path: Path
) -> None:
    """Numbers, days and instants as Excel has them; an ID number as text."""
    heads = {
        "setl_id": "S1", "费用阶段": "结算", "mdtrt_id": "E1", "certno": id_number(1), "insutype": 390, "med_type": 21,
        "begndate": date(2019, 3, 15), "enddate": date(2019, 3, 18), "setl_time": datetime(2019, 3, 19, 10, 11, 45),  # noqa: DTZ001
        "居住地": "469024100000", "户口性质": "农村", "病种类别": "其他", "medfee_sumamt": 100.1, "inscp_scp_amt": 100.1,
        "hifp_pay": 90, "psn_part_amt": 10.1, "psn_cash_pay": "10.10",
    }  # fmt: skip
    path = tmp_path / "march.xlsx"
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, heads)
    sheet.write_row(1, 0, heads.values())
    book.close()
    done = publish(path, *WHO)
    assert done.status == 0, done
    (record,) = published_by(settings, HOSPITAL)
    assert (record["admitted_on"], record["discharged_on"]) == (date(2019, 3, 15), date(2019, 3, 18))
    assert record["settled_at"] == datetime(2019, 3, 19, 2, 11, 45, tzinfo=UTC)
    assert (record["insutype"], record["med_type"], record["hukou_kind"]) == ("390", "21", "RURAL")
    assert (record["total_fee"], record["cash_pay"], record["account_pay"]) == (
        Decimal("100.10"),
        Decimal("10.10"),
        Decimal("0.00"),
    )


def test_what_is_wrong_comes_back_in_an_error_sheet_that_can_be_mended_and_published(
    publish: Run, settings: Settings, tmp_path: Path
) -> None:
    rows = [
        sent(1),
        sent(2, cash_pay="1.00"),
        sent(3, stage="DONE", id_number="46999"),
        sent(4, reversal_reason="REFUND"),
        taken_back(5, reversed_at="yesterday"),
    ]
    path = write_csv(tmp_path / "march.csv", rows)
    done = publish(path, *WHO)
    assert done.status == 1
    assert "taken in 1, refused 4" in done.stdout
    assert id_number(2) not in done.stdout + done.stderr
    sheet = tmp_path / "march.errors.csv"
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        back = list(csv.DictReader(file))
    codes = labels("NOTES")["import_codes"].title
    assert [(row["settlement_id"], row[codes].split("\n")) for row in back] == [
        ("S000002", ["E-AMOUNT-BALANCE"]),
        ("S000003", ["E-CODE-UNKNOWN", "E-ID-LENGTH"]),
        ("S000004", ["E-FIELD-NOT-ALLOWED"]),
        ("S000005", ["E-FIELD-TYPE"]),
    ]
    for row in back[:1]:
        row["cash_pay"] = "1243.00"
    again = publish(write_csv(tmp_path / "mended.csv", back[:1]), *WHO)
    assert (again.status, again.stdout.split(";")[0]) == (0, "taken in 1, refused 0")
    assert [record["settlement_id"] for record in published_by(settings, HOSPITAL)] == ["S000001", "S000002"]


def test_published_again_it_says_the_same_settlements_again(publish: Run, settings: Settings, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "march.csv", (sent(number) for number in range(BATCH_MAX + 3)))
    assert publish(path, *WHO).status == 0
    assert publish(path, *WHO).status == 0
    said = [(record["settlement_id"], record["settlement_version"]) for record in published_by(settings, HOSPITAL)]
    assert len(said) == 2 * len(set(said)) == 2 * (BATCH_MAX + 3)


def test_a_rehearsal_publishes_nothing(publish: Run, settings: Settings, tmp_path: Path) -> None:
    done = publish(write_csv(tmp_path / "march.csv", [sent(1), sent(2, cash_pay="1.00")]), *WHO, "--dry-run")
    assert done.status == 1
    assert "to be taken in 1, refused 1" in done.stdout
    assert published_by(settings, HOSPITAL) == []


def test_the_token_says_whose_expenses_they_are(publish: Run, settings: Settings, tmp_path: Path) -> None:
    hospital, officer = make_tokens(
        settings,
        Actor("his-1", "HOSPITAL", HOSPITAL, "460000000000"),
        Actor("staff-1", "PROVINCE_OFFICER", "office-1", "460000000000"),
    )
    path = write_csv(tmp_path / "march.csv", [sent(1), sent(2, institution=NOT_THERE)])
    done = publish(path, "--token", "-", text=hospital)
    assert (done.status, "E-INSTITUTION-KEY × 1" in done.stdout) == (1, True)
    assert [record["institution"] for record in published_by(settings, HOSPITAL)] == [HOSPITAL]
    assert publish(path, "--token", officer).stderr.startswith("E-AUTH-ROLE")
    assert publish(path, "--token", "nonsense").stderr.startswith("E-AUTH-TOKEN")


def test_a_hospital_that_is_not_there_and_one_that_is_none_are_told_so(publish: Run, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "march.csv", [sent(1)])
    unknown = publish(path, "--hospital", NOT_THERE, "--user", "office-17")
    assert unknown.status == 1
    assert "E-HOSPITAL-UNKNOWN" in unknown.stderr
    assert publish(path, "--hospital", "office", "--user", "office-17").stderr.startswith("E-INSTITUTION-KEY")
    assert "Say whose expenses" in publish(path).stderr
    assert "Name a FILE" in publish().stderr


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_template_filled_with_its_own_examples_is_taken_in(
    publish: Run, settings: Settings, tmp_path: Path, lang: str
) -> None:
    assert publish("--template", "-o", "empty.xlsx", "--lang", lang).status == 0
    book = openpyxl.load_workbook(tmp_path / "empty.xlsx")
    rows, explained = book.worksheets[:2]
    assert [cell.value for cell in rows[1]] == [label.title for label in labels("EXPENSES").values()]
    heads = len(list(explained[1])) - 2
    for place, line in enumerate(explained.iter_rows(min_row=2, values_only=True), 1):
        for row, cell in enumerate(line[heads:], 2):
            rows.cell(row, place).value = cell
    book.save(tmp_path / "filled.xlsx")
    done = publish(tmp_path / "filled.xlsx", *WHO)
    assert (done.status, done.stdout.split(";")[0]) == (0, "taken in 2, refused 0"), done
    assert len(published_by(settings, HOSPITAL)) == 2
    assert "there already" in publish("--template", "-o", "empty.xlsx").stderr


def test_every_column_of_the_sheet_has_its_words() -> None:
    assert [column.name for column in EXPENSES.columns] == list(labels("EXPENSES"))
