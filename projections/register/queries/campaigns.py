"""Comparison runs with what was found in them, and sweeps with how far they are; all of it at a moment on both clocks too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, and_, case, false, func, not_, select, true

from projections.register.campaigns import RUN, SWEEP
from projections.register.queries.fields import DAY, DIVISION, FLAG, ID, TEXT, Document, Field, Shape
from projections.register.queries.moments import Moment, by_then, newest_of_each, topic_known_before
from projections.register.queries.pages import Key, Page, all_of, or_first, ordered, page_of
from projections.register.queries.places import within
from projections.register.tables import CAMPAIGN, CAMPAIGN_END, CHECKPOINT, MISMATCH_STEP, SWEEP_STEP

TOPIC: Final = "campaign.events"
WAITS: Final = "ASSIGNED"
"""The state in which a mismatch waits for a day."""


def campaigns_known_before(connection: Connection) -> int:
    """Everything recorded of campaigns before this instant (microseconds) is in the tables."""
    return topic_known_before(connection, CHECKPOINT, TOPIC)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A comparison run or a sweep. closed_on: None while it is open; half and window are None, sectors empty, of a sweep."""

    campaign_id: bytes
    year: int
    half: int | None
    window_from: int | None
    window_to: int | None
    sectors: tuple[str, ...]
    opened_on: int
    closed_on: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which mismatches: those that an office within the division has. Every condition that is given must hold.

    today: the day by which something is overdue; moment: None for all that is known now.
    """

    division: str
    today: int
    moment: Moment | None = None
    run: bytes | None = None
    state: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()
    rule: tuple[str, ...] = ()
    overdue: bool | None = None


def runs(connection: Connection, moment: Moment | None) -> list[Campaign]:
    """The comparison runs, the newest first."""
    return _campaigns(connection, RUN, moment)


def sweeps(connection: Connection, moment: Moment | None) -> list[Campaign]:
    """The sweeps, likewise."""
    return _campaigns(connection, SWEEP, moment)


Counted = tuple[bytes, str, str, str, str, bool, int]
"""Run, state, sector, verdict, outcome (empty where there is none), whether it is overdue, and how many are so."""


def mismatch_counts(connection: Connection, wanted: Wanted) -> list[Counted]:
    """How many mismatches of which run are how far."""
    c = _mismatches(wanted).c
    said = [func.coalesce(c[name], "") for name in ("verdict", "outcome")]
    key = c.run_id, c.state, c.sector, *said, c.overdue
    rows = connection.execute(select(*key, func.count()).group_by(*key))
    return [(bytes(run_id), state, sector, *words, bool(overdue), n) for run_id, state, sector, *words, overdue, n in rows]


def _shape(source: FromClause) -> Shape:
    c = source.c
    return Shape(
        [
            Field("mismatch_id", c.mismatch_id, ID, "The mismatch", always=True),
            Field("run_id", c.run_id, ID, "The comparison run that found it", always=True),
            Field("household_id", c.household_id, ID, "The household", always=True),
            Field("division", c.division, DIVISION, "Who has it: where the household lived, then the township", always=True),
            Field("state", c.state, TEXT, "How far it is", "mismatch_state", always=True),
            Field("sector", c.sector, TEXT, "Whose data it is from", "comparison_sector", always=True),
            Field("rule", c.rule, TEXT, "The rule that found it", "mismatch_rule", always=True),
            Field("found_on", c.found_on, DAY, "When it was found", always=True),
            Field("due_on", c.due_on, DAY, "Until when it is to be verified; null: it waits for no day"),
            Field("overdue", c.overdue, FLAG, "Whether that day has passed", always=True),
            Field("verdict", c.verdict, TEXT, "Whether it is true", "mismatch_verdict"),
            Field("outcome", c.outcome, TEXT, "What was done", "mismatch_outcome"),
        ]
    )


def list_mismatches(connection: Connection, wanted: Wanted, page: Page) -> tuple[list[Document], Key | None]:
    """Those that wait for no day, then those whose day comes first; and the key to go on after."""
    return page_of(connection, _listed(wanted, page), MISMATCH_SHAPE, page.limit)


def all_mismatches(connection: Connection, wanted: Wanted) -> Iterator[Document]:
    """The whole list in the same order, read as it is consumed, within the connection's transaction."""
    return all_of(connection, _listed(wanted, Page()), MISMATCH_SHAPE)


Swept = tuple[bytes, tuple[str, ...], str, int]
"""Sweep, groups, result (empty: nobody was there yet), and how many households are so."""


