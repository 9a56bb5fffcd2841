"""`registry hospital publish`: a hospital's file of expenses, through the same door as what comes over HTTP."""

from pathlib import Path
from typing import Any, Final

import click

from deploy.cli import data_options, language
from deploy.commands.acting import holder_of
from deploy.composition.expense_side import expense_door
from deploy.composition.write_side import PROVINCE, WriteSide, write_side
from deploy.publish_progress import PublishReport
from deploy.settings import Settings
from deploy.told_errors import Language
from registry.api.post_expenses import ACTION
from registry.application.shape import STAFF_ID
from registry.hospitals.door import ExpenseDoor, hospital_of
from registry.hospitals.publishing import Publication, begin
from registry.hospitals.sheet import EXPENSES
from registry.importing.error_sheet import ErrorSheet
from registry.importing.table_file import open_table
from registry.importing.template import write_sheet
from registry.refusal import refuse
from schemas.access import Actor, decide

ALL_TAKEN_IN, SOME_REFUSED = 0, 1
TEMPLATE: Final = Path("expenses.xlsx")


@click.command("publish", context_settings={"show_default": False})
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--token", help="Access token of the hospital; - reads it from the standard input.")
@click.option("--hospital", metavar="CODE", help="Whose expenses they are, in place of a token.")
@click.option("--user", metavar="ID", help="Opaque id of whoever publishes them for the hospital.")
@click.option("--errors", type=click.Path(path_type=Path), help="Where to write the error sheet (default: beside FILE).")
@click.option("--dry-run", is_flag=True, help="Check everything, publish nothing.")
@click.option("--template", is_flag=True, help="Write an empty sheet instead, with drop-downs and explanations.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help=f"Where to write it (default: {TEMPLATE}).")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages and drop-downs (default: the terminal's).")
@data_options
def publish(**options: Any) -> int:
    """Publish FILE: medical expenses of one hospital, a settlement or a reversal in each row.

    FILE is .xlsx (its first sheet) or .csv (UTF-8 or GB18030, commas or semicolons). Columns may stand in any order and be named
    in Chinese, in English or as in the national interface. Rows that are in order go into the hospital's topic, ID numbers
    sealed; the others are written to an error sheet with what is wrong, to be corrected and published again. The same file may
    be published any number of times: a settlement is the same by its number and version, and counts once.

    The error sheet repeats your own rows, ID numbers included: it is written for its owner alone (mode 0600), and is yours to
    delete.

    Exit status: 0 all taken in, 1 some rows refused, 2 wrong usage.
    """
    lang: Language = options["lang"] or language()
    if options["template"]:
        return _write_template(options["output"] or TEMPLATE, lang)
    if options["file"] is None:
        raise click.UsageError("Name a FILE, or ask for a --template.")
    with write_side(Settings.read(data=options["data"])) as side:
        actor = _actor(side, options)
        hospital_of(actor)
        running = begin(open_table(options["file"]))
        with expense_door(side) as door:
            return _run(running, door, actor, options, lang)


def _run(running: Publication, door: ExpenseDoor, actor: Actor, options: dict[str, Any], lang: Language) -> int:
    rehearse: bool = options["dry_run"]
    report = PublishReport(running, lang)
    report.begin()
    try:
        with report.progress() as progress:
            running.run(door, actor, progress, rehearse=rehearse)
    except BaseException:  # whatever stopped it, what was taken in by then stays
        report.end(rehearsed=rehearse, stopped=True)
        raise
    report.end(rehearsed=rehearse)
    if len(running.findings):
        report.sheet(ErrorSheet(running.table, running.header, running.findings).write(options["errors"]))
    return SOME_REFUSED if running.tally.refused else ALL_TAKEN_IN


def _write_template(path: Path, lang: Language) -> int:
    if path.exists():
        raise click.UsageError(f"{path} is there already; name another file with --output.")
    write_sheet(EXPENSES, path, lang)
    click.echo(path)
    return ALL_TAKEN_IN


def _actor(side: WriteSide, options: dict[str, Any]) -> Actor:
    """Who publishes. Raises UsageError where nobody is named, Refused (E-AUTH-TOKEN, E-AUTH-ROLE)."""
    token, hospital, user = (options[name] for name in ("token", "hospital", "user"))
    if token is not None:
        actor = holder_of(side, token)
        if decide(actor, ACTION, None) is not None:
            refuse("E-AUTH-ROLE", action=ACTION, role=actor.role)
        return actor
    if hospital is None or user is None:
        raise click.UsageError("Say whose expenses they are: --token, or --hospital and --user.")
    if not STAFF_ID.fullmatch(user):
        raise click.UsageError("--user takes an opaque id: letters, digits and . _ -, beginning with a letter.")
    return Actor(user, "HOSPITAL", hospital, PROVINCE)
