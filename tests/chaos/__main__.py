"""`python -m tests.chaos`: a campaign of any length, which goes on where it was stopped. See `make chaos`."""

import json
from pathlib import Path
from random import SystemRandom

import click

from tests.chaos.campaign import Campaign


@click.command()
@click.option("--faults", type=click.IntRange(1), default=100, show_default=True, help="How many faults.")
@click.option(
    "--seed", type=click.IntRange(0), help="Which, and when; chosen and told, unless it is given or kept in the folder."
)
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("var/chaos"), show_default=True, help="Where all is kept."
)
@click.option("--client", type=click.Choice(["python", "confluent"]), default="python", show_default=True)
def main(faults: int, seed: int | None, folder: Path, client: str) -> None:
    """Kill at random; then see that nothing is lost and nothing doubled. Exit status 1 where something is."""
    progress = folder / "progress.json"
    if seed is None:
        seed = json.loads(progress.read_text())["seed"] if progress.exists() else SystemRandom().randrange(2**32)
    counted = Campaign(faults, seed, folder.absolute(), client).run(click.echo)
    click.echo(", ".join(f"{number:,} {what}" for what, number in counted.items()) + ": nothing lost, nothing doubled")


main()
