"""`registry status`: one screen for an operator."""

import json
import logging
import sys

import click
from rich.console import Console

from deploy.cli import FAILED, data_options, language
from deploy.overview import overview
from deploy.settings import Settings
from deploy.status.screen import WIDTH, show


@click.command("status")
@data_options
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
def command(data: str | None, as_json: bool) -> int:
    """Show each process and how far behind it is, the store's head, the log, the last checkpoint, and what is wrong.

    Nothing needs to run: what cannot be reached says so within three seconds, and the rest is told. Exit status 1 if anything is
    wrong, each fault with the next step.
    """
    # What Kafka's client says of a broker that is away is told in our own words.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    document = overview(Settings.read(data=data), language())
    if as_json:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        # Made now, so that it goes wherever standard output goes.
        console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else WIDTH, highlight=False)
        show(document, language(), console)
    return 0 if document["ok"] else FAILED