def sweep_counts(connection: Connection, division: str, moment: Moment | None) -> list[Swept]:
    """How many households that were listed within the division, of which groups, and with which result."""
    listed = _last(SWEEP_STEP, "target_id", SWEEP_STEP.c.groups != "", moment)
    checked = _last(SWEEP_STEP, "target_id", SWEEP_STEP.c.result != "", moment)
    result = func.coalesce(checked.c.result, "")
    both = listed.outerjoin(checked, listed.c.target_id == checked.c.target_id)
    key = listed.c.sweep_id, listed.c.groups, result
    counted = select(*key, func.count()).select_from(both).where(within(listed.c.division, division)).group_by(*key)
    return [(bytes(one), tuple(groups.split(",")), said, n) for one, groups, said, n in connection.execute(counted)]


def _campaigns(connection: Connection, kind: str, moment: Moment | None) -> list[Campaign]:
    c, e = CAMPAIGN.c, CAMPAIGN_END.c
    ended = and_(e.campaign_id == c.campaign_id, by_then(e.closed_on, e.closed_at, moment))
    columns = (c.campaign_id, c.year, c.half, c.window_from, c.window_to, c.sectors, c.opened_on, e.closed_on)
    statement = select(*columns).select_from(CAMPAIGN.outerjoin(CAMPAIGN_END, ended))
    wanted = statement.where(c.kind == kind, by_then(c.opened_on, c.opened_at, moment))
    rows = connection.execute(wanted.order_by(c.opened_on.desc(), c.campaign_id)).all()
    return [
        Campaign(bytes(row[0]), *row[1:5], tuple(row.sectors.split(",")) if row.sectors else (), row.opened_on, row.closed_on)
        for row in rows
    ]


def _listed(wanted: Wanted, page: Page) -> Select[Any]:
    source = _mismatches(wanted)
    return ordered(select(*_shape(source).columns), or_first(source.c.due_on), source.c.mismatch_id, page)


def _mismatches(wanted: Wanted) -> FromClause:
    """The mismatches that are wanted, each with how far it is."""
    steps, moment = MISMATCH_STEP, wanted.moment
    first = _last(steps, "mismatch_id", steps.c.state == "FOUND", moment)
    last = _last(steps, "mismatch_id", true(), moment)
    verified = _last(steps, "mismatch_id", steps.c.state == "VERIFIED", moment)
    acted = _last(steps, "mismatch_id", steps.c.state == "ACTED", moment)
    due_on = case((last.c.state == WAITS, last.c.due_on), else_=None)
    overdue = case((last.c.state == WAITS, last.c.due_on < wanted.today), else_=false())
    of = first.c.mismatch_id
    joined = (
        first.join(last, of == last.c.mismatch_id)
        .outerjoin(verified, of == verified.c.mismatch_id)
        .outerjoin(acted, of == acted.c.mismatch_id)
    )
    conditions: list[ColumnElement[bool]] = [within(last.c.division, wanted.division)]
    conditions += [] if wanted.run is None else [first.c.run_id == wanted.run]
    among: Sequence[tuple[Any, tuple[str, ...]]] = (
        (last.c.state, wanted.state),
        (first.c.sector, wanted.sector),
        (first.c.rule, wanted.rule),
    )
    conditions += [column.in_(codes) for column, codes in among if codes]
    conditions += [] if wanted.overdue is None else [overdue if wanted.overdue else not_(overdue)]
    return (
        select(
            of,
            first.c.run_id,
            first.c.household_id,
            last.c.division,
            last.c.state,
            first.c.sector,
            first.c.rule,
            first.c.effective_on.label("found_on"),
            due_on.label("due_on"),
            overdue.label("overdue"),
            verified.c.word.label("verdict"),
            acted.c.word.label("outcome"),
        )
        .select_from(joined)
        .where(*conditions)
        .subquery()
    )


def _last(table: Table, by: str, condition: ColumnElement[bool], moment: Moment | None) -> FromClause:
    """Of each stream the last row of those that hold the condition, at the moment."""
    c = table.c
    newest = newest_of_each(table, by, condition, by_then(c.effective_on, c.recorded_at, moment))
    return select(table).join(newest, and_(c[by] == newest.c[by], c.version == newest.c.version)).subquery()


MISMATCH_SHAPE: Final = _shape(_mismatches(Wanted(division="460000000000", today=0)))
"""How a mismatch is told."""
