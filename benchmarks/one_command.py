"""One command saved (load, decide, save) on SQLite, beside the library's bare get and save of an equal event."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

from benchmarks.bare_library import ENVELOPE, VISIT, Home, new_home, open_bare
from benchmarks.figure import Figure, median
from benchmarks.register import a_register, add_households, given_by, visit

HOUSEHOLDS, VISITS, ROUNDS, IN_A_ROUND = 200, 14, 9, 60
GOAL = 0.7


def measure() -> Iterator[Figure]:
    """Alternates rounds of both, so that the machine's moods fall on both."""
    chance = random.Random(20180904)
    with a_register() as side, tempfile.TemporaryDirectory() as folder:
        ids = add_households(side, HOUSEHOLDS, VISITS)
        bare = open_bare(Path(folder, "bare.db"))
        homes = [new_home(VISITS) for _ in range(HOUSEHOLDS)]
        bare.save(*homes)

        def ours(household_id: UUID) -> None:
            side.service.execute(visit(household_id), given_by(side))

        def theirs(home_id: UUID) -> None:
            home: Home = bare.repository.get(home_id)
            home.visit(ENVELOPE, VISIT)
            bare.save(home)

        spent: dict[str, list[float]] = {"ours": [], "theirs": []}
        for _ in range(ROUNDS):
            spent["ours"].append(_each(ours, chance.choices(ids, k=IN_A_ROUND)))
            spent["theirs"].append(_each(theirs, [home.id for home in chance.choices(homes, k=IN_A_ROUND)]))
        bare.close()
    one, other = median(spent["ours"]), median(spent["theirs"])
    measured = f"{one * 1e3:.2f} ms, {1 / one:,.0f}/s (bare {other * 1e3:.2f} ms)"
    yield Figure("one command saved, SQLite", measured, other / one, f">= {GOAL}", other / one >= GOAL)


def _each(work: Callable[[UUID], None], ids: list[UUID]) -> float:
    begun = time.perf_counter()
    for each in ids:
        work(each)
    return (time.perf_counter() - begun) / len(ids)
