"""What is kept of a chunk that was recorded whole: a key made of what its rows say, and the doubts that were told with it."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from registry.importing.entry import Entry
from registry.importing.finding import Finding
from registry.store.command_result import CommandResult

Digest = Callable[[bytes], bytes]

ACCEPTED: Final = 200
_CHUNK: Final = b"import chunk\n"
"""Digests of requests begin with a path and those of households with another word, so none is ever both."""


def result_of(kind: str, entries: Sequence[Entry], actor: str, digest: Digest) -> CommandResult:
    """The result by which a chunk is known, its body still empty. The columns' order and the words for codes do not matter.

    digest: keyed hash of 32 bytes: rows hold personal data, and with a plain one they could be found by trying.
    """
    said = [[sorted(row.values.items()) for row in entry.rows] for entry in entries]
    hashed = digest(_CHUNK + repr((kind, said)).encode())
    return CommandResult(actor, f"import:{hashed.hex()}", hashed, ACCEPTED, b"")


def with_doubts(result: CommandResult, entries: Sequence[Entry], further: Iterable[Finding]) -> CommandResult:
    """The result with every doubt about the chunk's rows: those that stand with them and these."""
    place = {row.number: i for i, row in enumerate(_rows(entries))}
    doubts = [*(finding for row in _rows(entries) for finding in row.findings), *further]
    told = [[place[doubt.row], doubt.column, doubt.code, _plain(doubt.params)] for doubt in doubts]
    return replace(result, body=json.dumps({"doubts": told}, separators=(",", ":")).encode())


def note_doubts(result: CommandResult, entries: Sequence[Entry]) -> None:
    """Tell the doubts that were told when the same rows were recorded."""
    rows = _rows(entries)
    for place, column, code, params in json.loads(result.body)["doubts"]:
        rows[place].find(code, column, **params)


def _rows(entries: Sequence[Entry]) -> list[Any]:
    return [row for entry in entries for row in entry.rows]


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | str | list) else str(value) for name, value in params.items()}
