"""The time as it is passed in: nothing below the composition root asks the system for it."""

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


def shanghai_date(instant: datetime) -> date:
    """The calendar day in the province at that instant."""
    return instant.astimezone(SHANGHAI).date()
