"""`registry demo`: make a synthetic province, live through 2018-09 to 2021-03, show what happened, and serve it."""

from contextlib import nullcontext
from uuid import UUID

import click

from deploy.cli import data_options
from deploy.composition.write_side import write_side
from deploy.data_lock import data_folder_lock
from deploy.demo.access import LINGAO, renew_tokens
from deploy.demo.engines import local_engines
from deploy.demo.job import DEFAULT_SCALE, DEFAULT_SEED, Lived, chosen_demonstration, live_through
from deploy.demo.scale import SCALES
from deploy.settings import Settings
from deploy.supervisor import check_port, supervise


@click.command("demo")
@data_options
@click.option("--scale", type=click.Choice(list(SCALES)), help=f"How large a province to make (default: {DEFAULT_SCALE}).")
@click.option("--seed", type=click.IntRange(0), help=f"The same seed makes the same province (default: {DEFAULT_SEED}).")
@click.option("--host", help="Address to listen on (default: 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (default: 8000).")
@click.option("--no-serve", is_flag=True, help="End when the table is printed.")
@click.option("--kafka", is_flag=True, help="On a real Kafka and a real PostgreSQL, which are started here and end with it.")
def command(
    data: str | None, scale: str | None, seed: int | None, host: str | None, port: int | None, no_serve: bool, kafka: bool
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
            _live_and_serve(chosen, scale, seed, serve=not no_serve)


def _live_and_serve(settings: Settings, scale: str | None, seed: int | None, *, serve: bool) -> None:
    demonstration = chosen_demonstration(settings, scale, seed)
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
    supervise(settings, ready=lambda: _tell_ready(settings, lived.household_id))
    click.echo("stopped")


def _tell_ready(settings: Settings, household_id: UUID | None) -> None:
    address = f"http://{settings.host}:{settings.port}"
    curl = f'curl -H "Authorization: Bearer $TOKEN" \'{address}/v1'
    click.echo(f"ready: {address}/docs  (Ctrl-C stops)")
    click.echo("TOKEN=...  # the supervisor's, from above")
    click.echo(f"{curl}/divisions/460000000000/totals'")
    click.echo(f"{curl}/divisions/460000000000/totals?as_of=2018-12-31'")
    click.echo(f"{curl}/divisions/460000000000/balance?period=2018-12'")
    click.echo(f"{curl}/households?division={LINGAO}&status=REGISTERED&as_of=2019-03-31'")
    if household_id is not None:
        click.echo(f"{curl}/households/{household_id}/timeline'")
        click.echo(f"{curl}/households/{household_id}/spells'")
