"""`registry digest` on a real register: made once, printed, made again to the same bytes, and refused by a stable code."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.composition.read_side import opened_views
from deploy.settings import Settings
from projections.database import snapshot
from projections.register.read_model import REGISTER
from projections.weekly.files.pdf import pdf
from projections.weekly.files.printed import printed
from projections.weekly.files.workbook import workbook
from projections.weekly.making import Document, canonical, make
from projections.weekly.sheet import csv_file
from projections.weekly.teams import team_of
from projections.weekly.telling import lines
from projections.weekly.window import week
from tests.support.api_client import an_api
from tests.support.hand_set_register import give, make_installation, move_clock
from tests.support.histories import applied
from tests.support.program import registry
from tests.support.scenario import COUNTY, DAY_ONE, day

WEEK = ("--week", "2018-W36")
TEAM = team_of(COUNTY, DAY_ONE)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("digest") / "register"
    make_installation(folder)
    with an_api(folder) as api:
        give(api.side, applied())
        move_clock(api.side, day(11))
        api.side.store.close_periods()
        api.flow()
    return folder


def test_made_again_it_is_the_same_bytes_and_another_file_is_not(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "digest.json"
    made = registry("digest", "make", *WEEK, "--data", data, file)
    assert made.status == 0, made.err
    assert made.lines[0].startswith("v1:sha256:")
    verified = registry("digest", "verify", *WEEK, "--data", data, file)
    assert (verified.status, verified.lines) == (0, made.lines)
    file.write_bytes(file.read_bytes().replace(b'"events":1', b'"events":2', 1))
    differs = registry("digest", "verify", *WEEK, "--data", data, file)
    assert (differs.status, "E-WEEKLY-DIGEST-DIFFERS" in differs.err) == (1, True)


def test_a_file_that_is_there_is_left_as_it_is(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "digest.json"
    file.write_text("somebody's own")
    refused = registry("digest", "make", *WEEK, "--data", data, file)
    assert (refused.status != 0, "Traceback" in refused.err, "digest.json" in refused.err) == (True, False, True), refused.err
    assert file.read_text() == "somebody's own"


def test_it_is_printed_in_both_languages(data: Path) -> None:
    english = registry("--lang", "en", "digest", "show", *WEEK, "--data", data)
    chinese = registry("--lang", "zh", "digest", "show", *WEEK, "--data", data)
    assert "I1    Applications: 1 (3 persons; 0 of earlier weeks)" in english.lines, english.err
    assert "I1    新申请: 1（3 人；补报 0）" in chinese.lines


def document(data: Path, team: int | None = None) -> Document:
    with opened_views(Settings.read(data=str(data))) as views, snapshot(views.open_live(REGISTER)) as connection:
        return make(connection, week(WEEK[1]), team)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("text", lambda told, lang: "".join(f"{line}\n" for line in lines(told, lang)).encode()),
        ("json", lambda told, lang: canonical(told)),
        ("csv", csv_file),
        ("xlsx", workbook),
        ("html", printed),
        ("pdf", pdf),
    ],
)
def test_it_is_written_to_a_new_file_in_each_form_and_language(
    data: Path, tmp_path: Path, form: str, expected: Callable[[Document, str], bytes], lang: str
) -> None:
    file, asked = tmp_path / f"digest.{form}", ("--team", TEAM, "--format", form, "--lang", lang)
    written = registry("digest", "show", *WEEK, *asked, "--data", data, "-o", file)
    assert (written.status, written.out) == (0, ""), written.err
    content = file.read_bytes()
    assert content == expected(document(data, TEAM), lang)
    refused = registry("digest", "show", *WEEK, *asked, "--data", data, "-o", file)
    assert (refused.status != 0, "Traceback" in refused.err, file.read_bytes()) == (True, False, content)


def test_bytes_go_to_standard_output_as_they_are(data: Path) -> None:
    command = [sys.executable, "-m", "deploy.cli", "digest", "show", *WEEK, "--data", str(data)]
    for form, expected in (("json", canonical(document(data))), ("xlsx", workbook(document(data), "en"))):
        done = subprocess.run([*command, "--format", form, "--lang", "en"], capture_output=True, check=True)
        assert done.stdout == expected


@pytest.mark.parametrize("form", ["xlsx", "html", "pdf"])
def test_small_numbers_are_left_out_of_what_others_are_given(data: Path, tmp_path: Path, form: str) -> None:
    file = tmp_path / "digest"
    hidden = registry("digest", "show", *WEEK, "--format", form, "--lang", "zh", "--hide-small", "--data", data, "-o", file)
    assert hidden.status == 0, hidden.err
    make_it = {"xlsx": workbook, "html": printed, "pdf": pdf}[form]
    assert file.read_bytes() == make_it(document(data), "zh", hidden=True) != make_it(document(data), "zh")


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_a_list_of_counties_cannot_hide_small_numbers(data: Path, form: str) -> None:
    refused = registry("digest", "show", *WEEK, "--format", form, "--hide-small", "--data", data)
    assert (refused.status, "--hide-small goes with --format xlsx, html, pdf" in refused.err) == (2, True)


def test_without_the_extra_the_error_is_one_line_that_names_it(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    refused = registry("digest", "show", *WEEK, "--format", "pdf", "--data", data, "-o", tmp_path / "digest.pdf")
    assert (refused.status, refused.codes, "household-registry[pdf]" in refused.err) == (1, ["E-PDF-NOT-INSTALLED"], True)
    assert not (tmp_path / "digest.pdf").exists()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("--week", "2018-W99"), "E-WEEK-MALFORMED"),
        (("--week", "2030-W01"), "E-WEEK-NOT-CLOSED"),
        ((*WEEK, "--team", "77"), "E-TEAM-UNKNOWN"),
    ],
)
def test_what_cannot_be_made_says_why(data: Path, asked: tuple[str, ...], code: str) -> None:
    refused = registry("digest", "show", *asked, "--data", data)
    assert (refused.status, code in refused.err, "Traceback" in refused.err) == (1, True, False)
