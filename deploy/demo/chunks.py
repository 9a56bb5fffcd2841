"""A day's steps in chunks: each is decided and saved in one transaction, at a time of that day that follows from its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from deploy.demo.days import working_days
from deploy.demo.diary import Diary
from deploy.demo.turn import Step
from schemas.clock import SHANGHAI

CHUNK_WEIGHT = 4_000
"""About how many events a chunk makes at most: what a transaction holds in memory."""
_OPENS = time(9, 0)
_BETWEEN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Steps to be saved together. key: names it for ever; at: when it is recorded (aware, UTC)."""

    key: str
    day: date
    at: datetime
    steps: list[Step]


def chunks(diary: Diary, name: str) -> Iterator[Chunk]:
    """All of the demonstration, in order. `name` tells this demonstration's keys from another's."""
    for day in working_days():
        opens = datetime.combine(day, _OPENS, SHANGHAI).astimezone(UTC)
        for place, steps in enumerate(_divided(diary.steps_on(day))):
            yield Chunk(f"{name}/{day}/{place}", day, opens + place * _BETWEEN, steps)


def _divided(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """Lists of steps of about CHUNK_WEIGHT; a step with newcomers weighs as much as they do, new divisions stand alone."""
    gathered: list[Step] = []
    weight = 0
    for step in steps:
        gathered.append(step)
        weight += CHUNK_WEIGHT if step.household_id is None else 2 + 2 * len(step.newcomers)
        if weight >= CHUNK_WEIGHT:
            yield gathered
            gathered, weight = [], 0
    if gathered:
        yield gathered
