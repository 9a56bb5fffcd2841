"""`registry migrate-log`: move an installation from the embedded log to Kafka."""

from dataclasses import replace
from typing import Final

import click

from consumers.rebuild.rebuild import WORKERS
from deploy.cli import data_options, language
from deploy.composition.log_side import on_kafka
from deploy.composition.write_side import require_store
from deploy.data_lock import PROJECTOR, RELAY, data_folder_lock
from deploy.log_move.errors import LogMoveRefused
from deploy.log_move.moving import EMBEDDED, move_log
from deploy.settings import Settings
from deploy.stage_progress import shown_stages

WORDS: Final = {
    "done": {
        "en": "moved: position {position:,}, {records:,} records the same in both logs; live: {builds}",
        "zh": "已迁移：位置 {position:,}，新旧日志 {records:,} 条记录一致；启用：{builds}",
    },
    "next": {
        "en": "keep REGISTRY_LOG_URL={log} from now on; the old log is {old}: delete it when you like",
        "zh": "今后保持 REGISTRY_LOG_URL={log}；旧日志在 {old}，可自行删除",
    },
}


@click.command("migrate-log")
@data_options
@click.option("--from", "source", metavar="FILE", help="The embedded log (default: log.db in the data folder).")
@click.option("--workers", type=click.IntRange(1, 64), default=WORKERS, show_default=True, help="Processes that fold at once.")
def command(data: str | None, source: str | None, workers: int) -> None:
    """Move from the embedded log to the one that REGISTRY_LOG_URL names: a Kafka whose topics `registry topics apply` has made.

    Stop everything else first. The new log is fed anew from the event store and compared with the old one, partition by
    partition; then the read models are made anew from it, compared, and swapped. Until then nothing of the old has changed.
    Killed, it goes on with the same command. On a secure broker run it as its administrator.
    """
    new = Settings.read(data=data)
    require_store(new)
    if not on_kafka(new):
        raise LogMoveRefused("REGISTRY_LOG_URL names no Kafka to move to")
    old = replace(new, log_url=EMBEDDED + (source or str(new.path("log.db").absolute())))
    folder = new.path("")
    with (
        data_folder_lock(folder),
        data_folder_lock(folder, RELAY),
        data_folder_lock(folder, PROJECTOR),
        shown_stages(language()) as stages,
    ):
        moved = move_log(old, new, stages, workers)
    _say("done", position=moved.position, records=moved.records, builds=", ".join(moved.builds))
    _say("next", log=new.log, old=moved.old)


def _say(words: str, **values: object) -> None:
    click.echo(WORDS[words][language()].format(**values))
