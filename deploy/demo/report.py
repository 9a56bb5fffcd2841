"""The table at the end: what happened in each year, beside the plan's targets at this scale."""

from collections.abc import Callable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from deploy.demo.scale import Scale
from deploy.demo.years import H1, WITH_POLICY, Year

Amount = tuple[int, int]
_ROWS: Final[tuple[tuple[str, Callable[[Year], Amount]], ...]] = (
    ("新识别 newly identified", lambda year: year.into("NEW", H1)),
    ("再识别 identified again", lambda year: year.into("REIDENTIFIED", H1)),
    ("脱贫 exited", lambda year: year.into("EXITED", WITH_POLICY)),
    ("返贫 relapsed", lambda year: year.into("RELAPSED", H1)),
    ("清退 cleared out", lambda year: year.out_of_all("CLEARED_OUT")),
    ("错退纠正 wrong exits put right", lambda year: year.into("EXIT_REVERSED", H1)),
    ("销户、并户 closed or merged", lambda year: year.out_of_all("CLOSED", "MERGED_OUT")),
)
_COUNTS: Final = (
    ("返贫纳入 re-entered", "re_entered"),
    ("纳入监测 monitored", "monitored"),
    ("风险消除 risk eliminated", "eliminated"),
    ("走访 visits", "visits"),
)


def print_years(years: Sequence[Year], scale: Scale) -> None:
    """Households and, after the stroke, persons; counts of facts; persons exited beside the plan's target."""
    table = Table(title=f"户/人 households / persons, scale {scale.name}", title_justify="left")
    table.add_column("")
    for year in years:
        table.add_column(str(year.year), justify="right", no_wrap=True)
    for label, amount in _ROWS:
        table.add_row(label, *(_told(amount(year)) for year in years))
    for label, name in _COUNTS:
        table.add_row(label, *(f"{year.counts[name]:,}" for year in years))
    table.add_section()
    table.add_row("年底未脱贫 not exited on 31 Dec", *("" if y.not_exited is None else _told(y.not_exited) for y in years))
    table.add_row("脱贫人数 persons exited", *(f"{year.into('EXITED', WITH_POLICY)[1]:,}" for year in years))
    table.add_row("计划（按比例）plan, scaled", *(f"{scale.target(year.year):,}" for year in years))
    Console(width=None if Console().is_terminal else 110).print(table)


def _told(amount: Amount) -> str:
    households, persons = amount
    return f"{households:,} / {persons:,}"
