"""Bulk writing, events a second, beside the library's bare save of 1000 aggregates with equal events.

Two lines: the save alone, which is what the bare one does, and the whole path, whose commands are made, checked, authorised and
decided one by one before that.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bare_library import new_home, open_bare
from benchmarks.figure import Figure, median, seconds_of
from benchmarks.register import a_register, decide_households
from registry.application.batch import Batch

HOUSEHOLDS, VISITS, ROUNDS = 1000, 4, 5
EVENTS = HOUSEHOLDS * (VISITS + 1)
GOAL = 0.7


def measure() -> Iterator[Figure]:
    """The same number of events for as many aggregates, each round in one transaction on either side."""
    ours: list[float] = []
    saves: list[float] = []
    theirs: list[float] = []
    with a_register() as side, tempfile.TemporaryDirectory() as folder:
        bare = open_bare(Path(folder, "bare.db"))
        for _ in range(ROUNDS):
            decided: list[Batch] = []
            deciding = seconds_of(lambda made=decided: made.append(decide_households(side, HOUSEHOLDS, VISITS)))
            saves.append(seconds_of(decided[0].save))
            ours.append(deciding + saves[-1])
            homes = [new_home(VISITS) for _ in range(HOUSEHOLDS)]
            theirs.append(seconds_of(lambda made=homes: bare.save(*made)))
        bare.close()
    bare_rate = EVENTS / median(theirs)
    for name, spent, goal in (("bulk, saved", saves, 0.0), ("bulk, decided and saved", ours, GOAL)):
        rate = EVENTS / median(spent)
        measured = f"{rate:,.0f} events/s (bare {bare_rate:,.0f})"
        yield Figure(name, measured, rate / bare_rate, f">= {goal}" if goal else "-", rate / bare_rate >= goal)
