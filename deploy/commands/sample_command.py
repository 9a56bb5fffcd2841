"""`registry sample`: draw households by lot for a check, and draw a sample again to see that it is the same."""

from typing import Final
from uuid import UUID

import click
from sqlalchemy import Connection

from deploy.cli import data_options, language
from deploy.commands.acting import holder_of
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import write_side
from deploy.settings import Settings
from projections.database import snapshot
from projections.register.queries.fields import day_number, day_text, instant_text
from projections.register.queries.moments import Moment, known_before
from projections.register.queries.samples import FRAMES, find_sample, frame_of
from projections.register.read_model import REGISTER
from registry.application.request import Request
from registry.reference.sample import SIZE_MAX, DrawSample, digest_of, draw
from registry.refusal import refuse
from registry.store.instant import from_micros
from schemas.clock import shanghai_date

SAME, DIFFERENT = 0, 1
_WORDS: Final = {
    "zh": {
        "drawn": "抽样 {sample_id}：{place}，{kind}，种子 {seed}；截至 {as_of}，按 {known_at} 所知",
        "frame": "可抽 {frame:,} 户（sha256 {digest}），抽中 {count:,} 户：",
        "same": "相同：重新抽取得到同样的 {count:,} 户（可抽 {frame:,} 户）",
        "other": "不同：可抽 {frame:,} 户（sha256 {digest}），与所记录的抽样不符",
    },
    "en": {
        "drawn": "sample {sample_id}: {place}, {kind}, seed {seed}; as of {as_of}, by what was known at {known_at}",
        "frame": "from {frame:,} households (sha256 {digest}), {count:,} drawn:",
        "same": "the same: drawn again it is the same {count:,} households, of {frame:,}",
        "other": "another one: there are {frame:,} households to draw from (sha256 {digest}), which is not what was recorded",
    },
}


@click.group("sample")
def command() -> None:
    """Sample checks of wrong exits, missed households and approval: draw households by lot, reproducibly."""


@command.command("draw")
@data_options
@click.option("--place", required=True, metavar="CODE", help="12-digit code of the place to draw from.")
@click.option("--kind", required=True, type=click.Choice(list(FRAMES)), help="What is checked; says who can be drawn.")
@click.option("--size", required=True, type=click.IntRange(1, SIZE_MAX), help="How many households to draw.")
@click.option("--seed", required=True, metavar="TEXT", help="What the lot follows from: choose it before you look.")
@click.option("--token", required=True, help="Access token of whoever draws; - reads it from the standard input.")
def draw_sample(data: str | None, place: str, kind: str, size: int, seed: str, token: str) -> None:
    """Draw households by lot from those of a place, keep the sample, and print their ids in the order of the lot.

    WRONG_EXIT draws from exited households, MISSED from those that only the village ledger knows or that were cleared out,
    APPROVAL from all. Seed, day and instant are printed and kept: with them the same sample can be drawn at any time.
    """
    settings = Settings.read(data=data)
    with write_side(settings) as side, opened_views(settings) as views:
        actor = holder_of(side, token)
        with snapshot(views.open_live(REGISTER)) as connection:
            known_at = known_before(connection) - 1
            as_of = shanghai_date(from_micros(known_at))
            frame = _frame(connection, place, kind, Moment(day_number(as_of), known_at))
        if not frame:
            refuse("E-SAMPLE-FRAME", at="place", place=place)
        sample = DrawSample(
            sample_id=side.next_id(),
            effective_on=shanghai_date(side.clock.now()),
            place=place,
            kind=kind,
            seed=seed,
            as_of=as_of,
            known_at=from_micros(known_at),
            frame_size=len(frame),
            frame_sha256=digest_of(frame),
            households=draw(frame, seed, size),
        )
        conversation = side.next_id()
        side.service.execute(sample, Request(actor, "SYSTEM", conversation, conversation))
    words, count = _WORDS[language()], len(sample.households)
    told = {"as_of": as_of, "known_at": instant_text(known_at)}
    click.echo(words["drawn"].format(sample_id=sample.sample_id, place=place, kind=kind, seed=seed, **told))
    click.echo(words["frame"].format(frame=len(frame), digest=sample.frame_sha256.hex(), count=count))
    for household_id in sample.households:
        click.echo(household_id)


@command.command("repeat")
@data_options
@click.argument("sample_id", type=click.UUID)
def repeat(data: str | None, sample_id: UUID) -> int:
    """Draw a sample again, from what the register knew then, and say whether it is the same.

    Exit status: 0 the same, 1 another one.
    """
    with opened_views(Settings.read(data=data)) as views, snapshot(views.open_live(REGISTER)) as connection:
        found = find_sample(connection, sample_id.bytes)
        if found is None:
            refuse("E-SAMPLE-UNKNOWN", at="sample_id")
        sample, recorded = found
        frame = _frame(connection, sample.division, sample.kind, Moment(sample.as_of, sample.known_at))
    again = [one.bytes for one in draw(frame, sample.seed, len(recorded))]
    same = again == recorded and (len(frame), digest_of(frame)) == (sample.frame_size, sample.frame_sha256)
    words = _WORDS[language()]
    told = {"as_of": day_text(sample.as_of), "known_at": instant_text(sample.known_at), "seed": sample.seed}
    click.echo(words["drawn"].format(sample_id=sample_id, place=sample.division, kind=sample.kind, **told))
    answer = words["same" if same else "other"]
    click.echo(answer.format(count=len(recorded), frame=len(frame), digest=digest_of(frame).hex()))
    return SAME if same else DIFFERENT


def _frame(connection: Connection, place: str, kind: str, moment: Moment) -> list[UUID]:
    return [UUID(bytes=one) for one in frame_of(connection, place, kind, moment)]
