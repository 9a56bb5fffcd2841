"""`registry import`: households, measures, visits or hits out of a spreadsheet, by the same commands and guards as everywhere."""

import gc
from pathlib import Path
from typing import Any, Final

import click

from deploy.cli import data_options, language
from deploy.commands.acting import holder_of
from deploy.composition.write_side import PROVINCE, WriteSide, write_side
from deploy.import_progress import Report
from deploy.settings import Settings
from deploy.told_errors import Language
from registry.application.request import Request
from registry.application.shape import STAFF_ID
from registry.importing.error_sheet import ErrorSheet
from registry.importing.importer import Circumstances, Import, authorise, begin
from registry.importing.sheets import SHEETS
from registry.importing.table_file import open_table
from registry.importing.template import write_template
from schemas.access import Actor
from schemas.code_tables import table
from schemas.division_codes import is_division_code

KINDS: Final = click.Choice([code.lower() for code in SHEETS])
ROLES: Final = click.Choice(list(table("role").codes), case_sensitive=False)
ALL_RECORDED, SOME_REFUSED = 0, 1
CACHE_SIZE: Final = 5_000
"""Households kept between the chunks of a file of measures or visits, whose rows are seldom sorted by household."""

GARBAGE_THRESHOLD: Final = 100_000


@click.command("import", context_settings={"show_default": False})
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--kind", type=KINDS, help="What the file holds (default: told from its columns).")
@click.option("--token", help="Access token of whoever imports; - reads it from the standard input.")
@click.option("--user", help="Opaque id of whoever imports, in place of a token.")
@click.option("--role", type=ROLES, help="Their role.")
@click.option("--organisation", help="Opaque id or code of their organisation (default: the user's id).")
@click.option("--division", help="12-digit code of the division that they are responsible for.")
@click.option("--errors", type=click.Path(path_type=Path), help="Where to write the error sheet (default: beside FILE).")
@click.option("--dry-run", is_flag=True, help="Check everything, record nothing.")
@click.option("--template", type=KINDS, help="Write an empty sheet of this kind instead, with drop-downs and explanations.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it (default: <kind>.xlsx).")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages and drop-downs (default: the terminal's).")
@data_options
def command(**options: Any) -> int:
    """Import FILE: households with their members, measures, home visits, or hits of a comparison.

    FILE is .xlsx (its first sheet) or .csv (UTF-8 or GB18030, commas or semicolons). Columns may stand in any order and be named
    in Chinese or English. Rows that are in order are recorded; the others are written to an error sheet with what is wrong, to be
    corrected and imported again. What the register holds already is neither recorded again nor changed, so the same file may be
    imported any number of times, and an import that was stopped (Ctrl-C) is gone on with by the same command.

    The error sheet repeats your own rows, names and ID numbers included: it is written for its owner alone (mode 0600), and is
    yours to delete.

    Exit status: 0 all recorded, 1 some rows refused, 2 wrong usage.
    """
    lang: Language = options["lang"] or language()
    if options["template"]:
        return _write_template(options["template"], options["output"], lang)
    if options["file"] is None:
        raise click.UsageError("Name a FILE, or a kind of --template.")
    settings = Settings.read(data=options["data"])
    # A chunk makes some ten thousand objects and no cycles; looking for cycles among them took a quarter of the time.
    gc.set_threshold(GARBAGE_THRESHOLD)
    with write_side(settings, cache_size=CACHE_SIZE) as side:
        circumstances = _circumstances(side, _actor(side, options), rehearse=options["dry_run"])
        authorise(circumstances)
        running = begin(open_table(options["file"]), options["kind"] and options["kind"].upper())
        return _run(running, circumstances, options["errors"], lang)


def _write_template(kind: str, output: Path | None, lang: Language) -> int:
    path = output or Path(f"{kind}.xlsx")
    if path.exists():
        raise click.UsageError(f"{path} is there already; name another file with --output.")
    write_template(kind.upper(), path, lang)
    click.echo(path)
    return ALL_RECORDED


def _run(running: Import, circumstances: Circumstances, errors: Path | None, lang: Language) -> int:
    report = Report(running, lang)
    report.begin()
    try:
        with report.progress() as progress:
            running.run(circumstances, progress)
    except BaseException:  # whatever stopped it, what was recorded by then stays
        report.end(rehearsed=circumstances.rehearse, stopped=True)
        raise
    report.end(rehearsed=circumstances.rehearse)
    if len(running.findings):
        report.sheet(ErrorSheet(running.table, running.header, running.findings).write(errors))
    return SOME_REFUSED if running.tally.refused else ALL_RECORDED


def _circumstances(side: WriteSide, actor: Actor, *, rehearse: bool) -> Circumstances:
    conversation = side.next_id()
    return Circumstances(
        service=side.service,
        vault=side.vault,
        request=Request(actor, "IMPORT", conversation, conversation),
        province=PROVINCE[:2],
        allow_synthetic=side.settings.synthetic_ids,
        rehearse=rehearse,
    )


def _actor(side: WriteSide, options: dict[str, Any]) -> Actor:
    """Who imports. Raises UsageError where nobody is named, Refused (E-AUTH-TOKEN) for a token that opens nothing."""
    token, user, role, division = (options[name] for name in ("token", "user", "role", "division"))
    if token is not None:
        return holder_of(side, token)
    if user is None or role is None or division is None:
        raise click.UsageError("Say who imports: --token, or --user, --role and --division.")
    organisation = options["organisation"] or user
    for option, value in (("--user", user), ("--organisation", organisation)):
        if not STAFF_ID.fullmatch(value) and not (option == "--organisation" and value.isascii() and value.isalnum()):
            raise click.UsageError(f"{option} takes an opaque id: letters, digits and . _ -, beginning with a letter.")
    if not is_division_code(division):
        raise click.UsageError("--division takes a code of 12 digits.")
    return Actor(user, role, organisation, division)
