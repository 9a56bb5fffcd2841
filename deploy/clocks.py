"""The clocks: the system's own, one that runs at an offset from it (a register in demonstration time), one set by hand."""

from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.now(UTC)


class OffsetClock:
    """The machine's time plus a fixed offset, kept with the data."""

    def __init__(self, offset: timedelta) -> None:
        self.offset = offset

    def now(self) -> datetime:
        """The present instant of this register, aware, UTC."""
        return datetime.now(UTC) + self.offset


class HandSetClock:
    """Stands still until it is set. It is never set back."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The instant it was last set to."""
        return self._now

    def set(self, instant: datetime) -> None:
        """Move on to a later instant. Raises ValueError for an earlier one."""
        if instant < self._now:
            raise ValueError(f"the clock is at {self._now}, it cannot go back to {instant}")
        self._now = instant
