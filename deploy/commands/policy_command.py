"""`registry policy`: check, activate and list policy documents."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from deploy.cli import data_options, language
from deploy.commands.columns import columns
from deploy.composition.reference_documents import activate_documents
from deploy.composition.write_side import write_side
from deploy.settings import Settings
from registry.policy.documents import load, load_file, shipped, version_of
from registry.policy.validation import Document, latest
from registry.store.errors import StoreMissing
from schemas.divisions import Divisions, hainan

_documents = click.argument("documents", metavar="FOLDER|FILE", type=click.Path(exists=True, path_type=Path))


@click.group("policy")
def command() -> None:
    """Check, activate and list policy documents: lines, deadlines and ratios of a year, for the province or for a county.

    A document is a file such as 46/2020.toml or 469024/2020.toml. A county may change only keys that have a direction, and only
    in it.
    """


@command.command("check")
@data_options
@_documents
def check(data: str | None, documents: Path) -> None:
    """Say whether documents are good: those of a folder together, or one file beside those that hold now.

    Every broken rule is told, with file and key. Without a register in the data folder a file is held against the documents that
    are shipped.
    """
    found = read_documents(documents, _known(Settings.read(data=data)))
    click.echo(f"good: {', '.join(version_of(document) for document in found)}")


@command.command("activate")
@data_options
@_documents
def activate(data: str | None, documents: Path) -> None:
    """Let documents hold from now on: all of them or, if one is refused, none. Those that hold already are left alone.

    A document that replaces another has a higher revision. What was decided stays decided under the one of its day.
    """
    with write_side(Settings.read(data=data)) as side:
        before = side.shelf.policies().documents
        found = read_documents(documents, before)
        activate_documents(side.service, found, side.next_id)
        side.shelf.refresh()
        new = [document for document in side.shelf.policies().documents if document not in before]
    click.echo(f"activated: {', '.join(map(version_of, new))}" if new else "all of these hold already")


@command.command("list")
@data_options
def list_documents(data: str | None) -> None:
    """Every document that was ever activated, and which of them hold."""
    with write_side(Settings.read(data=data)) as side:
        documents, divisions = side.shelf.policies().documents, side.shelf.divisions()
    for line in _table(documents, divisions):
        click.echo(line)


def read_documents(place: Path, beside: Iterable[Document]) -> Sequence[Document]:
    """The documents of a folder, or one file's beside those that hold. Raises PolicyRefused."""
    return load(place) if place.is_dir() else [load_file(place.absolute(), beside)]


def _known(settings: Settings) -> Sequence[Document]:
    try:
        with write_side(settings) as side:
            return side.shelf.policies().documents
    except StoreMissing:
        return shipped()


def _table(documents: Sequence[Document], divisions: Divisions) -> list[str]:
    holding = latest(documents)
    rows = []
    for document in sorted(documents, key=lambda d: (d["division"], d["year"], d["revision"])):
        division = document["division"]
        name = (divisions.get(division) or hainan()[division]).name(language())
        holds = "holds" if holding[division, document["year"]] == document else "replaced"
        rows.append((version_of(document), division, name, document["year"], document["revision"], holds))
    return columns(("version", "division", "name", "year", "revision", "state"), rows)
