"""`registry demo`: make a synthetic province, live through 2018-09 to 2021-03, show what happened, and serve it."""

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Final

import click

from deploy.cli import data_options
from deploy.composition.write_side import write_side
from deploy.data_lock import data_folder_lock
from deploy.demo.access import ShownAccount, renew_accounts, renew_tokens
from deploy.demo.engines import local_engines
from deploy.demo.installation import Demonstration
from deploy.demo.job import DEFAULT_SCALE, DEFAULT_SEED, Lived, chosen_demonstration, live_through
from deploy.demo.scale import SCALES
from deploy.demo.to_try import Worth, to_try
from deploy.settings import Settings
from deploy.supervisor import check_port, supervise

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""Where nobody but this machine signs in: passwords that stand in a terminal are good for nothing else."""


@click.command("demo")
@data_options
@click.option("--scale", type=click.Choice(list(SCALES)), help=f"How large a province to make (default: {DEFAULT_SCALE}).")
@click.option("--seed", type=click.IntRange(0), help=f"The same seed makes the same province (default: {DEFAULT_SEED}).")
@click.option("--host", help="Address to listen on (default: 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (default: 8000).")
@click.option("--no-serve", is_flag=True, help="End when the table is printed.")
@click.option("--no-hospitals", is_flag=True, help="Leave hospitals out, and the warnings that follow from their bills.")
@click.option("--kafka", is_flag=True, help="On a real Kafka and a real PostgreSQL, which are started here and end with it.")
def command(
    data: str | None,
    scale: str | None,
    seed: int | None,
    host: str | None,
    port: int | None,
    no_serve: bool,
    no_hospitals: bool,
    kafka: bool,
) -> None:
    """Make a synthetic province and live through two and a half years by the register's own commands; then serve it.

    300, 3,300 or 33,000 households that have not exited (tiny, small, full). Ctrl-C stops it, and the same command goes on
    where it stopped. Nobody in it is real: names contain 拟, identity numbers begin with 469999.
    """
    settings = Settings.read(data=data, host=host, port=port, synthetic_ids=True)
    with data_folder_lock(settings.path("")):
        if not no_serve:
            check_port(settings.host, settings.port)
        with local_engines(settings, click.echo) if kafka else nullcontext(settings) as chosen:
            demonstration = chosen_demonstration(chosen, scale, seed, hospitals=not no_hospitals)
            _live_and_serve(chosen, demonstration, serve=not no_serve)


def _live_and_serve(settings: Settings, demonstration: Demonstration, *, serve: bool) -> None:
    try:
        lived = live_through(settings, demonstration, click.echo)
    except KeyboardInterrupt:
        click.echo("what is stored stays: the same command goes on from there", err=True)
        raise
    _tell_refusals(lived)
    if serve:
        _serve(settings, lived)


def _tell_refusals(lived: Lived) -> None:
    tally = lived.tally
    if not tally.commands:
        return
    against = len(tally.not_meant)
    click.echo(f"{tally.commands:,} commands: {tally.meant:,} refused as they were meant to be, {against:,} against the script")
    for line in tally.not_meant[:20]:
        click.echo(f"  {line}")


def _serve(settings: Settings, lived: Lived) -> None:
    with write_side(settings) as side:
        click.echo(f"register time goes on from {side.clock.now():%Y-%m-%d}; tokens are shown only now:")
        for holder, secret in renew_tokens(side.tokens, side.clock, lived.village):
            click.echo(f"{holder} token: {secret}")
        if settings.host in LOOPBACK:
            _tell_accounts(renew_accounts(side.accounts, lived.village))
    supervise(settings, ready=lambda: _tell_ready(settings, lived.worth))
    click.echo("stopped")


def _tell_accounts(accounts: Iterable[ShownAccount]) -> None:
    click.echo("accounts for the pages, with their passwords, also shown only now:")
    for account in accounts:
        click.echo(f"{account.user_id}: {account.password}")
        if account.authenticator is not None:
            click.echo(f"  authenticator: {account.authenticator}")


def _tell_ready(settings: Settings, worth: Worth) -> None:
    address = f"http://{settings.host}:{settings.port}"
    click.echo(f"ready: {address}/docs  (Ctrl-C stops)")
    click.echo(f"pages: {address}/pages/")
    click.echo("TOKEN=...  # the supervisor's, from above")
    for line in to_try(address, worth):
        click.echo(line)
