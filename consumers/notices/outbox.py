"""The outbox: what is to be delivered, what was, and every attempt. It knows offices and channels, and no reason to write there.

A delivery is claimed for some minutes before it is sent, so that two processes never send one at once. One whose process died
over it is due again when its claim has run out: it may reach the office twice, with the same id, and is recorded as delivered
once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

import orjson
from sqlalchemy import Connection, Engine, Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from consumers.notices.notice import Notice
from consumers.notices.outcome import Outcome, Result
from consumers.notices.tables import ATTEMPT, DELIVERY, NOTICE, State
from projections.database import snapshot, writing
from registry.store.instant import from_micros, to_micros

CLAIM: Final = timedelta(minutes=3)
"""Longer than any attempt takes."""

Destination = tuple[str, str]
"""A channel, and an address in it."""
DestinationsOf = Callable[[str], Sequence[Destination]]
"""Where the office of a division (12 digits) is reached."""

_DELIVERIES: Final = UUID("a1d7c1b0-3c53-5e0b-8f6e-5b0a2c9a7f44")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice on its way to one address. tries: attempts so far, since it was put or put again."""

    delivery_id: UUID
    notice: Notice
    channel: str
    address: str
    tries: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A delivery as it stands. last: the code of the latest attempt, "" where there was none or nobody knows; next_at: None
    where it is settled."""

    notice_id: UUID
    kind: str
    recipient: str
    about: str
    subject: str
    channel: str
    address: str
    state: State
    attempts: int
    last: str
    put_at: datetime
    next_at: datetime | None
    settled_at: datetime | None


class Outbox:
    """On an engine that has the tables. Threads share it. Every method raises SQLAlchemy's OperationalError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(
        self, connection: Connection, notices: Iterable[Notice], destinations_of: DestinationsOf, now: datetime, oldest: datetime
    ) -> int:
        """Put what is not there yet, in a transaction of the caller's; return how many notices.

        What was caused before `oldest` is kept and not sent: nobody wants to be told of it any more.
        """
        put = 0
        for notice in notices:
            if not _insert(connection, NOTICE, _row_of(notice, now)):
                continue
            put += 1
            state = State.PENDING if notice.caused_at >= oldest else State.LAPSED
            for destination in destinations_of(notice.recipient):
                _insert(connection, DELIVERY, _new_delivery(notice.notice_id, destination, state, now))
        return put

    def due(self, now: datetime, limit: int) -> list[Delivery]:
        """Some that are due and that nobody is at, the longest due first."""
        at = to_micros(now)
        found = (
            select(DELIVERY, NOTICE)
            .join(NOTICE, NOTICE.c.notice_id == DELIVERY.c.notice_id)
            .where(DELIVERY.c.state == State.PENDING, DELIVERY.c.due_at <= at, DELIVERY.c.claimed_until <= at)
            .order_by(DELIVERY.c.due_at, DELIVERY.c.delivery_id)
            .limit(limit)
        )
        with snapshot(self._engine) as connection:
            return [_delivery_of(row) for row in connection.execute(found)]

    def claim(self, delivery: Delivery, now: datetime) -> int | None:
        """Begin an attempt; its number, None where somebody else was faster or it is no longer due."""
        at, key = to_micros(now), delivery.delivery_id.bytes
        mine = (
            update(DELIVERY)
            .where(DELIVERY.c.delivery_id == key, DELIVERY.c.state == State.PENDING)
            .where(DELIVERY.c.tries == delivery.tries, DELIVERY.c.claimed_until <= at)
            .values(tries=DELIVERY.c.tries + 1, attempts=DELIVERY.c.attempts + 1, claimed_until=to_micros(now + CLAIM))
            .returning(DELIVERY.c.attempts)
        )
        with writing(self._engine) as connection:
            number: int | None = connection.execute(mine).scalar()
            if number is not None:
                connection.execute(ATTEMPT.insert().values(delivery_id=key, number=number, begun_at=at))
        return number

    def settle(self, delivery: Delivery, number: int, outcome: Outcome, now: datetime, next_at: datetime | None) -> None:
        """Record what came of an attempt. next_at: when to try again; None: it is delivered, or given up.

        An attempt whose claim ran out meanwhile says only that it was delivered: the later one says the rest.
        """
        at, key = to_micros(now), delivery.delivery_id.bytes
        result = {"ended_at": at, "result": outcome.result, "code": outcome.code}
        pending = (DELIVERY.c.delivery_id == key, DELIVERY.c.state == State.PENDING)
        if outcome.result is Result.DELIVERED:
            change = update(DELIVERY).where(*pending).values(state=State.DELIVERED, settled_at=at, claimed_until=0)
        else:
            change = update(DELIVERY).where(*pending, DELIVERY.c.attempts == number)
            if next_at is None:
                change = change.values(state=State.GIVEN_UP, settled_at=at, claimed_until=0)
            else:
                change = change.values(due_at=to_micros(next_at), claimed_until=0)
        with writing(self._engine) as connection:
            connection.execute(update(ATTEMPT).where(ATTEMPT.c.delivery_id == key, ATTEMPT.c.number == number).values(**result))
            connection.execute(change)

    def put_off(self, deliveries: Collection[Delivery], until: datetime) -> None:
        """Let them wait, without an attempt: their server is away."""
        at = to_micros(until)
        with writing(self._engine) as connection:
            for delivery in deliveries:
                waiting = (DELIVERY.c.delivery_id == delivery.delivery_id.bytes, DELIVERY.c.tries == delivery.tries)
                free = (DELIVERY.c.state == State.PENDING, DELIVERY.c.claimed_until == 0, DELIVERY.c.due_at < at)
                connection.execute(update(DELIVERY).where(*waiting, *free).values(due_at=at))

    def release(self) -> int:
        """End every claim: for whoever knows that nobody else is at work; return how many there were."""
        with writing(self._engine) as connection:
            return connection.execute(update(DELIVERY).where(DELIVERY.c.claimed_until > 0).values(claimed_until=0)).rowcount

    def again(self, notice_ids: Collection[UUID] | None, destinations_of: DestinationsOf, now: datetime) -> int:
        """Send anew what failed of these notices, or of all that something was given up of; return how many deliveries.

        It goes where the offices are reached now: an address that is new gets it too, one that is gone does not. What lapsed is
        sent only where its notice is named.
        """
        put = 0
        with writing(self._engine) as connection:
            for notice_id, recipient in self._failed(connection, notice_ids):
                for destination in destinations_of(recipient):
                    row = _new_delivery(UUID(bytes=notice_id), destination, State.PENDING, now)
                    put += _insert(connection, DELIVERY, row) or _renew(connection, row)
        return put

    def listed(self, states: Collection[State] = (), about: str | None = None, limit: int = 100) -> list[Listed]:
        """Deliveries, the latest first: in one of these states, of what is about this."""
        found = select(DELIVERY, NOTICE).join(NOTICE, NOTICE.c.notice_id == DELIVERY.c.notice_id)
        if states:
            found = found.where(DELIVERY.c.state.in_(list(states)))
        if about is not None:
            found = found.where(NOTICE.c.about == about)
        found = found.order_by(NOTICE.c.put_at.desc(), NOTICE.c.notice_id, DELIVERY.c.channel, DELIVERY.c.address).limit(limit)
        with snapshot(self._engine) as connection:
            rows = connection.execute(found).all()
            keys = [row.delivery_id for row in rows]
            tried = (
                select(ATTEMPT.c.delivery_id, ATTEMPT.c.code).where(ATTEMPT.c.delivery_id.in_(keys)).order_by(ATTEMPT.c.number)
            )
            last = {delivery_id: code or "" for delivery_id, code in connection.execute(tried)}
        return [_listed_of(row, last.get(row.delivery_id, "")) for row in rows]

    def attempts(self, notice_id: UUID) -> list[tuple[str, str, int, datetime, str]]:
        """(channel, address, number, when it began, code or "") of every attempt to deliver a notice, in order."""
        found = (
            select(DELIVERY.c.channel, DELIVERY.c.address, ATTEMPT.c.number, ATTEMPT.c.begun_at, ATTEMPT.c.code)
            .join(ATTEMPT, ATTEMPT.c.delivery_id == DELIVERY.c.delivery_id)
            .where(DELIVERY.c.notice_id == notice_id.bytes)
            .order_by(DELIVERY.c.channel, DELIVERY.c.address, ATTEMPT.c.number)
        )
        with snapshot(self._engine) as connection:
            rows = connection.execute(found).all()
        return [(row.channel, row.address, row.number, from_micros(row.begun_at), row.code or "") for row in rows]

    def counts(self) -> Mapping[State, int]:
        """How many deliveries are in each state."""
        with snapshot(self._engine) as connection:
            found = connection.execute(select(DELIVERY.c.state, func.count()).group_by(DELIVERY.c.state)).all()
        counted: dict[str, int] = {row[0]: row[1] for row in found}
        return {state: counted.get(state, 0) for state in State}

    def oldest_pending(self) -> datetime | None:
        """When that was put which has waited for the longest time."""
        found = (
            select(func.min(NOTICE.c.put_at))
            .join(DELIVERY, DELIVERY.c.notice_id == NOTICE.c.notice_id)
            .where(DELIVERY.c.state == State.PENDING)
        )
        with snapshot(self._engine) as connection:
            put_at: int | None = connection.execute(found).scalar()
        return None if put_at is None else from_micros(put_at)

    @staticmethod
    def _failed(connection: Connection, notice_ids: Collection[UUID] | None) -> list[tuple[bytes, str]]:
        of_these = select(NOTICE.c.notice_id, NOTICE.c.recipient).order_by(NOTICE.c.put_at, NOTICE.c.notice_id)
        if notice_ids is None:
            given_up = select(DELIVERY.c.notice_id).where(DELIVERY.c.state == State.GIVEN_UP)
            of_these = of_these.where(NOTICE.c.notice_id.in_(given_up))
        else:
            of_these = of_these.where(NOTICE.c.notice_id.in_([notice_id.bytes for notice_id in notice_ids]))
        return [(notice_id, recipient) for notice_id, recipient in connection.execute(of_these)]


