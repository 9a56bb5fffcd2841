"""`registry hospital register`: what hospitals are called, where they are and how often they report, from a file."""

from pathlib import Path
from typing import Final

import click

from deploy.cli import data_options, language
from deploy.composition.reference_documents import REGISTRY
from deploy.composition.write_side import write_side
from deploy.settings import Settings
from deploy.told_errors import Language
from registry.application.request import Request
from registry.hospitals.hospital_sheet import HOSPITALS
from registry.hospitals.registering import HospitalsFile, read_hospitals
from registry.importing.error_sheet import ErrorSheet
from registry.importing.table_file import open_table
from registry.importing.template import write_sheet
from schemas.clock import shanghai_date
from schemas.refusal_codes import refusal

DONE, SOME_WRONG = 0, 1
TEMPLATE: Final = Path("hospitals.xlsx")
_WORDS: Final = {
    "zh": {
        "changed": "已登记 {rows} 家",
        "nothing": "{rows} 家均已如此登记",
        "refused": "未登记任何一家：{rows} 行有误",
        "sheet": "问题清单：{path}",
    },
    "en": {
        "changed": "{rows} hospitals registered",
        "nothing": "all {rows} are registered like this already",
        "refused": "nothing was registered: {rows} rows are not in order",
        "sheet": "error sheet: {path}",
    },
}


@click.command("register", context_settings={"show_default": False})
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--errors", type=click.Path(path_type=Path), help="Where to write the error sheet (default: beside FILE).")
@click.option("--template", is_flag=True, help="Write an empty sheet instead, with drop-downs and explanations.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help=f"Where to write it (default: {TEMPLATE}).")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages and drop-downs (default: the terminal's).")
@data_options
def register(
    data: str | None, file: Path | None, errors: Path | None, template: bool, output: Path | None, lang: Language | None
) -> int:
    """Register the hospitals of FILE, a row for each, or what has changed of them; those that it does not name stay as they are.

    FILE is .xlsx (its first sheet) or .csv (UTF-8 or GB18030, commas or semicolons), with columns in any order, in Chinese or in
    English. All of it is registered or, where a row is not in order, nothing, and an error sheet says what is wrong with each.
    Run again, it does nothing.

    Exit status: 0 registered, 1 some rows are not in order, 2 wrong usage.
    """
    lang = lang or language()
    if template:
        return _write_template(output or TEMPLATE, lang)
    if file is None:
        raise click.UsageError("Name a FILE, or ask for a --template.")
    words = _WORDS[lang]
    with write_side(Settings.read(data=data)) as side:
        found = read_hospitals(open_table(file), side.shelf.divisions())
        if len(found.findings):
            return _tell_what_is_wrong(found, errors, lang)
        conversation = side.next_id()
        command = found.command(shanghai_date(side.clock.now()))
        done = side.service.execute(command, Request(REGISTRY, "SYSTEM", conversation, conversation))
    click.echo(words["changed" if done.events else "nothing"].format(rows=len(found.hospitals)))
    return DONE


def _tell_what_is_wrong(found: HospitalsFile, errors: Path | None, lang: Language) -> int:
    for code, count in found.findings.counted().items():
        click.echo(f"{code} × {count}: {refusal(code).title(lang)}")
    click.echo(_WORDS[lang]["refused"].format(rows=len(found.findings)))
    path = ErrorSheet(found.table, found.header, found.findings).write(errors)
    click.echo(_WORDS[lang]["sheet"].format(path=path))
    return SOME_WRONG


def _write_template(path: Path, lang: Language) -> int:
    if path.exists():
        raise click.UsageError(f"{path} is there already; name another file with --output.")
    write_sheet(HOSPITALS, path, lang)
    click.echo(path)
    return DONE
