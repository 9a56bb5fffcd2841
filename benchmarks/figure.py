"""One measured line: what, how fast, beside what, and the goal."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio`: to the raw client doing the same I/O in the same run; `goal`: as it was set; `met` None: nothing was set."""

    name: str
    measured: str
    ratio: float | None
    goal: str
    met: bool | None

    def __str__(self) -> str:
        ratio = "        -" if self.ratio is None else f"{self.ratio:9.2f}"
        verdict = {None: "", True: "ok", False: "BELOW"}[self.met]
        return f"{self.name:<66} {self.measured:<44} {ratio}  {self.goal:<24} {verdict}"


HEADING = f"{'path':<66} {'measured':<44} {'ratio':>9}  {'goal':<24}"


def seconds_of(work: Callable[[], object]) -> float:
    """How long it takes, once, with the garbage of what came before out of the way."""
    gc.collect()
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def median(values: list[float]) -> float:
    """The middle one."""
    return sorted(values)[len(values) // 2]
