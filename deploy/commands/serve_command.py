"""`registry serve`: the API alone, for a register whose parts run as processes of their own."""

import os
import sys

import click

from deploy.cli import data_options
from deploy.composition.write_side import prepare
from deploy.settings import Settings
from deploy.supervisor import check_port


@click.command("serve")
@data_options
@click.option("--host", help="Address to listen on (default: 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (default: 8000).")
def command(data: str | None, host: str | None, port: int | None) -> None:
    """Serve commands and queries, until Ctrl-C. Several may run on one register, each with a port of its own.

    What a register needs is made where it is missing. `registry relay` and `registry project` keep the read models up to date.
    """
    from deploy import api_process  # a web server, which no other subcommand needs

    settings = Settings.read(data=data, host=host, port=port)
    check_port(settings.host, settings.port)
    prepare(settings)
    os.environ.update(settings.environment())  # the server's workers read it
    click.echo(f"http://{settings.host}:{settings.port}/docs  (Ctrl-C stops)")
    if api_process.main():
        sys.exit(1)
    click.echo("stopped")
