"""`make bench`: every hot path, one line each. Ratios compare with the raw client doing the same I/O, in the same run."""

import importlib
import sys

import click

from benchmarks.figure import HEADING

PATHS = (
    "one_command",
    "one_command_postgres",
    "bulk",
    "importing",
    "relaying",
    "relaying_kafka",
    "projecting",
    "feeding",
    "intake",
    "rebuilding",
    "warning",
    "history",
    "queries",
    "reimbursing",
    "served",
    "visible",
)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(PATHS), metavar="[PATH]...")
def main(names: tuple[str, ...]) -> None:
    """Measure all paths, or those named."""
    click.echo(HEADING)
    below = 0
    for name in names or PATHS:
        for figure in importlib.import_module(f"benchmarks.{name}").measure():
            click.echo(str(figure))
            below += figure.met is False
    sys.exit(1 if below else 0)


if __name__ == "__main__":
    main()
