"""`registry policy`."""

import shutil
from pathlib import Path

import pytest

import registry.policy
from deploy.composition.write_side import write_side
from deploy.settings import Settings
from tests.support.installation import new_installation
from tests.support.program import registry as program

SHIPPED = Path(registry.policy.__file__).parent / "files"
COUNTY = "469024/2019.toml"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return new_installation(tmp_path / "data")


def a_copy(folder: Path, *, revision: int = 1, more: str = "") -> Path:
    """The shipped documents in a folder; the county's has this revision and some more lines."""
    shutil.copytree(SHIPPED, folder)
    county = folder / COUNTY
    county.write_text(county.read_text().replace("revision = 1", f"revision = {revision}") + more)
    return folder


def test_good_documents_are_named(settings: Settings, tmp_path: Path) -> None:
    folder = a_copy(tmp_path / "new", revision=2)
    for place, named in (
        (folder, "46/2018.1, 46/2019.1, 46/2020.1, 46/2021.1, 469024/2019.2"),
        (folder / COUNTY, "469024/2019.2"),
    ):
        called = program("policy", "check", "--data", settings.data, place)
        assert (called.status, called.out) == (0, f"good: {named}\n")


def test_a_file_can_be_checked_before_there_is_a_register(tmp_path: Path) -> None:
    called = program("policy", "check", "--data", tmp_path / "nothing", a_copy(tmp_path / "new") / COUNTY)
    assert (called.status, called.out) == (0, "good: 469024/2019.1\n")
    assert not (tmp_path / "nothing").exists()


def test_every_broken_rule_is_told_with_its_file(settings: Settings, tmp_path: Path) -> None:
    folder = a_copy(tmp_path / "new", revision=2, more="\nunheard_of = 1\n[lines]\npoverty = 4000\n")
    for place in (folder, folder / COUNTY):
        called = program("policy", "check", "--data", settings.data, place)
        assert called.status == 1
        assert sorted(called.codes) == ["E-POLICY-COUNTY-KEY", "E-POLICY-KEY-UNKNOWN"]
        assert called.err.count(f": {COUNTY}: ") == 2


def test_a_file_that_is_no_document_is_refused(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "469024"
    folder.mkdir()
    (folder / "2019.toml").write_text("no = document = at all")
    (folder / "2020.toml").write_text((SHIPPED / COUNTY).read_text())
    assert program("policy", "check", "--data", settings.data, folder / "2019.toml").codes == ["E-POLICY-SYNTAX"]
    assert program("policy", "check", "--data", settings.data, folder / "2020.toml").codes == ["E-POLICY-PLACE"]


def test_an_activated_document_holds_and_the_one_before_is_kept(settings: Settings, tmp_path: Path) -> None:
    file = a_copy(tmp_path / "new", revision=2) / COUNTY
    assert program("policy", "activate", "--data", settings.data, file).out == "activated: 469024/2019.2\n"
    assert program("policy", "activate", "--data", settings.data, file).out == "all of these hold already\n"
    rows = [line.split() for line in program("policy", "list", "--data", settings.data).lines]
    assert {row[0]: row[-1] for row in rows if row[0].startswith("469024")} == {
        "469024/2019.1": "replaced",
        "469024/2019.2": "holds",
    }


def test_of_documents_of_which_one_is_refused_none_is_activated(settings: Settings, tmp_path: Path) -> None:
    folder = a_copy(tmp_path / "new", revision=2)
    province = folder / "46/2019.toml"
    province.write_text(province.read_text().replace("revision = 1", "revision = 2"))
    (folder / COUNTY).write_text((folder / COUNTY).read_text() + "\nunheard_of = 1\n")
    before = program("policy", "list", "--data", settings.data).out
    assert program("policy", "activate", "--data", settings.data, folder).codes == ["E-POLICY-KEY-UNKNOWN"]
    assert program("policy", "list", "--data", settings.data).out == before


def test_a_lower_revision_does_not_come_back(settings: Settings, tmp_path: Path) -> None:
    program("policy", "activate", "--data", settings.data, a_copy(tmp_path / "three", revision=3) / COUNTY)
    called = program("policy", "activate", "--data", settings.data, a_copy(tmp_path / "two", revision=2) / COUNTY)
    assert (called.status, called.codes) == (1, ["E-POLICY-REVISION"])
    with write_side(settings) as side:
        assert [d["revision"] for d in side.shelf.policies().documents if d["division"] == "469024000000"] == [1, 3]


def test_the_list_names_places_in_the_language_that_is_wanted(settings: Settings) -> None:
    assert "临高县" in program("--lang", "zh", "policy", "list", "--data", settings.data).out
    assert "Lingao" in program("--lang", "en", "policy", "list", "--data", settings.data).out
