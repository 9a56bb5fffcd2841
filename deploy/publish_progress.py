"""What `registry hospital publish` shows while it runs and at its end, in both languages."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from deploy.import_progress import advancing
from deploy.told_errors import Language
from registry.hospitals.publishing import Progress, Publication
from schemas.refusal_codes import refusal

_WORDS: Final = {
    "zh": {
        "file": "{path}：{form}，{rows} 行",
        "work": "上报",
        "rows": "已处理 {done}/{total} 行",
        "published": "已接收 {taken_in}，被退回 {refused}；用时 {seconds:.1f} 秒",
        "rehearsed": "可接收 {taken_in}，将被退回 {refused}；试运行，未作上报",
        "stopped": "已中断，以上各行已接收；再次运行同一命令即可，重复上报只计一次",
        "sheet": "问题清单（含原数据，请妥善保管）：{path}",
    },
    "en": {
        "file": "{path}: {form}, {rows} rows",
        "work": "publishing",
        "rows": "{done} of {total} rows",
        "published": "taken in {taken_in}, refused {refused}; {seconds:.1f} s",
        "rehearsed": "to be taken in {taken_in}, refused {refused}; a rehearsal: nothing was published",
        "stopped": "stopped; those rows are taken in. Run the same command again: what is sent twice counts once",
        "sheet": "error sheet (it holds your own data: keep it safe): {path}",
    },
}


class PublishReport:
    """Tells of one file on the standard error; the summary goes to the standard output."""

    def __init__(self, running: Publication, language: Language) -> None:
        self._running = running
        self._language = language
        self._words = _WORDS[language]
        self._began = time.monotonic()

    def begin(self) -> None:
        """What was found out about the file."""
        file = self._running.table
        click.echo(self._words["file"].format(path=file.path, form=file.form, rows=self._running.rows), err=True)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A function that is told how many further rows are done."""
        with advancing(self._running.rows, self._words["work"], self._words["rows"]) as advance:
            yield advance

    def end(self, *, rehearsed: bool = False, stopped: bool = False) -> None:
        """How much was taken in, and how often each code was said."""
        tally = self._running.tally
        for code, count in self._running.findings.counted().items():
            click.echo(f"{code} × {count}: {refusal(code).title(self._language)}")
        said = self._words["rehearsed" if rehearsed else "published"]
        seconds = time.monotonic() - self._began
        click.echo(said.format(taken_in=tally.taken_in, refused=tally.refused, seconds=seconds))
        if stopped:
            click.echo(self._words["stopped"], err=True)

    def sheet(self, path: Path) -> None:
        """Where the error sheet is."""
        click.echo(self._words["sheet"].format(path=path))
