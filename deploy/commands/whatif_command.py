"""`registry whatif`: a period's expenses under another policy, beside what was raised. It changes nothing."""

import csv
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import Engine

from consumers.warning.reading import NotYetKnown
from consumers.warning.what_if import Verdict, WhatIf, counted
from deploy.cannot_start import CannotStart
from deploy.cli import data_options, language
from deploy.commands.columns import columns
from deploy.commands.policy_command import read_documents
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import PROVINCE, write_side
from deploy.import_progress import advancing
from deploy.settings import Settings
from deploy.told_errors import Language
from projections.database import snapshot
from projections.days import day_of
from projections.expenses.queries.period import period
from projections.expenses.read_model import EXPENSES
from projections.register.queries.fields import day_text
from projections.register.read_model import REGISTER
from registry.early_warning.levels import LEVELS, NONE, is_higher, opens_a_case
from registry.policy.documents import version_of
from schemas.code_tables import table
from schemas.division_codes import DivisionUnknown, county_code
from schemas.divisions import Divisions

SHOWN: Final = 20
WORDS: Final = {
    "asked": {
        "en": "windows that end from {first} to {last}, under {versions} beside the policy in force",
        "zh": "窗口截止日 {first} 至 {last}，按 {versions} 与现行政策比较",
    },
    "covers": {
        "en": "known are expenses that were accepted from {first} to {last}; what was before is gone, or never came",
        "zh": "可用费用数据的接收时间为 {first} 至 {last}；此前的已按期清除或从未上报",
    },
    "nothing known": {"en": "no expenses are known", "zh": "没有任何费用数据"},
    "work": {"en": "assessing", "zh": "评估"},
    "line": {"en": "assessed {done:,} of {total:,} persons", "zh": "已评估 {done:,}/{total:,} 人"},
    "county": {"en": "county", "zh": "县（市、区）"},
    "level": {"en": "level", "zh": "等级"},
    "raised": {"en": "raised", "zh": "实际预警"},
    "in force": {"en": "policy in force", "zh": "现行政策"},
    "then": {"en": "this policy", "zh": "假设政策"},
    "total": {"en": "together", "zh": "合计"},
    "differ": {
        "en": "{more:,} cases more than under the policy in force, {fewer:,} fewer, {higher:,} higher, {lower:,} lower",
        "zh": "与现行政策相比：新增 {more:,}，减少 {fewer:,}，升级 {higher:,}，降级 {lower:,}",
    },
    "rest": {"en": "... and {left:,} more; --csv FILE writes all of them", "zh": "……另有 {left:,} 个；--csv FILE 可导出全部"},
    "written": {"en": "{count:,} cases: {path}", "zh": "{count:,} 个预警：{path}"},
    "nothing changed": {"en": "nothing was changed in the register", "zh": "登记数据未作任何改动"},
}
SHEET: Final = ("case_id", "subject_kind", "subject_id", "division", "unclaimed", "raised", "in_force", "then", "rules")
_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.command("whatif")
@data_options
@click.option(
    "--policy", "documents", required=True, metavar="FOLDER|FILE", type=click.Path(exists=True, path_type=Path),
    help="Policy documents that would hold, such as 46/2020.toml; their revisions are higher than what they replace.",
)  # fmt: skip
@click.option("--from", "first", required=True, type=_DAY, help="The first day on which a window may end.")
@click.option("--to", "last", required=True, type=_DAY, help="The last one.")
@click.option("--csv", "sheet", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write every case there.")
@click.option("--show", type=click.IntRange(0), default=SHOWN, show_default=True, help="Show so many of the cases that differ.")
def command(data: str | None, documents: Path, first: datetime, last: datetime, sheet: Path | None, show: int) -> None:
    """Who would have been warned of, had another policy held: by county and level, beside what was raised.

    The expenses of the period are assessed anew as they count now, under the policy in force and under this one, so that what
    only time has changed can be told from what the policy would change. A county's document may be stricter only. Nothing is
    recorded, and nobody is told.
    """
    if last < first:
        raise click.BadParameter("it lies before --from", param_hint="--to")
    settings = Settings.read(data=data)
    with write_side(settings) as side, opened_views(settings) as views:
        book, divisions = side.shelf.policies(), side.shelf.divisions()
        wanted = read_documents(documents, book.documents)
        asked = WhatIf(book.for_, book.with_added(*wanted).for_, first.date(), last.date(), PROVINCE)
        expenses, register = views.open_live(EXPENSES), views.open_live(REGISTER)
        _say("asked", first=asked.first, last=asked.last, versions=", ".join(map(version_of, wanted)))
        _tell_period(expenses)
        verdicts = _verdicts(asked, expenses, register)
    for line in _table(verdicts, divisions, language()):
        click.echo(line)
    _tell_differences(verdicts, show, divisions)
    if sheet is not None:
        _write(sheet, verdicts)
        _say("written", count=len(verdicts), path=sheet)
    _say("nothing changed")


def _verdicts(asked: WhatIf, expenses: Engine, register: Engine) -> list[Verdict]:
    persons = asked.persons(expenses)
    words = {name: WORDS[name][language()] for name in ("work", "line")}
    try:
        with advancing(len(persons), words["work"], words["line"]) as advance:
            found = list(asked.verdicts(expenses, register, persons, advance))
    except NotYetKnown as behind:
        raise CannotStart(f"the read model `register` is behind `expenses`: it does not show {behind} yet") from behind
    return sorted(found, key=lambda verdict: (verdict.division, str(verdict.case_id)))


def _tell_period(expenses: Engine) -> None:
    with snapshot(expenses) as connection:
        known = period(connection)
    if known is None:
        _say("nothing known")
    else:
        _say("covers", first=day_text(day_of(known[0])), last=day_text(day_of(known[1])))


def county_of(division: str) -> str:
    """The county that a case lies in, or where it lies itself where that is none."""
    try:
        return county_code(division)
    except DivisionUnknown:
        return division


def _table(verdicts: Sequence[Verdict], divisions: Divisions, lang: Language) -> list[str]:
    counts = counted(list(verdicts), county_of)
    levels = table("warning_level")
    rows: list[Sequence[Any]] = []
    for county, level in sorted(counts, key=lambda key: (key[0], LEVELS.index(key[1]))):
        place = divisions.get(county)
        rows.append((county if place is None else place.name(lang), levels.label(level, lang), *counts[county, level]))
    for level in filter(opens_a_case, LEVELS):
        sums = [sum(three[column] for (_, of), three in counts.items() if of == level) for column in range(3)]
        rows.append((WORDS["total"][lang], levels.label(level, lang), *sums))
    rows.append((WORDS["total"][lang], "", *(sum(three[column] for three in counts.values()) for column in range(3))))
    return columns([WORDS[name][lang] for name in ("county", "level", "raised", "in force", "then")], rows)


def _tell_differences(verdicts: Sequence[Verdict], show: int, divisions: Divisions) -> None:
    changes: dict[str, Callable[[Verdict], bool]] = {
        "more": lambda one: one.in_force == NONE,
        "fewer": lambda one: one.then == NONE,
        "higher": lambda one: is_higher(one.then, one.in_force),
        "lower": lambda one: is_higher(one.in_force, one.then),
    }
    differing = [one for one in verdicts if one.in_force != one.then]
    kinds = [next(kind for kind, holds in changes.items() if holds(one)) for one in differing]
    _say("differ", **{kind: kinds.count(kind) for kind in changes})
    for one in differing[:show]:
        place = divisions.get(one.division)
        name = one.division if place is None else place.name(language())
        click.echo(f"{one.case_id}  {name}  {one.in_force} -> {one.then}  {', '.join(one.rules)}".rstrip())
    if len(differing) > show:
        _say("rest", left=len(differing) - show)


def _write(path: Path, verdicts: Sequence[Verdict]) -> None:
    """One row for each case; codes, not words: it is to be counted with."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(SHEET)
        for verdict in verdicts:
            values = {name: getattr(verdict, name) for name in SHEET} | {"rules": " ".join(verdict.rules)}
            writer.writerow([str(values[name]) for name in SHEET])


def _say(words: str, **values: date | str | int | Path) -> None:
    click.echo(WORDS[words][language()].format(**values))
