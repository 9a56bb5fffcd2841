"""Whether everything that the register needs can be reached, and how far behind its parts are.

Looked up at most once a second, however often it is asked for: the endpoint is open to all, and looking is not free.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from projections.api.errors import ViewUnavailable
from projections.api.parts import Lag, QueryParts
from projections.register.queries.fields import Document, instant_text, micros
from projections.register.queries.moments import known_before
from schemas.clock import shanghai_date

FRESH_FOR_S: Final = 1.0
VIEW: Final = "view"


@dataclass(frozen=True, slots=True)
class _Looked:
    """A report, and when it was made."""

    report: Document
    at: float


class Readiness:
    """Call it for the report. Safe for several threads."""

    def __init__(self, parts: QueryParts) -> None:
        self._parts = parts
        self._lock = Lock()
        self._last: _Looked | None = None

    def __call__(self) -> Document:
        """{ready, checks, lag, known_before, clock}; nothing of it says why something cannot be reached: that is in the log."""
        last = self._last
        stale = last is None or self._parts.ticks() - last.at > FRESH_FOR_S
        # Looking may take as long as something is out of reach: meanwhile all others are told what was known.
        if stale and self._lock.acquire(blocking=last is None):
            try:
                last = self._last = _Looked(self._look(), self._parts.ticks())
            finally:
                self._lock.release()
        assert last is not None
        return {**last.report, "clock": self._clock()}

    def _look(self) -> Document:
        checks = {name: _reached(probe) for name, probe in self._parts.probes.items()}
        known = self._known_before()
        checks[VIEW] = known is not None
        lag = {name: _lag(read) for name, read in self._parts.lags.items()}
        return {
            "ready": all(checks.values()),
            "checks": {name: {"reached": reached} for name, reached in checks.items()},
            "lag": lag,
            "known_before": None if not known else instant_text(known),
        }

    def _known_before(self) -> int | None:
        try:
            with self._parts.reading() as connection:
                return known_before(connection)
        except ViewUnavailable:
            return None

    def _clock(self) -> Document:
        now: datetime = self._parts.clock.now()
        offset_s = self._parts.clock_offset // timedelta(seconds=1)
        return {"now": instant_text(micros(now)), "today": shanghai_date(now).isoformat(), "offset_s": offset_s}


def _reached(probe: Callable[[], Any]) -> bool:
    try:
        probe()
    # Whatever it raises, it could not be reached; the probe's owner has logged why.
    except Exception:
        return False
    return True


def _lag(read: Callable[[], Lag]) -> Document | None:
    try:
        lag = read()
    except Exception:
        return None
    return {"events": lag.events, "seconds": round(lag.seconds, 3)}
