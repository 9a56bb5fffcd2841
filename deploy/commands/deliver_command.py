"""`registry deliver`: notices alone, from the log to the offices."""

import click

from deploy.cli import data_options
from deploy.pipeline.running import run_deliver
from deploy.process_log import set_up_log
from deploy.settings import Settings


@click.command("deliver")
@data_options
def command(data: str | None) -> None:
    """Tell townships, counties and the province of early warnings, by e-mail and signed webhooks, until Ctrl-C.

    Who is told where stands in the file that REGISTRY_NOTICES_FILE names. Each notice reaches an office once, and is tried for
    days where the office's server is away. On Kafka with PostgreSQL several may run: none sends what another one is at. It
    waits for a log or a database that cannot be reached.
    """
    settings = Settings.read(data=data)
    set_up_log("deliver", settings.log_level)
    click.echo("delivering (Ctrl-C stops)")
    run_deliver(settings)
    click.echo("stopped")
