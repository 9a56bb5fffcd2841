"""`registry intake`: the intake of hospitals' records alone."""

import click

from deploy.cli import data_options
from deploy.pipeline.running import run_intake
from deploy.process_log import set_up_log
from deploy.settings import Settings


@click.command("intake")
@data_options
def command(data: str | None) -> None:
    """Check what hospitals report, open sealed ID numbers, and write what is in order under the person's id, until Ctrl-C.

    What is not in order becomes a dead letter with its reasons. The register is then told how it stands with those whom it is
    about, and warns. A register has one intake: on one machine a second one is refused, elsewhere the newest ends the one
    before. It waits for a log, a vault, a store or a read model that cannot be reached.
    """
    settings = Settings.read(data=data)
    set_up_log("intake", settings.log_level)
    click.echo("taking in (Ctrl-C stops)")
    run_intake(settings)
    click.echo("stopped")
