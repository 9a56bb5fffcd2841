"""`registry digest`: a week's digest, made from the place where the week was closed. It changes nothing in the register."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from deploy.cli import data_options, language
from deploy.composition.read_side import opened_views
from deploy.settings import Settings
from projections.database import snapshot
from projections.register.read_model import REGISTER
from projections.weekly.making import Document, canonical, fingerprint, make
from projections.weekly.telling import lines
from projections.weekly.window import week


class DigestDiffers(Exception):
    """E-WEEKLY-DIGEST-DIFFERS: made again, the digest is not the file's bytes."""

    code = "E-WEEKLY-DIGEST-DIFFERS"


@click.group("digest")
def command() -> None:
    """The weekly digest of a supervision team or the province."""


def _asked(function: Callable[..., None]) -> Any:
    team = click.option("--team", type=click.IntRange(1), help="A supervision team's counties (default: the province).")
    label = click.option("--week", "label", required=True, metavar="YYYY-Www", help="Such as 2019-W10.")
    return data_options(label(team(function)))


@command.command("make")
@_asked
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def make_file(data: str | None, label: str, team: int | None, file: Path) -> None:
    """Write the digest to FILE, as JSON, and say its fingerprint. A file that is there already is left as it is."""
    document = _made(data, label, team)
    with file.open("xb") as new:
        new.write(canonical(document))
    click.echo(fingerprint(document))


@command.command("show")
@_asked
def show(data: str | None, label: str, team: int | None) -> None:
    """Print the digest's figures."""
    for line in lines(_made(data, label, team), language()):
        click.echo(line)


@command.command("verify")
@_asked
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(data: str | None, label: str, team: int | None, file: Path) -> None:
    """Make the digest again and compare it with FILE, byte by byte."""
    document = _made(data, label, team)
    if file.read_bytes() != canonical(document):
        raise DigestDiffers(f"{file}: made again it is {fingerprint(document)}")
    click.echo(fingerprint(document))


def _made(data: str | None, label: str, team: int | None) -> Document:
    asked = week(label)
    with opened_views(Settings.read(data=data)) as views, snapshot(views.open_live(REGISTER)) as connection:
        return make(connection, asked, team)
