"""`registry restore`: make a register from an export, in an empty folder."""

from pathlib import Path
from typing import Final

import click

from deploy.cli import data_options, language
from deploy.commands.public_keys import read_public_keys
from deploy.data_lock import RELAY, data_folder_lock
from deploy.restoring import restore
from deploy.settings import Settings
from deploy.stage_progress import shown_stages

WORDS: Final = {
    "done": {
        "en": "{events:,} events up to position {position:,} restored; root {root}",
        "zh": "已恢复 {events:,} 条事件（至位置 {position:,}）；根 {root}",
    },
    "next": {
        "en": "put the vault, its keys and checkpoint.key in place, then `registry up`: it makes log and read models again",
        "zh": "请将保密库、其密钥和 checkpoint.key 放回原处，然后运行 `registry up`：日志和视图会重新生成",
    },
}


@click.command("restore")
@click.argument("export", type=click.Path(exists=True, file_okay=False, path_type=Path))
@data_options
@click.option("--key", "key_file", type=click.Path(path_type=Path), help="Public keys (PEM) that may have signed it.")
def command(export: Path, data: str | None, key_file: Path | None) -> None:
    """Fill the empty event store of this installation with the events of EXPORT: the same bytes at the same positions.

    Each event is checked on its way; if one is not as it was signed, or the work is stopped, the store stays empty. The store is
    the one that the settings name. Nothing else may run on the data.
    """
    settings = Settings.read(data=data)
    keys = read_public_keys(key_file)
    with data_folder_lock(settings.path("")), data_folder_lock(settings.path(""), RELAY), shown_stages(language()) as stages:
        found = restore(settings, export, keys, stages)
    _say("done", events=found.events, position=found.position, root=found.root)
    _say("next")


def _say(words: str, **values: object) -> None:
    click.echo(WORDS[words][language()].format(**values))
