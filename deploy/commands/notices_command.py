"""`registry notices`: what offices were told, what failed, and whether the file of recipients is in order."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from uuid import UUID, uuid4

import click

from consumers.notices.database import opened_outbox
from consumers.notices.gathering import read_anew
from consumers.notices.notice import Notice
from consumers.notices.outbox import Outbox
from consumers.notices.outcome import Result
from consumers.notices.recipients import Recipients
from consumers.notices.tables import State
from deploy.cli import FAILED, data_options
from deploy.commands.columns import columns
from deploy.composition.notice_side import opened_divisions, recipients, senders
from deploy.composition.write_side import register_clock
from deploy.data_lock import DELIVER, data_folder_lock
from deploy.settings import Settings
from registry.store.revision import is_postgresql
from schemas.clock import SHANGHAI

TEST: str = "registry.test"
_TEST_TEXT = (
    "这是一封测试通知：贵单位的通知渠道可用，无需处理。本通知由系统自动发出，请勿回复。\n\n"
    "This is a test: notices reach your office this way. Nothing is to be done. Sent automatically; please do not reply.\n"
)


@click.group("notices")
def command() -> None:
    """What offices were told of early warnings, what failed, and who is told where."""


@command.command("list")
@data_options
@click.option("--state", type=click.Choice([str(state) for state in State], case_sensitive=False), multiple=True)
@click.option("--about", metavar="CASE", help="Only of this case.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("--attempts", "of_notice", type=click.UUID, metavar="NOTICE", help="Every attempt to deliver this notice.")
def list_notices(data: str | None, state: tuple[str, ...], about: str | None, limit: int, of_notice: UUID | None) -> None:
    """Every delivery, the latest first: where it went, what came of it, and when it is tried again."""
    settings = Settings.read(data=data)
    with opened_outbox(settings.notices) as engine:
        outbox = Outbox(engine)
        if of_notice is not None:
            tried = [(*where, _time(at), code or "?") for *where, at, code in outbox.attempts(of_notice)]
            _show(("channel", "address", "attempt", "begun", "answer"), tried)
            return
        found = outbox.listed([State(name.upper()) for name in state], about, limit)
        counts = outbox.counts()
    rows = [
        (
            *(n.notice_id, n.kind, n.recipient, n.about, n.channel, n.address, n.state, n.attempts, n.last or None),
            _time(n.put_at),
            _time(n.next_at or n.settled_at),
        )
        for n in found
    ]
    head = ("notice", "kind", "recipient", "about", "channel", "address", "state", "attempts", "answer", "put", "next or settled")
    _show(head, rows)
    click.echo(", ".join(f"{count} {name.lower().replace('_', ' ')}" for name, count in counts.items()))


@command.command("retry")
@data_options
@click.argument("notice", type=click.UUID, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that was given up.")
def retry(data: str | None, notice: tuple[UUID, ...], everything: bool) -> None:
    """Send again what was given up of each NOTICE, or lapsed, to where its office is reached now.

    What was delivered is not sent again. `registry up` or `registry deliver` sends it; it may be running.
    """
    if bool(notice) == everything:
        raise click.UsageError("name notices, or say --all")
    settings = Settings.read(data=data)
    with opened_recipients(settings) as known, opened_outbox(settings.notices) as engine:
        clock = register_clock(settings)
        renewed = Outbox(engine).again(None if everything else notice, known.book.destinations_of, clock.now())
    click.echo(f"{renewed} deliveries are due again")


@command.command("check")
@data_options
@click.option(
    "--send", "division", metavar="DIVISION", help="Send a test notice to the office of this division (12 digits), now."
)
def check(data: str | None, division: str | None) -> int:
    """Say who is told where, and all that is wrong with the file of recipients; exit status 1 if anything is."""
    settings = Settings.read(data=data)
    with opened_recipients(settings) as known:
        sending = senders(settings, known)
        if division is None:
            rows = [(place, *reached) for place, office in sorted(known.book.offices.items()) for reached in office.destinations]
            _show(("division", "channel", "address"), rows)
            return 0
        try:
            place, office = known.book.office_for(division)
        except LookupError as error:
            raise click.BadParameter(str(error), param_hint="--send") from None
        notice = _test_notice(division, register_clock(settings).now())
        tried = [(place, channel, address, sending[channel].send(notice, address)) for channel, address in office.destinations]
    _show(("division", "channel", "address", "result", "answer"), [(*where, *outcome) for *where, outcome in tried])
    return 0 if all(outcome.result is Result.DELIVERED for *_, outcome in tried) else FAILED


@command.command("reread")
@data_options
def reread(data: str | None) -> None:
    """Read the log from its beginning again at the next start: after it was fed anew from the event store.

    Nobody is told twice: what was put into the outbox is recognised by its id.
    """
    settings = Settings.read(data=data)
    several = is_postgresql(settings.notices)
    with nullcontext() if several else data_folder_lock(settings.path(""), DELIVER), opened_outbox(settings.notices) as engine:
        read_anew(engine)
    click.echo("the log is read from its beginning")


@contextmanager
def opened_recipients(settings: Settings) -> Iterator[Recipients]:
    """The file of recipients, held against the register's divisions. Raises Refused, SettingWrong, StoreMissing."""
    with opened_divisions(settings, register_clock(settings)) as divisions:
        yield recipients(settings, divisions())


def _test_notice(division: str, now: datetime) -> Notice:
    """Kept nowhere: a test is over when it is answered."""
    notice_id = uuid4()
    return Notice(notice_id, TEST, division, str(notice_id), "测试通知 | Test of notices", _TEST_TEXT, {}, now)


def _show(head: tuple[str, ...], rows: Sequence[Sequence[object]]) -> None:
    for line in columns(head, rows):
        click.echo(line)


def _time(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
