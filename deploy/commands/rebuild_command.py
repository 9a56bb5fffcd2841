"""`registry rebuild`: make a read model again from the log, beside the live one, and swap."""

from functools import partial
from typing import ClassVar, Final

import click

from consumers.rebuild.comparison import Comparison
from consumers.rebuild.rebuild import WORKERS, Outcome, Rebuild
from deploy.cli import data_options, language
from deploy.composition.log_side import open_consumer
from deploy.composition.read_side import READ_MODELS, opened_views, read_model
from deploy.composition.write_side import require_store
from deploy.pipeline.renewing import GROUP
from deploy.settings import Settings
from deploy.stage_progress import shown_stages
from projections.days import day_of
from projections.register.queries.fields import day_text

WORDS: Final = {
    "folded": {
        "en": "folded {events:,} events in {seconds:.1f} s, {rate:,.0f}/s",
        "zh": "重放 {events:,} 条事件，用时 {seconds:.1f} 秒，每秒 {rate:,.0f} 条",
    },
    "covers": {
        "en": "covers what hospitals sent and the intake accepted from {first} to {last}",
        "zh": "涵盖 {first} 至 {last} 接收的医疗费用",
    },
    "equal": {
        "en": "equal to the live build at its offsets: {rows:,} rows, {digest}",
        "zh": "与现用视图在同一位置一致：{rows:,} 行，{digest}",
    },
    "incomparable": {"en": "nothing of this version was live to compare with", "zh": "没有同一版本的现用视图可供比对"},
    "live": {"en": "{build} is live", "zh": "{build} 已启用"},
    "kept": {"en": "{build} is kept; --drop-old removes it", "zh": "保留 {build}；--drop-old 可将其删除"},
    "dropped": {"en": "removed: {builds}", "zh": "已删除：{builds}"},
    "differs": {
        "en": "nothing was swapped; {tables} differ from the live build; first {differences}",
        "zh": "未切换；与现用视图不一致的表：{tables}；首处 {differences}",
    },
}


class DigestsDiffer(Exception):
    """E-DIGEST-DIFFERS: the log and the live read model say different things, so one of them was altered, or the program was."""

    code: ClassVar[str] = "E-DIGEST-DIFFERS"


@click.command("rebuild")
@click.argument("view", type=click.Choice([model.name for model in READ_MODELS]))
@data_options
@click.option("--workers", type=click.IntRange(1, 64), default=WORKERS, show_default=True, help="Processes that fold at once.")
@click.option("--drop-old", is_flag=True, help="Remove the builds that were live before, when the new one is.")
def command(view: str, data: str | None, workers: int, drop_old: bool) -> None:
    """Make a read model again from offset 0, beside the live one, which is fed and asked all the while.

    At the live build's offsets both digests are compared. If they are equal, the new build goes live in one transaction; if not,
    nothing changes, and the tables that differ are named. Older builds stay until they are dropped.
    """
    settings = Settings.read(data=data)
    require_store(settings)
    with opened_views(settings) as views:
        with shown_stages(language()) as stages:
            rebuild = Rebuild(views, read_model(view), partial(open_consumer, settings, GROUP), workers, stages)
            outcome = rebuild.run()
        _tell(outcome)
        if drop_old and (dropped := views.drop_old(view)):
            _say("dropped", builds=", ".join(dropped))
        elif outcome.previous is not None:
            _say("kept", build=outcome.previous)


def differing(comparison: Comparison) -> str:
    """Which tables differ, and where first."""
    places = "; ".join(str(difference) for difference in comparison.differences)
    return WORDS["differs"][language()].format(tables=", ".join(comparison.tables), differences=places)


def _tell(outcome: Outcome) -> None:
    """What came of it. Raises DigestsDiffer."""
    _say("folded", events=outcome.events, seconds=outcome.seconds, rate=outcome.events / max(outcome.seconds, 0.001))
    if outcome.period is not None:
        first, last = (day_of(instant) for instant in outcome.period)
        _say("covers", first=day_text(first), last=day_text(last))
    if not outcome.swapped:
        assert outcome.comparison is not None
        raise DigestsDiffer(differing(outcome.comparison))
    if outcome.comparison is None:
        _say("incomparable")
    else:
        _say("equal", rows=outcome.comparison.built.rows, digest=outcome.comparison.built.text)
    _say("live", build=outcome.build)


def _say(words: str, **values: object) -> None:
    click.echo(WORDS[words][language()].format(**values))
