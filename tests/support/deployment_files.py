"""What the files under deploy/ name, held to the program: its commands and their options, its settings, its metrics."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from deploy.cli import registry
from deploy.settings import SECRETS, Settings
from schemas.metrics import METRICS

DEPLOY = Path(__file__).parents[2] / "deploy"
_SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",), "info": ("",)}
SERIES = {metric.name + suffix for metric in METRICS for suffix in _SUFFIXES[metric.kind]}
_NAME = re.compile(r"\b((?:registry|process|python)_[a-z_]+)\b")


def documents(*names: str) -> list[dict[str, Any]]:
    """The YAML documents of these files."""
    return [document for name in names for document in yaml.safe_load_all((DEPLOY / name).read_text("utf-8"))]


def series_in(expression: str) -> set[str]:
    """The metrics of ours that a query names."""
    return set(_NAME.findall(re.sub(r'"[^"]*"', "", expression)))


def assert_is_a_command(arguments: Sequence[str]) -> None:
    """Parse them as the program would, without doing anything. Raises click's UsageError."""
    command: click.Command = registry
    context = click.Context(command, info_name="registry")
    rest = list(arguments)
    while isinstance(command, click.Group):
        name, command, rest = command.resolve_command(context, rest)  # type: ignore[assignment]
        assert command is not None, name
    command.make_context(command.name, rest, parent=context)


def assert_are_settings(variables: Mapping[str, str]) -> None:
    """Every variable of ours is a setting, with a value that can be."""
    ours = {name: value for name, value in variables.items() if name.startswith("REGISTRY_")}
    assert ours
    assert not set(ours) & SECRETS, "keys come from files"
    Settings.read(ours)


def program(name: str, *, why: str) -> str:
    """Where a program is. Where it is not: skipped, saying what is left out; but a failure in CI."""
    found = shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} is not here, so {why}: .ci/tools gets it")
        pytest.skip(f"{name} is not here, so {why}")
    return found


def passes(*command: str | Path, cwd: Path = DEPLOY, environment: Mapping[str, str] | None = None) -> str:
    """Run it; fails with everything it said unless it ends well. Returns what it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def containers(resources: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name of the resource, container) of everything that runs our image as the program."""
    for resource in resources:
        pod = resource.get("spec", {}).get("template", {}).get("spec", {})
        for container in pod.get("containers", ()):
            yield resource["metadata"]["name"], container
