"""`registry national`: compare an extract of the national system with the register."""

from pathlib import Path
from typing import Final

import click

from deploy.cli import data_options, language
from deploy.commands.acting import holder_of
from deploy.composition.write_side import PROVINCE, write_side
from deploy.import_progress import advancing
from deploy.settings import Settings
from registry.application.request import Request
from registry.importing.error_sheet import ErrorSheet
from registry.importing.identity import Identities
from registry.importing.table_file import open_table
from registry.importing.template import write_sheet
from registry.national.comparing import begin
from registry.national.extract_sheet import NATIONAL
from schemas.clock import shanghai_date
from schemas.refusal_codes import refusal

ALL_COMPARED, SOME_REFUSED = 0, 1
TEMPLATE: Final = Path("national.xlsx")
_WORDS: Final = {
    "zh": {
        "work": "比对",
        "line": "已比对 {done:,}/{total:,} 行",
        "done": "比对 {compared:,} 户：新差异 {found:,} 项，已一致 {agreed:,} 项；未比对 {refused:,} 行",
        "sheet": "问题清单：{path}",
    },
    "en": {
        "work": "comparing",
        "line": "compared {done:,} of {total:,} rows",
        "done": "compared {compared:,} rows: {found:,} new differences, {agreed:,} that are gone; {refused:,} rows not compared",
        "sheet": "error sheet: {path}",
    },
}


@click.group("national")
def command() -> None:
    """The national system: compare what it says of households with the register. Neither is changed by it."""


@command.command("import")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--token", help="Access token of whoever compares; - reads it from the standard input.")
@click.option("--errors", type=click.Path(path_type=Path), help="Where to write the error sheet (default: beside FILE).")
@click.option("--template", is_flag=True, help="Write an empty sheet instead, with drop-downs and explanations.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help=f"Where to write it (default: {TEMPLATE}).")
@data_options
def import_extract(
    data: str | None, file: Path | None, token: str | None, errors: Path | None, template: bool, output: Path | None
) -> int:
    """Compare FILE, an extract of the national system, with the register, and record where they differ.

    FILE is .xlsx (its first sheet) or .csv, a row for each household, with columns in Chinese, in English or by their national
    codes. Recorded are the household, the field and hashes of both values. A difference is recorded once; one that is gone is
    recorded as gone; the same file again records nothing. Rows of households that the register does not know, and rows that are
    not in order, go to an error sheet.

    Exit status: 0 all compared, 1 some rows were not, 2 wrong usage.
    """
    words = _WORDS[language()]
    if template:
        path = output or TEMPLATE
        if path.exists():
            raise click.UsageError(f"{path} is there already; name another file with --output.")
        write_sheet(NATIONAL, path, language())
        click.echo(path)
        return ALL_COMPARED
    if file is None or token is None:
        raise click.UsageError("Name a FILE and say who compares (--token), or ask for a --template.")
    with write_side(Settings.read(data=data)) as side:
        actor, conversation = holder_of(side, token), side.next_id()
        extract = begin(open_table(file))
        identities = Identities(side.vault.request_digest, PROVINCE[:2])
        request = Request(actor, "IMPORT", conversation, conversation)
        with advancing(extract.surveyed.rows, words["work"], words["line"]) as advance:
            extract.compare(side.service, identities, request, shanghai_date(side.clock.now()), advance)
    counts = {name: getattr(extract, name) for name in ("compared", "found", "agreed", "refused")}
    click.echo(words["done"].format(**counts))
    if len(extract.findings):
        for code, count in extract.findings.counted().items():
            click.echo(f"{code} × {count}: {refusal(code).title(language())}")
        click.echo(words["sheet"].format(path=ErrorSheet(extract.table, extract.header, extract.findings).write(errors)))
    return SOME_REFUSED if extract.refused else ALL_COMPARED
