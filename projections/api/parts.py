"""What the query API is given by whoever puts the program together: databases, clocks and the reference of the day."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from prometheus_client import CollectorRegistry
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from projections.api.errors import ViewRebuilding, ViewUnavailable
from projections.database import snapshot
from projections.expenses.queries.silence import SilenceRule
from projections.register.queries.prepared import Driver, driver_on
from projections.reimbursement.rule import Targets, shipped_targets
from schemas.clock import Clock
from schemas.code_tables import CodeTables
from schemas.codec import Codec
from schemas.divisions import Divisions


class Progress(Protocol):
    """How far a build in the making is: so many of so many events were folded."""

    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...


class Lag(Protocol):
    """How far a part of the pipeline is behind: events that wait, and for how long the oldest of them has."""

    @property
    def events(self) -> int: ...
    @property
    def seconds(self) -> float: ...


class Told(Protocol):
    """How it stands with what one office was told at one address. next_at, settled_at: one of them; last: a code, or ""."""

    @property
    def notice_id(self) -> UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def recipient(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def attempts(self) -> int: ...
    @property
    def last(self) -> str: ...
    @property
    def put_at(self) -> datetime: ...
    @property
    def next_at(self) -> datetime | None: ...
    @property
    def settled_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryParts:
    """Everything that the endpoints share.

    engine: the engine of the register's live build, None while there is none; asked by each request, so that a swap of builds
    takes effect with the next; rebuilding: how far the build in the making is, if there is one;
    clock: the register's own, `clock_offset` ahead of the machine's; divisions: a `DivisionTree` on the same engine;
    code_tables: as the register has them now; probes: by what they ask (`store`, `log`), each raises if that cannot be reached;
    lags: by part of the pipeline (`relay`, `register`), each may raise; ticks, pause: seconds of a clock that never goes back,
    and a sleep of so many; metrics: where the query API registers its own, with whatever else /v1/metrics shall show;
    waits_max: how many requests may wait for a version at a time: fewer than the server's threads, or waiting would stop
    everybody else; told: what offices were told of a matter, the latest first; expenses, expenses_rebuilding: as engine and
    rebuilding, of what hospitals' expenses come to; silence: when the policy of the day has a hospital fallen silent; targets: of
    the reimbursement, by year; with_topic: the codes of the hospitals that have a topic in the log, None where nobody can say.
    """

    engine: Callable[[], Engine | None]
    clock: Clock
    clock_offset: timedelta
    divisions: Callable[[], Divisions]
    code_tables: Callable[[], CodeTables]
    codec: Codec
    probes: Mapping[str, Callable[[], object]]
    lags: Mapping[str, Callable[[], Lag]]
    ticks: Callable[[], float]
    pause: Callable[[float], None]
    metrics: CollectorRegistry
    silence: Callable[[], SilenceRule]
    rebuilding: Callable[[], Progress | None] = lambda: None
    waits_max: int = 4
    told: Callable[[str], Sequence[Told]] = lambda _matter: ()
    expenses: Callable[[], Engine | None] = lambda: None
    expenses_rebuilding: Callable[[], Progress | None] = lambda: None
    targets: Callable[[int], Targets] = lambda _year: shipped_targets()
    with_topic: Callable[[], Collection[str] | None] = lambda: ()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent state of the live build. Raises ViewUnavailable."""
        with _reachable(), snapshot(_live(self.engine, self.rebuilding)) as connection:
            yield connection

    @contextmanager
    def reading_expenses(self) -> Iterator[Connection]:
        """The same of hospitals' expenses and early warnings. Raises ViewUnavailable."""
        with _reachable(), snapshot(_live(self.expenses, self.expenses_rebuilding)) as connection:
            yield connection

    @contextmanager
    def driver(self) -> Iterator[Driver]:
        """The same for prepared statements alone, which is all that one household needs. Raises ViewUnavailable."""
        with _reachable(), driver_on(_live(self.engine, self.rebuilding)) as driver:
            yield driver

    def told_of(self, matter: str) -> Sequence[Told]:
        """What offices were told of it. Raises ViewUnavailable."""
        with _reachable():
            return self.told(matter)


def _live(engine: Callable[[], Engine | None], rebuilding: Callable[[], Progress | None]) -> Engine:
    live = engine()
    if live is None:
        progress = rebuilding()
        if progress is not None:
            raise ViewRebuilding(progress.done, progress.total)
        raise ViewUnavailable("there is no build of this version")
    return live


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolExhausted) as error:
        # Its message may hold values of rows, and stays out.
        raise ViewUnavailable(type(error).__name__) from error
