"""The tree of divisions as the read model knows it: those shipped with the program, and what the log's editions added."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Final

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import InterfaceError, OperationalError

from projections.database import snapshot
from projections.register.queries.fields import EPOCH_ORDINAL, division_text
from projections.register.tables import CHECKPOINT, DIVISIONS
from schemas.divisions import Division, Divisions, Level, hainan

FRESH_FOR_S: Final = 1.0
"""How long a village that is new in the read model may still be unknown here."""
TOPIC: Final = "reference.events"
_READ: Final = select(func.sum(CHECKPOINT.c.next_offset)).where(CHECKPOINT.c.topic == TOPIC)


@dataclass(frozen=True, slots=True)
class _Known:
    """A tree, and how much of which build it was made of."""

    tree: Divisions
    made_of: tuple[Engine | None, int]
    read_at: float


class DivisionTree:
    """Call it for the tree of the day. Safe for several threads. While the read model cannot be asked, what was known holds.

    engine: of the live build, None while there is none; ticks: seconds of a clock that never goes back.
    """

    def __init__(self, engine: Callable[[], Engine | None], ticks: Callable[[], float]) -> None:
        self._engine, self._ticks = engine, ticks
        self._lock = Lock()
        self._known = _Known(hainan(), (None, 0), -FRESH_FOR_S)
        self._known = self._look_again()

    def __call__(self) -> Divisions:
        """The tree; at most FRESH_FOR_S behind the read model."""
        stale = self._ticks() - self._known.read_at > FRESH_FOR_S
        # Whoever does not get the lock goes on with what is known: somebody else is looking.
        if stale and self._lock.acquire(blocking=False):
            try:
                self._known = self._look_again()
            finally:
                self._lock.release()
        return self._known.tree

    def _look_again(self) -> _Known:
        known, now = self._known, self._ticks()
        try:
            engine = self._engine()
            if engine is None:
                return _Known(known.tree, known.made_of, now)
            with snapshot(engine) as connection:
                made_of = engine, int(connection.execute(_READ).scalar_one() or 0)
                tree = known.tree if made_of == known.made_of else _tree(connection)
        except (OperationalError, InterfaceError):
            return _Known(known.tree, known.made_of, now)
        return _Known(tree, made_of, now)


def _tree(connection: Connection) -> Divisions:
    shipped = hainan()
    return shipped.with_added(_division(tuple(row), shipped) for row in connection.execute(select(DIVISIONS)))


def _division(row: tuple[int, str, str, str, int, int, int | None], shipped: Divisions) -> Division:
    number, level, name_zh, name_en, parent, valid_from, valid_to = row
    code = division_text(number)
    known = shipped.get(code)
    return Division(
        code=code,
        level=Level[level],
        name_zh=name_zh,
        name_en=name_en,
        parent=division_text(parent) if parent else "",
        national_poverty_county=known is not None and known.national_poverty_county,
        valid_from=date.fromordinal(valid_from + EPOCH_ORDINAL),
        valid_to=None if valid_to is None else date.fromordinal(valid_to + EPOCH_ORDINAL),
    )
