"""What `registry verify --offline` says of an export, without settings or database."""

import json
from pathlib import Path
from typing import Any, Final

import click

from deploy.cli import FAILED, language
from deploy.commands.public_keys import read_public_keys
from deploy.stage_progress import shown_stages
from deploy.told_errors import code_of, lines_of
from registry.history.checking import Checked, ExportCheck
from registry.history.faults import ExportRefused, HistoryFault

WORDS: Final = {
    "ok": {"en": "ok", "zh": "无误"},
    "pinned": {"en": "signed by keys that were given: {}", "zh": "由给定的密钥签署：{}"},
    "own": {
        "en": "signed by keys that the export itself brings: {}; give those you trust with --key",
        "zh": "由导出自带的密钥签署：{}；请用 --key 给出所信任的密钥",
    },
}


def check_offline(export: Path, key_file: Path | None, as_json: bool) -> int:
    """Check an export and tell; the exit status. Raises HistoryFault, ExportRefused, CheckpointKeyRefused, OSError."""
    keys = read_public_keys(key_file)
    try:
        with shown_stages(language()) as stages:
            check = ExportCheck(export, keys)
            stages.begin("CHECK", check.manifest.events)
            found = check.run(stages.advance)
    except (HistoryFault, ExportRefused) as fault:
        if not as_json:
            raise
        position = getattr(fault, "position", None)
        text = lines_of(fault, language())[0]
        click.echo(json.dumps({"ok": False, "code": code_of(fault), "position": position, "problem": text}, indent=2))
        return FAILED
    if as_json:
        click.echo(json.dumps({"ok": True, "pinned": keys is not None, **_facts(found)}, indent=2, ensure_ascii=False))
        return 0
    facts = "  ".join(
        f"{name} {value:,}" if isinstance(value, int) else f"{name} {value}" for name, value in _facts(found).items()
    )
    click.echo(f"history   {WORDS['ok'][language()]:<6} {facts}")
    click.echo(WORDS["own" if keys is None else "pinned"][language()].format(", ".join(found.key_ids)))
    return 0


def _facts(found: Checked) -> dict[str, Any]:
    return {
        "origin": found.origin,
        "events": found.events,
        "position": found.position,
        "checkpoints": found.checkpoints,
        "published": found.published,
        "root": found.root,
    }
