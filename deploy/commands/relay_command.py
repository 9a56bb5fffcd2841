"""`registry relay`: the relay alone."""

import click

from deploy.cli import data_options
from deploy.pipeline.running import run_relay
from deploy.process_log import set_up_log
from deploy.settings import Settings


@click.command("relay")
@data_options
def command(data: str | None) -> None:
    """Move events from the event store to the log, and close weeks and months as they end, until Ctrl-C.

    A register has one relay: a second one on the same machine or the same PostgreSQL store is refused, and elsewhere the newest
    ends the one before. It waits for a store or a log that cannot be reached.
    """
    settings = Settings.read(data=data)
    set_up_log("relay", settings.log_level)
    click.echo("relaying (Ctrl-C stops)")
    run_relay(settings)
    click.echo("stopped")
