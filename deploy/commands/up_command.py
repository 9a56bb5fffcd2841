"""`registry up`: serve what is there, without making anything."""

import click

from deploy.cli import data_options
from deploy.settings import Settings
from deploy.supervisor import data_folder_lock, supervise


@click.command("up")
@data_options
@click.option("--host", help="Address to listen on (default: 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (default: 8000).")
def command(data: str | None, host: str | None, port: int | None) -> None:
    """Serve the API and keep the read models up to date, until Ctrl-C."""
    settings = Settings.read(data=data, host=host, port=port)
    with data_folder_lock(settings.path("")):
        supervise(settings, ready=lambda: click.echo(f"http://{settings.host}:{settings.port}/docs  (Ctrl-C stops)"))
