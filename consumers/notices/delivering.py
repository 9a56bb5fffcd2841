"""Delivers what is due in the outbox: server by server side by side, so that one which is slow or away holds up no other."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from consumers.notices.outbox import Delivery, Outbox
from consumers.notices.outcome import Outcome, Result, Sender
from consumers.notices.schedule import Schedule
from schemas.clock import Clock

AT_ONCE: Final = 200
"""Deliveries that are looked at together."""
SERVERS: Final = 8
"""Servers that are talked to side by side."""
GONE: Final = Outcome(Result.NEVER, "ADDRESS-GONE")
"""The office is no longer reached there: whoever reads that address now is not to be told."""

StillAt = Callable[[str, str, str], bool]
"""(division, channel, address): whether its office is still reached there."""


class Watched(Protocol):
    """Learns of attempts: for metrics."""

    def attempted(self, channel: str, outcome: Outcome) -> None:
        """One came to this."""
        ...


class Delivering:
    """Of one process; several may work on one outbox. senders: by channel."""

    def __init__(
        self,
        outbox: Outbox,
        senders: Mapping[str, Sender],
        still_at: StillAt,
        schedule: Schedule,
        clock: Clock,
        *,
        watched: Watched | None = None,
    ) -> None:
        self._outbox = outbox
        self._senders = senders
        self._still_at = still_at
        self._schedule = schedule
        self._clock = clock
        self._watched = watched
        self._pool = ThreadPoolExecutor(SERVERS, "deliver")

    def step(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Deliver what is due now; return how many attempts were made. Each is recorded when it is over.

        Raises SQLAlchemy's OperationalError; what was sent and could not be recorded is sent again.
        """
        by_server: dict[tuple[str, str], list[Delivery]] = {}
        for delivery in self._outbox.due(self._clock.now(), AT_ONCE):
            sender = self._senders.get(delivery.channel)
            server = "" if sender is None else sender.server_of(delivery.address)
            by_server.setdefault((delivery.channel, server), []).append(delivery)
        running = [self._pool.submit(self._deliver, deliveries, stop) for deliveries in by_server.values()]
        # All of them end before anything is raised: nobody works on while the outbox is opened anew.
        failed = [error for one in running if (error := one.exception()) is not None]
        if failed:
            raise failed[0]
        return sum(one.result() for one in running)

    def close(self) -> None:
        """Wait for what is being sent."""
        self._pool.shutdown()

    def _deliver(self, deliveries: Sequence[Delivery], stop: Callable[[], bool]) -> int:
        """One server's, one after the other, until it turns out to be away."""
        attempts = 0
        for place, delivery in enumerate(deliveries):
            if stop():
                break
            number = self._outbox.claim(delivery, self._clock.now())
            if number is None:
                continue
            outcome = self._attempt(delivery)
            attempts += 1
            now = self._clock.now()
            final = outcome.result in (Result.DELIVERED, Result.NEVER)
            wait = None if final else self._schedule.after(delivery.tries + 1)
            next_at = None if wait is None else now + wait
            self._outbox.settle(delivery, number, outcome, now, next_at)
            if self._watched is not None:
                self._watched.attempted(delivery.channel, outcome)
            if outcome.result is Result.AWAY:
                first = self._schedule.after(1)
                self._outbox.put_off(deliveries[place + 1 :], next_at or (now if first is None else now + first))
                break
        return attempts

    def _attempt(self, delivery: Delivery) -> Outcome:
        notice, sender = delivery.notice, self._senders.get(delivery.channel)
        if sender is None or not self._still_at(notice.recipient, delivery.channel, delivery.address):
            return GONE
        return sender.send(notice, delivery.address)
