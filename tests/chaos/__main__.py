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
    kept = json.loads(progress.read_text()) if progress.exists() else None
    if kept is None:
        seed = SystemRandom().randrange(2**32) if seed is None else seed
    elif seed not in (None, kept["seed"]):
        raise click.UsageError(f"{folder} holds a campaign of seed {kept['seed']}: go on with that, or name another --folder")
    elif kept["done"] >= faults:
        raise click.UsageError(f"{folder} holds a campaign that did its {kept['done']} faults: ask for more of them")
    else:
        seed = kept["seed"]
    counted = Campaign(faults, seed, folder.absolute(), client).run(click.echo)
    click.echo(", ".join(f"{number:,} {what}" for what, number in counted.items()) + ": nothing lost, nothing doubled")


main()
