"""`registry visits`: doubt home visits by the rules of policy, and show what they doubt."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import click

from consumers.visits.doubting import doubts
from deploy.cli import data_options, language
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import PROVINCE, WriteSide, write_side
from deploy.import_progress import advancing
from deploy.settings import Settings
from projections.database import snapshot
from projections.days import first_instant
from projections.register.queries.fields import day_number
from projections.register.read_model import REGISTER
from registry.application.batch import Batch, Given
from registry.application.request import Request
from registry.household.visits import FlagVisit
from registry.refusal import Refused
from schemas.access import Actor
from schemas.clock import shanghai_date
from schemas.code_tables import table

DAYS: Final = 40
AT_ONCE: Final = 500
RULES: Final = Actor("visit-rules", "OPERATOR", "registry", PROVINCE)
"""Who doubts where a rule does, and no person."""
_DAY: Final = click.DateTime(["%Y-%m-%d"])
_WORDS: Final = {
    "zh": {
        "work": "标记",
        "line": "已标记 {done:,}/{total:,}",
        "rule": "{label}：{count:,}",
        "none": "没有新的存疑走访",
        "left": "其间已更正或作废、未标记：{count:,}",
    },
    "en": {
        "work": "flagging",
        "line": "flagged {done:,} of {total:,}",
        "rule": "{label}: {count:,}",
        "none": "no visit is doubted that was not before",
        "left": "corrected or voided meanwhile, and left alone: {count:,}",
    },
}


@click.group("visits")
def command() -> None:
    """Home visits: which of them the rules of policy doubt. No visit is refused or changed for it."""


@command.command("flag")
@data_options
@click.option("--since", type=_DAY, help=f"Visits entered on this day or later (default: the last {DAYS} days).")
def flag(data: str | None, since: datetime | None) -> None:
    """Flag the visits that a rule doubts: too short, one visitor in two places, entered in bulk, the same note, entered late.

    The lines are policy's. Run again, it flags nothing twice; run it once a day.
    """
    words = _WORDS[language()]
    settings = Settings.read(data=data)
    with write_side(settings) as side, opened_views(settings) as views:
        today = shanghai_date(side.clock.now())
        first = today - timedelta(days=DAYS) if since is None else since.date()
        with snapshot(views.open_live(REGISTER)) as connection:
            found = list(doubts(connection, first_instant(day_number(first)), side.shelf.policy_for, today))
        with advancing(len(found), words["work"], words["line"]) as advance:
            flagged = Counter[str]()
            for some in _in_parts(found):
                flagged += _flag(side, some)
                advance(len(some))
    for rule, label in ((code, table("visit_flag_rule").label(code, language())) for code in table("visit_flag_rule").codes):
        if flagged[rule]:
            click.echo(words["rule"].format(label=label, count=flagged[rule]))
    if not found:
        click.echo(words["none"])
    if len(found) > flagged.total():
        click.echo(words["left"].format(count=len(found) - flagged.total()))


def _in_parts(found: Sequence[FlagVisit]) -> Sequence[Sequence[FlagVisit]]:
    rest = iter(found)
    return [list(islice(rest, AT_ONCE)) for _ in range(0, len(found), AT_ONCE)]


def _flag(side: WriteSide, some: Sequence[FlagVisit]) -> Counter[str]:
    """Flag them in one transaction; return how many by rule. What no longer stands is left alone."""
    flagged = Counter(doubt.rule for doubt in some)

    def left(given: Given, _refused: Refused) -> None:
        assert isinstance(given.command, FlagVisit)
        flagged[given.command.rule] -= 1

    batch, conversation = Batch(side.service, left), side.next_id()
    for doubt in some:
        request = Request(RULES, "SYSTEM", conversation, conversation)
        try:
            batch.add(doubt, request)
        except Refused as refused:
            left(Given(doubt, request), refused)
    batch.save()
    return +flagged
