"""`registry digest`: a week's digest, made from the place where the week was closed. It changes nothing in the register."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from deploy.cli import data_options, language
from deploy.composition.read_side import opened_views
from deploy.settings import Settings
from deploy.told_errors import Language
from projections.database import snapshot
from projections.register.read_model import REGISTER
from projections.weekly.files.pdf import pdf
from projections.weekly.files.printed import printed
from projections.weekly.files.workbook import workbook
from projections.weekly.making import Document, canonical, fingerprint, make
from projections.weekly.sheet import csv_file
from projections.weekly.telling import lines
from projections.weekly.window import week

FORMATS: Final[dict[str, Callable[[Document, Language], bytes]]] = {
    "text": lambda document, lang: "".join(f"{line}\n" for line in lines(document, lang)).encode(),
    "json": lambda document, lang: canonical(document),
    "csv": csv_file,
    "xlsx": workbook,
    "html": printed,
    "pdf": pdf,
}
HIDING: Final[dict[str, Callable[[Document, Language], bytes]]] = {
    "xlsx": lambda document, lang: workbook(document, lang, hidden=True),
    "html": lambda document, lang: printed(document, lang, hidden=True),
    "pdf": lambda document, lang: pdf(document, lang, hidden=True),
}
"""Those that can leave out what is small: the others are lists of single counties."""
_NO_TEXT: Final = ("xlsx", "pdf")


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
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True, help="What to make of it.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of its words (default: the program's).")
@click.option("--hide-small", is_flag=True, help="For who may not see households: no number below 3, no county by itself.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A new file to write to.")
def show(
    data: str | None, label: str, team: int | None, form: str, lang: Language | None, hide_small: bool, output: Path | None
) -> None:
    """Print the digest, or write it to a file: as text, JSON, CSV, a workbook, a page to print or PDF."""
    if hide_small and form not in HIDING:
        raise click.UsageError(f"--hide-small goes with --format {', '.join(HIDING)}")
    if output is None and form in _NO_TEXT and sys.stdout.isatty():
        raise click.UsageError(f"a terminal shows no {form}: -o FILE")
    content = (HIDING if hide_small else FORMATS)[form](_made(data, label, team), lang or language())
    if output is not None:
        with output.open("xb") as new:
            new.write(content)
    else:
        click.echo(content.decode() if form == "text" else content, nl=False)


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
