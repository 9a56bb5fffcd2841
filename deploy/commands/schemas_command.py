"""`registry schemas`: check and freeze the event schemas."""

import sys
from pathlib import Path

import click

from schemas.catalogue import PACKAGE_FOLDER
from schemas.freeze import Finding, SchemasRefused, check, freeze

_folder = click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=PACKAGE_FOLDER,
    help="Folder with avro/, history/ and lock.json (default: the registry's own).",
)


@click.group("schemas")
def command() -> None:
    """Check and freeze the event schemas."""


@command.command("check")
@_folder
def check_schemas(folder: Path) -> None:
    """Say which schemas are new, changed or refused; exit 1 unless all are as they were published."""
    findings = check(folder)
    differing = [finding for finding in findings if finding.state != "unchanged"]
    for finding in differing:
        _tell(finding)
    click.echo(f"{len(findings)} schemas: {len(findings) - len(differing)} as published, {len(differing)} not")
    sys.exit(1 if differing else 0)


@command.command("freeze")
@_folder
def freeze_schemas(folder: Path) -> None:
    """Publish what is new or changed: history file, version, id. Nothing is written if a schema is refused."""
    try:
        published = freeze(folder)
    except SchemasRefused as refused:
        for finding in refused.findings:
            _tell(finding)
        sys.exit(1)
    for entry in published:
        click.echo(f"{entry.event_type} v{entry.version} has id {entry.id}")
    click.echo(f"{len(published)} published")


def _tell(finding: Finding) -> None:
    click.echo(f"{finding.event_type}: {finding.state}")
    for problem in finding.problems:
        click.echo(f"    {problem}")
