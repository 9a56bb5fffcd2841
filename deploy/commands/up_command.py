"""`registry up`: serve what is there, without making anything but an empty register."""

import click

from deploy.cli import data_options
from deploy.composition.write_side import prepare, write_side
from deploy.data_lock import data_folder_lock
from deploy.settings import Settings
from deploy.supervisor import check_port, supervise


@click.command("up")
@data_options
@click.option("--host", help="Address to listen on (default: 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (default: 8000).")
def command(data: str | None, host: str | None, port: int | None) -> None:
    """Serve the API and keep the read models up to date, until Ctrl-C.

    An empty data folder gets what a register needs: databases, keys, policy documents, the log's topics. Started again, it goes
    on where it stopped, however it stopped.
    """
    settings = Settings.read(data=data, host=host, port=port)
    with data_folder_lock(settings.path("")):
        check_port(settings.host, settings.port)
        prepare(settings)
        serve_until_stopped(settings)


def serve_until_stopped(settings: Settings) -> None:
    """What `up` does with an installation that is prepared. The caller holds the data folder's lock."""
    keys = [name for name in ("master.key", "lookup.key") if settings.path(name).exists()]
    advice = f"; keep copies of {' and '.join(keys)} elsewhere" if keys else ""
    click.echo(f"data: {settings.path('').absolute()}{advice}")
    with write_side(settings) as side:
        has_tokens = bool(side.tokens.list())
    supervise(settings, ready=lambda: _tell_ready(settings, has_tokens))
    click.echo("stopped")


def _tell_ready(settings: Settings, has_tokens: bool) -> None:
    address = f"http://{_in_url(settings.host)}:{settings.port}"
    click.echo(f"ready: {address}/docs  (Ctrl-C stops)")
    if not has_tokens:
        data = f" --data {settings.data}" if settings.data != Settings().data else ""
        click.echo(f"there is no token yet: registry token create{data} --role COUNTY_OFFICER --division 469024000000 \\")
        click.echo("    --user staff-1 --organisation office-1")
    click.echo(f'curl -H "Authorization: Bearer $TOKEN" {address}/v1/households')


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
