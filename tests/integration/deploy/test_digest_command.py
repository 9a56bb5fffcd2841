"""`registry digest` on a real register: made once, printed, made again to the same bytes, and refused by a stable code."""

from pathlib import Path

import pytest

from tests.support.api_client import an_api
from tests.support.hand_set_register import give, make_installation, move_clock
from tests.support.histories import applied
from tests.support.program import registry
from tests.support.scenario import day

WEEK = ("--week", "2018-W36")


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
