"""A file of households on its whole way: read, checked, its people sealed in the vault, decided, saved.

Beside the library's bare save of equal events, which does the last of these and nothing else; so the ratio has no goal.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bare_library import new_home, open_bare
from benchmarks.figure import Figure, median, seconds_of
from benchmarks.register import ROOT, VILLAGE, a_register
from deploy.composition.write_side import PROVINCE, WriteSide
from registry.application.request import Request
from registry.importing.importer import Circumstances, begin
from registry.importing.table_file import open_table
from tests.support.spreadsheets import couple, write_csv, write_xlsx

HOUSEHOLDS, ROUNDS = 1500, 3
ROWS = 2 * HOUSEHOLDS
EVENTS = 3 * HOUSEHOLDS


def measure() -> Iterator[Figure]:
    """Both forms of file, each round with people of its own; then the same file once more, which is all there already."""
    with a_register() as side, tempfile.TemporaryDirectory() as folder:
        bare = open_bare(Path(folder, "bare.db"))
        homes = [[new_home(2) for _ in range(HOUSEHOLDS)] for _ in range(ROUNDS)]
        bare_rate = EVENTS / median([seconds_of(lambda made=made: bare.save(*made)) for made in homes])
        bare.close()
        for place, (suffix, write) in enumerate((("csv", write_csv), ("xlsx", write_xlsx))):
            files = []
            for number in range(ROUNDS):
                first = (ROUNDS * place + number) * HOUSEHOLDS
                rows = [{**row, "division": VILLAGE} for n in range(first, first + HOUSEHOLDS) for row in couple(n)]
                files.append(write(Path(folder, f"{number}.{suffix}"), rows))
            spent = median([seconds_of(lambda file=file: take_in(side, file)) for file in files])
            yield _figure(f"import of {suffix}, whole path", spent, bare_rate)
            again = median([seconds_of(lambda file=file: take_in(side, file)) for file in files])
            yield Figure(f"import of {suffix}, once more", f"{ROWS / again:,.0f} rows/s", None, "-", None)


def take_in(side: WriteSide, file: Path) -> None:
    """Import the file as `registry import` does."""
    conversation = side.next_id()
    request = Request(ROOT, "IMPORT", conversation, conversation)
    running = begin(open_table(file))
    running.run(Circumstances(side.service, side.vault, request, PROVINCE[:2], True), lambda rows: None)
    assert not running.tally.refused


def _figure(name: str, spent: float, bare_rate: float) -> Figure:
    rate = EVENTS / spent
    return Figure(name, f"{rate:,.0f} events/s, {ROWS / spent:,.0f} rows/s (bare {bare_rate:,.0f})", rate / bare_rate, "-", None)
