"""`registry vault`: care for the personal data. Nothing here shows a name or a number of anybody."""

import re
from typing import Final
from uuid import UUID

import click
from rich.console import Console
from rich.progress import Progress

from deploy.cannot_start import CannotStart
from deploy.cli import data_options
from deploy.commands.columns import columns
from deploy.composition.keys import master_key_path, read_keys, write_master_keys
from deploy.composition.write_side import prepare_vault, require_store, write_side
from deploy.data_lock import data_folder_lock
from deploy.settings import Settings
from registry.vault.access_log import LogHead
from registry.vault.keys import MasterKeys
from registry.vault.refusal import SealBroken
from schemas.clock import SHANGHAI

_HEAD: Final = re.compile(r"(\d{1,18}):([0-9a-f]{64})", re.ASCII)


class Head(click.ParamType[LogHead]):
    """The text form of the newest row of the access log: `<number>:<seal>`."""

    name = "head"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> LogHead:
        """The head that `verify` once told."""
        form = _HEAD.fullmatch(value)
        if form is None:
            self.fail(f"{value!r} is not what `registry vault verify` tells", param, ctx)
        return LogHead(int(form[1]), bytes.fromhex(form[2]))


@click.group("vault")
def command() -> None:
    """Care for the personal data: names, ID numbers, phones, accounts and texts, sealed with a key per person."""


@command.command("keys")
@data_options
@click.option("--drop-unused", is_flag=True, help="Take the master keys that wrap nothing out of their file, for ever.")
def keys(data: str | None, drop_unused: bool) -> None:
    """Which master keys there are, and how many persons' keys each of them wraps.

    --drop-unused makes older copies of the vault unreadable, backups among them: first keep one that was made after the rotation.
    Nothing else may run on the data meanwhile.
    """
    settings = Settings.read(data=data)
    if drop_unused:
        require_store(settings)
        with data_folder_lock(settings.path("")):
            _drop_unused(settings)
    with write_side(settings) as side:
        in_use = side.vault.keys_in_use()
    for line in columns(("master key", "wraps", "state"), _key_rows(read_keys(settings)[0], in_use)):
        click.echo(line)


@command.command("rotate")
@data_options
def rotate(data: str | None) -> None:
    """Make a new master key and wrap every person's key with it; goes on where a rotation was interrupted.

    Nothing else may run on the data meanwhile. The old key stays in the file, since older backups need it: when they are gone,
    `registry vault keys --drop-unused` takes it out.
    """
    settings = Settings.read(data=data)
    require_store(settings)
    with data_folder_lock(settings.path("")):
        _take_fresh_key(settings)
        with write_side(settings) as side, _progress() as progress:
            bar = progress.add_task("wrapping", total=None)
            done = side.vault.rotate(lambda done, total: progress.update(bar, completed=done, total=total))
        masters, _ = read_keys(settings)
    click.echo(f"{done} keys are wrapped with master key {masters.current} now")
    if len(masters.numbers) > 1:
        click.echo("older backups need the older ones; when those are gone: registry vault keys --drop-unused")


@command.command("accesses")
@data_options
@click.argument("subject", metavar="ID", type=click.UUID)
def accesses(data: str | None, subject: UUID) -> None:
    """Who looked at this person or household, when, why, and at which fields; oldest first."""
    with write_side(Settings.read(data=data)) as side:
        logged = side.vault.accesses_of(subject)
    rows = [
        (
            entry.seq,
            f"{entry.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
            entry.access.actor.user_id,
            entry.access.actor.role,
            entry.access.action,
            entry.access.purpose,
            ",".join(entry.access.fields) or None,
        )
        for entry in logged
    ]
    for line in columns(("row", "at", "user", "role", "action", "purpose", "fields"), rows):
        click.echo(line)


@command.command("verify")
@data_options
@click.option("--anchor", metavar="HEAD", type=Head(), help="A head that was told earlier, and kept elsewhere.")
def verify(data: str | None, anchor: LogHead | None) -> None:
    """Check that every row of the access log is as it was written and that none is missing; tell its head.

    Keep the head elsewhere: given as --anchor it also shows whether rows were cut off at the end.
    """
    with write_side(Settings.read(data=data)) as side:
        verdict = side.vault.verify_access_log(anchor)
    if verdict.broken_at is not None:
        raise SealBroken(f"row {verdict.broken_at} of the access log is missing or was altered")
    click.echo(f"intact, {verdict.head.seq} rows; head: {verdict.head.seq}:{verdict.head.seal.hex()}")


def _progress() -> Progress:
    return Progress(console=Console(stderr=True), transient=True)


def _take_fresh_key(settings: Settings) -> None:
    """Unless a rotation was interrupted after its key was made: that one is gone on with. Raises CannotStart, KeyRefused."""
    masters, _ = read_keys(settings)
    with write_side(settings) as side:
        prepare_vault(side)
        unfinished = side.vault.keys_in_use().keys() - {masters.current}
    if unfinished:
        return
    try:
        write_master_keys(settings, masters.with_fresh_key())
    except PermissionError:
        raise CannotStart(f"{master_key_path(settings)} cannot be replaced; it holds the master keys") from None
    click.echo(f"master key {masters.current + 1} is in {master_key_path(settings)}: keep a copy of it elsewhere")


def _drop_unused(settings: Settings) -> None:
    masters, _ = read_keys(settings)
    with write_side(settings) as side:
        side.vault.rotate(lambda _done, _total: None)  # or the vault might still ask for an older one
        in_use = side.vault.keys_in_use()
    unused = [number for number in masters.numbers if number != masters.current and not in_use.get(number)]
    left = masters
    for number in unused:
        left = left.without(number)
    if unused:
        write_master_keys(settings, left)
        click.echo(f"dropped: {', '.join(map(str, unused))}")


def _key_rows(masters: MasterKeys, in_use: dict[int, int]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for number in sorted({*masters.numbers, *in_use}):
        there = "current" if number == masters.current else "older" if number in masters.numbers else "MISSING"
        rows.append((number, in_use.get(number, 0), there))
    return rows
