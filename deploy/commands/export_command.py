"""`registry export`: write the whole history to files that anybody can check."""

from pathlib import Path
from typing import Final

import click

from deploy.cli import data_options, language
from deploy.composition.history_side import present_history
from deploy.composition.write_side import require_store
from deploy.settings import Settings
from deploy.stage_progress import shown_stages
from registry.history.exporting import write_export
from registry.store.opening import recorder_for

WORDS: Final = {
    "done": {
        "en": "{events:,} events up to position {position:,} in {folder}; root {root}",
        "zh": "已导出 {events:,} 条事件（至位置 {position:,}）到 {folder}；根 {root}",
    },
    "signed": {
        "en": "{checkpoints:,} checkpoints; up to position {published:,} as the log published them, the rest signed now",
        "zh": "检查点 {checkpoints:,} 个；至位置 {published:,} 为日志所发布，其余于此时签署",
    },
    "without": {
        "en": "not in it: the vault and its keys, the checkpoints' private key, tokens, results of commands; back them up apart",
        "zh": "不包含：保密库及其密钥、检查点私钥、令牌、命令结果；请另行备份",
    },
}


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@data_options
def command(folder: Path, data: str | None) -> None:
    """Write every event up to now to FOLDER, as Avro object container files with signed checkpoints and a manifest.

    It may run beside `registry up`. FOLDER is there when the export is whole; a stopped one leaves FOLDER.unfinished, which
    the next one removes. Nothing is ever written over. `registry verify --offline FOLDER` checks it, anywhere.
    """
    settings = Settings.read(data=data)
    require_store(settings)
    recorder = recorder_for(settings.store)
    try:
        with shown_stages(language()) as stages:
            history = present_history(settings, recorder)
            stages.begin("EXPORT", history.end)
            manifest = write_export(folder, history, stages.advance)
    finally:
        recorder.close()
    _say("done", events=manifest.events, position=manifest.last_position, folder=folder, root=manifest.root)
    _say("signed", checkpoints=manifest.checkpoints.records, published=manifest.published)
    _say("without")


def _say(words: str, **values: object) -> None:
    click.echo(WORDS[words][language()].format(**values))
