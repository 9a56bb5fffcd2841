"""`registry feed`: the public feed alone."""

import click

from deploy.cli import data_options
from deploy.commands.project_command import Partitions
from deploy.pipeline.running import run_feed
from deploy.process_log import set_up_log
from deploy.settings import Settings


@click.command("feed")
@data_options
@click.option("--partitions", type=Partitions(), help="Only these, such as 0-5: each partition has to have one feed.")
def command(data: str | None, partitions: frozenset[int] | None) -> None:
    """Publish what agencies may see of households, until Ctrl-C.

    On Kafka several share the partitions, whoever comes or goes. Where they are fixed (an embedded log, or --partitions) each has
    one feed, and one that another took over from ends with E-LOG-FENCED. It waits for a log or a database that cannot be reached,
    and stops where going on would leave a hole. Begun over an old log, it publishes the whole history first.
    """
    settings = Settings.read(data=data)
    set_up_log("feed", settings.log_level)
    click.echo("feeding (Ctrl-C stops)")
    run_feed(settings, partitions)
    click.echo("stopped")
