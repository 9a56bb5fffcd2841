"""`registry verify`: check the store's chain, the log, the read models' digests, the balance, and the vault's access log."""

import json
from pathlib import Path
from typing import Final

import click

from consumers.rebuild.rebuild import WORKERS
from deploy.cli import FAILED, data_options, language
from deploy.commands.offline_check import check_offline
from deploy.composition.checkpoint_keys import read_signing_keys
from deploy.composition.write_side import require_store
from deploy.settings import Settings
from deploy.stage_progress import shown_stages
from deploy.told_errors import Language
from deploy.verification import Check, Verification

PARTS: Final = {
    "store": "The event store: positions, times, records, ids, versions, hash chain.",
    "log": "The log beside the store, up to the relay's mark.",
    "views": "Each live read model beside a fresh build at the same offsets.",
    "balance": "Closing is opening plus in less out, everywhere.",
    "vault": "The vault's access log.",
    "history": "The store beside the signed checkpoints.",
}
WORDS: Final = {
    "ok": {"en": "ok", "zh": "无误"},
    "wrong": {"en": "WRONG", "zh": "有误"},
    "more": {"en": "{} more", "zh": "另有 {} 处"},
}


def _part_options(command: click.Command) -> click.Command:
    for name, text in reversed(PARTS.items()):
        command = click.option(f"--{name}", is_flag=True, help=text)(command)
    return command


@click.command("verify")
@data_options
@click.option("--workers", type=click.IntRange(1, 64), default=WORKERS, show_default=True, help="Processes that fold at once.")
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
@click.option("--offline", type=click.Path(path_type=Path), metavar="EXPORT", help="Check an export, and nothing else.")
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path), help="With --offline: public keys (PEM) that may have signed."
)
@click.option("--show-key", is_flag=True, help="Show the public keys of this installation's checkpoints, and check nothing.")
@_part_options  # type: ignore[arg-type]
def command(
    data: str | None, workers: int, as_json: bool, offline: Path | None, key_file: Path | None, show_key: bool, **chosen: bool
) -> int:
    """Check everything, or only the parts that are named; exit status 1 if anything is wrong.

    It may run beside `registry up`, and takes about as long as a rebuild. Of each kind of fault the first is told, by its place.
    An export is checked without any installation: no setting is read, no database opened.
    """
    if offline is not None:
        if show_key or any(chosen.values()):
            raise click.UsageError("--offline checks an export alone")
        return check_offline(offline, key_file, as_json)
    if key_file is not None:
        raise click.UsageError("--key goes with --offline")
    settings = Settings.read(data=data)
    if show_key:
        click.echo(read_signing_keys(settings).public.format(), nl=False)
        return 0
    require_store(settings)
    with shown_stages(language()) as stages:
        verification = Verification(settings, stages, language(), workers)
        checks = [check for part in PARTS if chosen[part] or not any(chosen.values()) for check in verification.made(part)]
    ok = all(check.ok for check in checks)
    if as_json:
        click.echo(json.dumps({"ok": ok, "checks": [check.document() for check in checks]}, indent=2, ensure_ascii=False))
    else:
        for check in checks:
            _tell(check, language())
    return 0 if ok else FAILED


def _tell(check: Check, spoken: Language) -> None:
    facts = "  ".join(f"{name} {_shown(value)}" for name, value in check.facts.items() if value is not None)
    click.echo(f"{check.name:<9} {WORDS['ok' if check.ok else 'wrong'][spoken]:<6} {facts}".rstrip())
    for problem in check.problems:
        click.echo(f"    {problem}")
    if check.faults > len(check.problems):
        click.echo(f"    {WORDS['more'][spoken].format(check.faults - len(check.problems))}")


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
