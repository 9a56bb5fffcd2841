"""`registry status`: what this installation holds, and how far behind each part is."""

import json

import click

from deploy.cli import data_options
from deploy.commands.columns import columns
from deploy.overview import Document, overview
from deploy.settings import Settings


@click.command("status")
@data_options
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
def command(data: str | None, as_json: bool) -> None:
    """Show what this installation holds and how far behind each part is.

    The clock of the register and its offset from the machine's, the store's head, how many events wait for the relay and for each
    read model and since when, the policies that hold, persons in the vault, tokens. Nothing needs to run.
    """
    document = overview(Settings.read(data=data))
    if as_json:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    rows = [row for part, told in document.items() for row in _rows(part, told)]
    for line in columns(("part", "", "value"), rows):
        click.echo(line)


def _rows(part: str, told: Document | list[str]) -> list[tuple[str, str, object]]:
    if isinstance(told, list):
        return [(part, "", ", ".join(told) or None)]
    rows: list[tuple[str, str, object]] = []
    for name, value in told.items():
        if part == "views":
            rows += [(f"view {name}", inner, shown) for _, inner, shown in _rows("", value)]
        else:
            rows.append((part, name.replace("_", " "), _shown(value)))
    return [(row[0] if i == 0 or row[0] != rows[i - 1][0] else "", row[1], row[2]) for i, row in enumerate(rows)]


def _shown(value: object) -> object:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {inner}" for name, inner in value.items()) or None
    return ", ".join(map(str, value)) or None if isinstance(value, list) else value
