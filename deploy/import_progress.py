"""What the import shows while it runs and at its end: a bar on a terminal, a line now and then elsewhere; in both languages."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy.told_errors import Language
from registry.importing.importer import Import
from registry.importing.importer import Progress as Advance
from schemas.code_tables import table
from schemas.refusal_codes import refusal

LINE_EVERY_S: Final = 5.0
_WORDS: Final = {
    "zh": {
        "file": "{path}：{form}；{kind}，{rows} 行",
        "work": "导入",
        "rows": "已处理 {done}/{total} 行",
        "recorded": "新登记 {recorded}，此前已登记 {already}，被退回 {refused}，重复行 {repeated}；"
        "事件 {events} 条，用时 {seconds:.1f} 秒",
        "rehearsed": "可登记 {recorded}，此前已登记 {already}，将被退回 {refused}，重复行 {repeated}；试运行，未作任何登记",
        "stopped": "已中断，以上登记有效；再次运行同一命令即可继续",
        "sheet": "问题清单（含原数据，请妥善保管）：{path}",
    },
    "en": {
        "file": "{path}: {form}; {kind}, {rows} rows",
        "work": "importing",
        "rows": "{done} of {total} rows",
        "recorded": "recorded {recorded}, there already {already}, refused {refused}, repeated rows {repeated}; "
        "{events} events in {seconds:.1f} s",
        "rehearsed": "to be recorded {recorded}, there already {already}, refused {refused}, repeated rows {repeated}; "
        "a rehearsal: nothing was recorded",
        "stopped": "stopped; what was recorded stays, and the same command goes on from here",
        "sheet": "error sheet (it holds your own data: keep it safe): {path}",
    },
}


@contextmanager
def advancing(total: int, work: str, line: str) -> Iterator[Advance]:
    """A function that is told how many further rows are done. work: what the bar is called; line: with {done} and {total}."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(total, line)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(work, total=total)
        yield lambda rows: bar.advance(task, rows)


def _lines(total: int, line: str) -> Advance:
    done, told = 0, time.monotonic()

    def advance(rows: int) -> None:
        nonlocal done, told
        done += rows
        if time.monotonic() - told >= LINE_EVERY_S or done == total:
            told = time.monotonic()
            click.echo(line.format(done=done, total=total), err=True)

    return advance


class Report:
    """Tells of one import on the standard error; the summary goes to the standard output."""

    def __init__(self, running: Import, language: Language) -> None:
        self._running = running
        self._language = language
        self._words = _WORDS[language]
        self._began = time.monotonic()

    def begin(self) -> None:
        """What was found out about the file."""
        table_file, kind = self._running.table, self._running.header.sheet.kind
        self._say(
            "file",
            path=table_file.path,
            form=table_file.form,
            kind=table("import_kind").label(kind, self._language),
            rows=self._running.found.rows,
        )

    @contextmanager
    def progress(self) -> Iterator[Advance]:
        """A function that is told how many further rows are done."""
        with advancing(self._running.found.rows, self._words["work"], self._words["rows"]) as advance:
            yield advance

    def end(self, *, rehearsed: bool = False, stopped: bool = False) -> None:
        """How much was recorded, and how often each code was said."""
        tally = self._running.tally
        for code, count in self._running.findings.counted().items():
            click.echo(f"{code} × {count}: {refusal(code).title(self._language)}")
        click.echo(
            self._words["rehearsed" if rehearsed else "recorded"].format(
                recorded=tally.recorded,
                already=tally.already,
                refused=tally.refused,
                repeated=tally.repeated,
                events=tally.events,
                seconds=time.monotonic() - self._began,
            )
        )
        if stopped:
            self._say("stopped")

    def sheet(self, path: Path) -> None:
        """Where the error sheet is."""
        click.echo(self._words["sheet"].format(path=path))

    def _say(self, word: str, **values: object) -> None:
        click.echo(self._words[word].format(**values), err=True)
