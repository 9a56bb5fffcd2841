"""systemd's units: by systemd's own verifier, and what they start is a command of ours."""

import re
import sys
from pathlib import Path

import pytest

from tests.support.deployment_files import DEPLOY, assert_are_settings, assert_is_a_command, passes, program

FOLDER = DEPLOY / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
EXPOSED_MAX = "20"
"""Of 100: what systemd itself calls OK."""
STARTED = re.compile(r"^ExecStart=/opt/registry/bin/registry (.+)$", re.MULTILINE)


def test_there_is_a_unit_for_the_whole_and_for_each_process() -> None:
    started = {found[1].split()[0] for unit in UNITS if (found := STARTED.search(unit.read_text("utf-8")))}
    assert started == {"up", "serve", "relay", "project", "feed", "intake", "deliver"}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_of_ours(unit: Path) -> None:
    (command,) = STARTED.findall(unit.read_text("utf-8"))
    assert_is_a_command(command.replace("%i", "0-5").split())


def test_systemd_finds_no_fault_and_little_exposure(tmp_path: Path) -> None:
    analyze = program("systemd-analyze", why="the units are not checked")
    here = Path(sys.executable).parent / "registry"
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text("utf-8").replace("/opt/registry/bin/registry", str(here)))
    names = [unit.name for unit in UNITS]
    passes(analyze, "verify", "--man=no", *names, cwd=tmp_path)
    for name in names:
        passes(analyze, "security", "--offline=true", f"--threshold={EXPOSED_MAX}", name, cwd=tmp_path)


def test_the_example_of_an_environment_has_settings_only() -> None:
    text = (FOLDER / "registry.env.example").read_text("utf-8")
    lines = [line.lstrip("#") for line in text.splitlines() if re.match(r"#?[A-Z_]+=", line)]
    variables = dict(line.split("=", 1) for line in lines)
    assert_are_settings(variables)
    assert set(variables) - {name for name in variables if name.startswith("REGISTRY_")} == {"PGPASSFILE"}
