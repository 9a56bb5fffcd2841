"""The `registry` program: help, wrong usage, errors in one line."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.cli import SUBCOMMANDS
from tests.support.program import registry

UNDER_A_GROUP = {
    "token": ("create", "list", "revoke"),
    "policy": ("check", "activate", "list"),
    "vault": ("keys", "rotate", "accesses", "verify"),
    "schemas": ("check", "freeze"),
}


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_listed_subcommand_is_there_and_explains_itself(name: str) -> None:
    called = registry(name, "--help")
    assert (called.status, called.err) == (0, "")
    assert called.out.startswith(f"Usage: registry {name}")
    explained = called.out.split("Options:")[0].splitlines()[1:]
    assert len("".join(explained)) > 30


@pytest.mark.parametrize(("group", "name"), [(group, name) for group, names in UNDER_A_GROUP.items() for name in names])
def test_so_is_everything_below_it(group: str, name: str) -> None:
    called = registry(group, name, "--help")
    assert called.status == 0
    assert called.out.startswith(f"Usage: registry {group} {name}")


def test_help_lists_every_subcommand() -> None:
    called = registry("--help")
    assert called.status == 0
    assert all(f"\n  {name} " in called.out for name in SUBCOMMANDS)


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["up", "--port", "0"], ["token", "create"], ["project", "--partitions", "a"]]
)
def test_wrong_usage_is_status_2(arguments: list[str]) -> None:
    called = registry(*arguments)
    assert called.status == 2
    assert "Error: " in called.err


@pytest.mark.parametrize(
    "arguments", [["status"], ["token", "list"], ["policy", "list"], ["vault", "keys"], ["relay"], ["project"]]
)
def test_where_no_register_is_yet_that_is_told_and_none_is_made(arguments: list[str], tmp_path: Path) -> None:
    called = registry(*arguments, "--data", tmp_path / "nothing")
    assert (called.status, called.codes) == (1, ["E-STORE-MISSING"])
    assert "registry up" in called.err
    assert not list(tmp_path.rglob("*.db"))
    assert not list(tmp_path.rglob("*.key"))


def test_a_wrong_setting_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_PORT", "many")
    called = registry("status")
    assert (called.status, called.codes) == (1, ["E-SETTING"])


@pytest.mark.parametrize(("language", "word"), [("zh", "没有登记库"), ("en", "there is no register")])
def test_errors_are_told_in_the_language_that_is_wanted(language: str, word: str, tmp_path: Path) -> None:
    assert word in registry("--lang", language, "status", "--data", tmp_path).err


def test_what_the_system_forbids_is_one_line_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    called = registry("up", "--data", tmp_path / "file" / "below")
    assert (called.status, called.codes) == (1, ["E-CANNOT-START"])
    assert str(tmp_path) in called.err


def test_a_reader_that_has_seen_enough_ends_the_program_quietly() -> None:
    command = f"{sys.executable} -m deploy.cli schemas check | true; {sys.executable} -m deploy.cli --help | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.stderr == ""
