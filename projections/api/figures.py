"""Households and persons by status, by overlay and by both, as totals tell them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from projections.api.json_schemas import count, merged, record, rows
from projections.api.labels import Labels
from projections.register.queries.fields import OVERLAY, STATUS, Document
from projections.register.queries.totals import Cell
from schemas.code_tables import table

STATUS_WORDS: Final = table("register_status").codes
OVERLAY_WORDS: Final = table("monitoring_state").codes

AMOUNT: Final = record(households=count("Households", 120), persons=count("Persons in them", 466))


def _by(description: str, known: Iterable[str]) -> dict[str, Any]:
    """An amount for each known word; one that is newer than this program may come too."""
    return {**record(description, **dict.fromkeys(known, AMOUNT)), "additionalProperties": AMOUNT}


FIGURES: Final = merged(
    AMOUNT,
    record(
        by_status=_by("Every status, also where there is none", STATUS_WORDS),
        by_overlay=_by("Every state of monitoring", OVERLAY_WORDS),
        cells=rows(merged(record(status=STATUS.schema, overlay=OVERLAY.schema), AMOUNT), "Both together, where there are any"),
    ),
)


def figures(cells: Iterable[Cell]) -> Document:
    """The sums of some cells."""
    by_status = {word: [0, 0] for word in STATUS_WORDS}
    by_overlay = {word: [0, 0] for word in OVERLAY_WORDS}
    together: dict[tuple[str, str], list[int]] = {}
    total = [0, 0]
    for cell in cells:
        of_status, of_overlay = by_status.setdefault(cell.status, [0, 0]), by_overlay.setdefault(cell.overlay, [0, 0])
        for sums in (total, of_status, of_overlay, together.setdefault((cell.status, cell.overlay), [0, 0])):
            sums[0] += cell.households
            sums[1] += cell.persons
    return {
        **amount(total),
        "by_status": {word: amount(sums) for word, sums in by_status.items()},
        "by_overlay": {word: amount(sums) for word, sums in by_overlay.items()},
        "cells": [{"status": status, "overlay": overlay, **amount(sums)} for (status, overlay), sums in together.items()],
    }


def note_words(labels: Labels) -> None:
    """The words of all statuses and states of monitoring."""
    for name, codes in (("register_status", STATUS_WORDS), ("monitoring_state", OVERLAY_WORDS)):
        for code in codes:
            labels.note_code(name, code)


def amount(sums: Sequence[int]) -> Document:
    """Households and persons."""
    households, persons = sums
    return {"households": households, "persons": persons}
