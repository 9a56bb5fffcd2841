"""What long work in stages shows: on a terminal a bar with how much is done, how fast and how long it still takes; else lines."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from deploy.told_errors import Language

LINE_EVERY_S: Final = 5.0
WORDS: Final = {
    "FOLD": {"en": "folding the log", "zh": "重放日志"},
    "JOIN": {"en": "joining the parts", "zh": "合并各部分"},
    "COMPARE": {"en": "comparing rows", "zh": "比对各行"},
    "SWAP": {"en": "swapping", "zh": "切换"},
    "AUDIT": {"en": "auditing the store", "zh": "核查事件库"},
    "LOG": {"en": "comparing the log", "zh": "比对日志"},
    "BALANCE": {"en": "adding up", "zh": "核算收支"},
    "HISTORY": {"en": "holding the store to its checkpoints", "zh": "比对检查点"},
    "EXPORT": {"en": "exporting", "zh": "导出历史"},
    "CHECK": {"en": "checking the export", "zh": "核查导出"},
    "RESTORE": {"en": "restoring", "zh": "恢复历史"},
    "FINISH": {"en": "bringing the old log to its end", "zh": "处理完旧日志"},
    "RELAY": {"en": "feeding the new log", "zh": "写入新日志"},
    "COPY": {"en": "copying hospitals' records", "zh": "复制医疗机构记录"},
    "PUBLISH": {"en": "publishing anew", "zh": "重新发布"},
    "VAULT": {"en": "reading the access log", "zh": "核查访问记录"},
}


class Stages(Protocol):
    """Is told how the work goes on."""

    def begin(self, stage: str, total: int | None) -> None:
        """The next stage begins, of so many steps if that is known."""
        ...

    def advance(self, count: int) -> None:
        """So many more are done."""
        ...


class _Pace:
    """How many are done in this stage, and how many a second."""

    def __init__(self) -> None:
        self.done = 0
        self._began = time.monotonic()

    def text(self, total: int | None) -> str:
        rate = self.done / max(time.monotonic() - self._began, 0.001)
        return f"{self.done:,}{'' if total is None else f' / {total:,}'}  {rate:,.0f}/s"


class _Lines:
    """For a file or a pipe: one line now and then, in a long stage."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._stage: tuple[str, int | None] = ("", None)
        self._pace = _Pace()
        self._told = time.monotonic()

    def begin(self, stage: str, total: int | None) -> None:
        self._stage = (WORDS[stage][self._language], total)
        self._pace = _Pace()

    def advance(self, count: int) -> None:
        self._pace.done += count
        if time.monotonic() - self._told >= LINE_EVERY_S:
            self._told = time.monotonic()
            word, total = self._stage
            click.echo(f"{word}: {self._pace.text(total)}", err=True)


class _Bar:
    """For a terminal."""

    def __init__(self, progress: Progress, task: TaskID, language: Language) -> None:
        self._progress = progress
        self._task = task
        self._language = language
        self._total: int | None = None
        self._pace = _Pace()

    def begin(self, stage: str, total: int | None) -> None:
        self._pace, self._total = _Pace(), total
        self._progress.reset(self._task, total=total, description=WORDS[stage][self._language], pace="")

    def advance(self, count: int) -> None:
        self._pace.done += count
        self._progress.update(self._task, advance=count, pace=self._pace.text(self._total))


@contextmanager
def shown_stages(language: Language) -> Iterator[Stages]:
    """Progress on standard error until the block is left."""
    if not sys.stderr.isatty():
        yield _Lines(language)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[pace]}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Bar(progress, progress.add_task("", total=None, pace=""), language)
