"""`registry import` as an officer runs it: options, exit status, what is said, what is written."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from deploy.cli import main
from deploy.settings import Settings
from registry.importing.recorder import Recorder
from registry.refusal import refuse
from tests.support.importing import PROVINCE_OFFICE, office_at
from tests.support.installation import new_installation
from tests.support.spreadsheets import couple, head, id_of, in_ledger, write_csv, write_xlsx

ROOT = Path(__file__).parents[3]
WHO = ["--user", "office-17", "--role", "PROVINCE_OFFICER", "--division", "460000000000"]


@dataclass
class Done:
    """What a run of the program ended with."""

    status: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return new_installation(tmp_path_factory.mktemp("cli"), synthetic_ids=True)


@pytest.fixture
def registry(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `registry import` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGISTRY_SYNTHETIC_IDS", "1")

    def run(*arguments: str | Path, lang: str = "en", text: str = "", data: str | None = None) -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        with pytest.raises(SystemExit) as ended:
            main(["--lang", lang, "import", "--data", data or settings.data, *map(str, arguments)])
        shown = capsys.readouterr()
        return Done(int(ended.value.code or 0), shown.out, shown.err)

    return run


def test_the_program_imports_in_a_process_of_its_own(settings: Settings, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "own.csv", couple(0))
    environment = {**os.environ, "REGISTRY_SYNTHETIC_IDS": "1", "LANG": "zh_CN.UTF-8", "LC_ALL": ""}
    command = [sys.executable, "-m", "deploy.cli", "import", str(path), "--data", settings.data, *WHO]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, "新登记 1" in done.stdout) == (0, True), done.stderr


def test_a_file_in_order_is_recorded_and_known_again(registry: Run, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "good.csv", [*couple(1), *couple(2)])
    done = registry(path, *WHO)
    assert done.status == 0, done.stderr
    assert 'good.csv: CSV, UTF-8, ","; Households with members, 4 rows' in done.stderr
    assert "4 of 4 rows" in done.stderr
    assert "recorded 2, there already 0, refused 0" in done.stdout
    again = registry(path, *WHO)
    assert (again.status, "recorded 0, there already 2" in again.stdout) == (0, True)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("lang", "sentence"), [("zh", "被退回 1"), ("en", "refused 1")])
def test_refused_rows_end_with_status_1_and_an_error_sheet(registry: Run, tmp_path: Path, lang: str, sentence: str) -> None:
    path = write_xlsx(tmp_path / "bad.xlsx", [*couple(3), head(4, sex="女")])
    done = registry(path, *WHO, lang=lang)
    assert done.status == 1
    assert sentence in done.stdout
    assert "E-ID-SEX-MISMATCH × 1" in done.stdout
    assert str(tmp_path / "bad.errors.xlsx") in done.stdout
    assert (tmp_path / "bad.errors.xlsx").stat().st_mode & 0o777 == 0o600


def test_nothing_that_is_shown_names_anybody(registry: Run, tmp_path: Path) -> None:
    rows = [*couple(5), head(6, name="示例某", id_number=id_of(99)[:-1] + "Y"), head(5, relation="?")]
    shown = registry(write_csv(tmp_path / "quiet.csv", rows), *WHO)
    for text in (shown.stdout, shown.stderr):
        assert not any(str(row[column]) in text for row in rows for column in ("name", "id_number", "phone"))


def test_a_rehearsal_records_nothing(registry: Run, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "dry.csv", couple(7))
    done = registry(path, *WHO, "--dry-run")
    assert (done.status, "a rehearsal: nothing was recorded" in done.stdout) == (0, True)
    assert "recorded 1" in registry(path, *WHO).stdout


def test_an_import_that_fails_says_how_far_it_came(registry: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_csv(tmp_path / "fails.csv", [row for number in range(20_000, 20_600) for row in couple(number)])
    whole = Recorder.record

    def once(recorder: Recorder, entries: Any) -> Any:
        monkeypatch.setattr(Recorder, "record", lambda recorder, entries: refuse("E-IMPORT-FILE", rule="CHANGED"))
        return whole(recorder, entries)

    monkeypatch.setattr(Recorder, "record", once)
    done = registry(path, *WHO)
    monkeypatch.undo()
    assert (done.status, "recorded 500" in done.stdout) == (1, True)
    assert "the same command goes on from here" in done.stderr
    assert "E-IMPORT-FILE" in done.stderr
    monkeypatch.setenv("REGISTRY_SYNTHETIC_IDS", "1")
    assert "recorded 100, there already 500" in registry(path, *WHO).stdout


def test_the_error_sheet_goes_where_it_is_wanted(registry: Run, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "wanted.csv", [head(8, sex="女")])
    assert registry(path, *WHO, "--errors", tmp_path / "faults.xlsx").status == 1
    assert openpyxl.load_workbook(tmp_path / "faults.xlsx").worksheets[0].max_row == 2


@pytest.mark.parametrize("read_from_input", [True, False])
def test_a_token_says_who_imports(registry: Run, settings: Settings, tmp_path: Path, read_from_input: bool) -> None:
    with office_at(settings, tmp_path) as office:
        token = office.side.tokens.create(PROVINCE_OFFICE, office.side.clock.now() + timedelta(days=1)).reveal()
    number = 10 + read_from_input
    path = write_csv(tmp_path / "token.csv", couple(number))
    done = registry(path, "--token", "-", text=f"{token}\n") if read_from_input else registry(path, "--token", token)
    assert done.status == 0, done.stderr
    with office_at(settings, tmp_path) as office:
        assert office.events(number)[0].actor["id"] == PROVINCE_OFFICE.user_id


def test_a_token_that_opens_nothing_is_refused(registry: Run, tmp_path: Path) -> None:
    done = registry(write_csv(tmp_path / "a.csv", couple(12)), "--token", "rt_no")
    assert (done.status, done.stderr.split(":")[0]) == (1, "E-AUTH-TOKEN")


def test_a_role_that_may_not_import_is_refused_before_the_file_is_read(registry: Run, tmp_path: Path) -> None:
    done = registry(tmp_path / "none.csv", "--user", "u-1", "--role", "auditor", "--division", "460000000000")
    assert (done.status, done.stdout) == (1, "")
    assert {line.split(":")[0] for line in done.stderr.splitlines()} == {"E-AUTH-ROLE"}


WRONG_USE: dict[str, list[str]] = {
    "no file": [*WHO],
    "nobody": ["a.csv"],
    "half of somebody": ["a.csv", "--user", "u-1"],
    "a name for an id": ["a.csv", "--user", "符小明", "--role", "COUNTY_OFFICER", "--division", "469030000000"],
    "a division that is none": ["a.csv", "--user", "u-1", "--role", "COUNTY_OFFICER", "--division", "469030"],
    "a role that is none": ["a.csv", "--user", "u-1", "--role", "KING", "--division", "469030000000"],
    "a kind that is none": ["a.csv", *WHO, "--kind", "fields"],
}


@pytest.mark.parametrize("wrong", WRONG_USE)
def test_wrong_usage_ends_with_status_2(registry: Run, wrong: str) -> None:
    done = registry(*WRONG_USE[wrong])
    assert (done.status, "Traceback" in done.stderr) == (2, False)


def test_wrong_columns_are_one_line(registry: Run, tmp_path: Path) -> None:
    rows = [{**in_ledger(13), "备注": "x"}]
    done = registry(write_csv(tmp_path / "a.csv", rows), *WHO)
    assert done.status == 1
    assert done.stderr == "E-IMPORT-COLUMNS: Columns missing: -; unknown: G 备注; given twice: -.\n"


def test_without_a_register_there_is_nothing_to_import_into(registry: Run, tmp_path: Path) -> None:
    done = registry(write_csv(tmp_path / "a.csv", couple(14)), *WHO, data=str(tmp_path / "nowhere"))
    assert (done.status, done.stderr.split(":")[0]) == (1, "E-STORE-MISSING")
    assert not (tmp_path / "nowhere").exists()


def test_a_template_is_written_once(registry: Run, tmp_path: Path) -> None:
    first = registry("--template", "visits")
    assert (first.status, first.stdout) == (0, "visits.xlsx\n")
    assert registry("--template", "visits").status == 2
    assert registry("--template", "visits", "-o", tmp_path / "b.xlsx", "--lang", "zh").status == 0
    sheets = [openpyxl.load_workbook(tmp_path / name).sheetnames for name in ("visits.xlsx", "b.xlsx")]
    assert sheets == [["Home visits", "Explanation", "Codes"], ["走访记录", "填写说明", "代码表"]]


def test_a_template_for_no_folder_is_refused(registry: Run, tmp_path: Path) -> None:
    done = registry("--template", "visits", "-o", tmp_path / "no" / "b.xlsx")
    assert (done.status, "Traceback" in done.stderr) == (1, False)


def test_the_help_warns_of_what_the_error_sheet_holds(registry: Run) -> None:
    told = " ".join(registry("--help").stdout.split())
    assert "The error sheet repeats your own rows, names and ID numbers included" in told
    assert "0600" in told