def _insert(connection: Connection, table: Any, values: Mapping[str, Any]) -> bool:
    """Insert a row unless its key is there; whether it was inserted."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return connection.execute(statement).first() is not None


def _renew(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Let a delivery that failed begin anew."""
    failed = (DELIVERY.c.delivery_id == row["delivery_id"], DELIVERY.c.state.in_([State.GIVEN_UP, State.LAPSED]))
    begun = {"state": State.PENDING, "tries": 0, "due_at": row["due_at"], "claimed_until": 0, "settled_at": None}
    return connection.execute(update(DELIVERY).where(*failed).values(**begun)).rowcount == 1


def _row_of(notice: Notice, now: datetime) -> dict[str, Any]:
    return {
        "notice_id": notice.notice_id.bytes,
        "kind": notice.kind,
        "recipient": notice.recipient,
        "about": notice.about,
        "subject": notice.subject,
        "text": notice.text,
        "facts": orjson.dumps(dict(notice.facts), option=orjson.OPT_SORT_KEYS).decode(),
        "caused_at": to_micros(notice.caused_at),
        "put_at": to_micros(now),
    }


def _new_delivery(notice_id: UUID, destination: Destination, state: State, now: datetime) -> dict[str, Any]:
    channel, address = destination
    return {
        "delivery_id": uuid5(_DELIVERIES, f"{notice_id}:{channel}:{address}").bytes,
        "notice_id": notice_id.bytes,
        "channel": channel,
        "address": address,
        "state": state,
        "tries": 0,
        "attempts": 0,
        "due_at": to_micros(now),
        "claimed_until": 0,
        "settled_at": None if state is State.PENDING else to_micros(now),
    }


def _delivery_of(row: Row[Any]) -> Delivery:
    notice = Notice(
        UUID(bytes=row.notice_id),
        row.kind,
        row.recipient,
        row.about,
        row.subject,
        row.text,
        orjson.loads(row.facts),
        from_micros(row.caused_at),
    )
    return Delivery(UUID(bytes=row.delivery_id), notice, row.channel, row.address, row.tries)


def _listed_of(row: Row[Any], last: str) -> Listed:
    state = State(row.state)
    return Listed(
        UUID(bytes=row.notice_id),
        row.kind,
        row.recipient,
        row.about,
        row.subject,
        row.channel,
        row.address,
        state,
        row.attempts,
        last,
        from_micros(row.put_at),
        from_micros(row.due_at) if state is State.PENDING else None,
        None if row.settled_at is None else from_micros(row.settled_at),
    )
