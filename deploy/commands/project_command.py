"""`registry project`: the projector alone."""

import re
from typing import Final

import click

from deploy.cli import data_options
from deploy.pipeline.running import run_projectors
from deploy.process_log import set_up_log
from deploy.settings import Settings

_RANGE: Final = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?", re.ASCII)


class Partitions(click.ParamType[frozenset[int]]):
    """Such as `0-5` or `0,2,4-6`."""

    name = "partitions"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[int]:
        """The numbers that the text names."""
        numbers: set[int] = set()
        for part in value.split(","):
            bounds = _RANGE.fullmatch(part.strip())
            if bounds is None:
                self.fail(f"{part!r} is neither a number nor a range such as 0-5", param, ctx)
            numbers.update(range(int(bounds[1]), int(bounds[2] or bounds[1]) + 1))
        if not numbers:
            self.fail("no partition is named", param, ctx)
        return frozenset(numbers)


@click.command("project")
@data_options
@click.option("--partitions", type=Partitions(), help="Only these, such as 0-5: each partition has to have one projector.")
def command(data: str | None, partitions: frozenset[int] | None) -> None:
    """Fold the log's records into the read models, until Ctrl-C.

    On Kafka several share the partitions, whoever comes or goes. Where they are fixed (an embedded log, or --partitions) each has
    one projector, and one that another took over from ends with E-PROJECTOR-FENCED. It waits for a log or a database that cannot
    be reached, and stops where going on would leave a hole. A read model of an older program is made anew first.
    """
    settings = Settings.read(data=data)
    set_up_log("projector", settings.log_level)
    click.echo("projecting (Ctrl-C stops)")
    run_projectors(settings, partitions)
    click.echo("stopped")
