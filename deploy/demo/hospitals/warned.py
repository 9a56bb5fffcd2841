"""What hospitals' records led to, as the read model of expenses tells it: warnings by year and level, and what was done."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, func, select

from deploy.demo.days import FIRST_DAY, LAST_DAY
from deploy.demo.scale import Scale
from projections.expenses.tables import CASE, CASE_EVENT
from schemas.clock import SHANGHAI

_YEARS: Final = tuple(range(FIRST_DAY.year, LAST_DAY.year + 1))
_DAYS_OF_A_YEAR: Final = 365.25
_PER_1000_LISTED: Final = 4.9
_PER_1000_OTHERS: Final = 6.9
"""Cases a year among 1,000 people by the personal burden and the gross cost of a year alone (rules P2 and G2)."""
_BY_COST: Final = frozenset({"P2", "P3", "P4", "G2"})
"""The rules that say so; for cases by the income lines and the share of the income (L1, L2, H1) alone nobody gives a number."""
_LEVELS: Final = {"BLUE": "蓝（关注）blue, watched", "YELLOW": "黄 yellow", "ORANGE": "橙 orange", "RED": "红 red"}
_OUTCOMES: Final = {
    "NO_RISK": "无风险 no risk",
    "RELIEF_ONLY": "仅救助 relief only",
    "MONITORED": "纳入监测 monitored",
    "RE_ENTERED": "返贫纳入 re-entered",
    "IDENTIFIED": "新识别 identified",
    "NOT_RURAL": "非农村户籍 not rural",
    "DATA_ERROR": "数据有误 data wrong",
}
_WATCHED: Final = "BLUE"
_OUTCOME_RECORDED: Final = "outcome_recorded"
_LISTED, _OTHERS, _INCOME = "LISTED", "OTHERS", "INCOME"


class Warned(NamedTuple):
    """The warnings of one year. outcomes: whatever was said to be done, also of a case that was opened again since; open:
    nobody has said yet what was done; listed, others: cases by burden or cost of those in a household that is or was on the
    register, and of all others; by_income: cases of either by the household's income alone."""

    levels: Mapping[str, int]
    outcomes: Mapping[str, int]
    open: int
    listed: int
    others: int
    by_income: int


def warned(connection: Connection) -> dict[int, Warned]:
    """Every year of the demonstration, by the day on which a warning was raised, or last watched; its level as it is now."""
    c = CASE.c
    levels: dict[int, Counter[str]] = {year: Counter() for year in _YEARS}
    outcomes: dict[int, Counter[str]] = {year: Counter() for year in _YEARS}
    waiting, kinds = Counter[int](), Counter[tuple[int, str]]()
    told = select(func.coalesce(c.raised_at, c.changed_at), c.warning_level, c.warning_group, c.outcome, c.fired)
    for raised_at, level, group, outcome, fired in connection.execute(told):
        year = _year_of(raised_at)
        levels[year][level] += 1
        if level == _WATCHED:
            continue
        by_cost = any(rule["rule"] in _BY_COST for rule in json.loads(fired))
        kinds[year, _INCOME if not by_cost else _OTHERS if group == "OTHER_RURAL" else _LISTED] += 1
        waiting[year] += outcome is None
    e = CASE_EVENT.c
    for recorded_at, outcome in connection.execute(select(e.recorded_at, e.word).where(e.kind == _OUTCOME_RECORDED)):
        outcomes[_year_of(recorded_at)][outcome] += 1
    return {
        year: Warned(levels[year], outcomes[year], waiting[year], *(kinds[year, kind] for kind in (_LISTED, _OTHERS, _INCOME)))
        for year in _YEARS
    }


def _year_of(instant_us: int) -> int:
    return datetime.fromtimestamp(instant_us / 1_000_000, UTC).astimezone(SHANGHAI).year


def expected(year: int, scale: Scale) -> tuple[float, float]:
    """Cases by burden or cost of a year, among those who are listed and among the others."""
    begins, ends = max(FIRST_DAY, date(year, 1, 1)), min(LAST_DAY, date(year, 12, 31))
    years = ((ends - begins).days + 1) / _DAYS_OF_A_YEAR
    listed = scale.persons_not_exited + scale.persons_exited
    return listed * years * _PER_1000_LISTED / 1000, scale.others * years * _PER_1000_OTHERS / 1000


def print_warned(found: Mapping[int, Warned], scale: Scale) -> None:
    """Levels, outcomes, and cases beside what is expected at this scale."""
    table = Table(title="大额医疗费用预警 warnings of large medical expenses", title_justify="left")
    table.add_column("")
    for year in found:
        table.add_column(str(year), justify="right", no_wrap=True)
    for level, label in _LEVELS.items():
        table.add_row(label, *(f"{year.levels[level]:,}" for year in found.values()))
    table.add_section()
    for outcome, label in _OUTCOMES.items():
        table.add_row(label, *(f"{year.outcomes[outcome]:,}" for year in found.values()))
    table.add_row("未办结 open", *(f"{year.open:,}" for year in found.values()))
    table.add_section()
    foreseen = {number: expected(number, scale) for number in found}
    table.add_row("在册、已脱贫户 listed: cases / expected", *(f"{y.listed:,} / {foreseen[n][0]:,.0f}" for n, y in found.items()))
    table.add_row("其他农村居民 others: cases / expected", *(f"{y.others:,} / {foreseen[n][1]:,.0f}" for n, y in found.items()))
    table.add_row("仅按收入 by income alone", *(f"{year.by_income:,}" for year in found.values()))
    console = Console(width=None if Console().is_terminal else 110)
    console.print(table)
    mine, all_foreseen = sum(y.listed + y.others for y in found.values()), sum(map(sum, foreseen.values()))
    print(f"{mine:,} cases by burden or cost, {all_foreseen:,.0f} expected: {mine / all_foreseen:.2f} times as many")
