"""How the hospitals do: what was accepted, what came back, when they were last heard of, how long a settlement took to us."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from projections.expenses.tables import DEAD_LETTER, SETTLEMENT


@dataclass(frozen=True, slots=True)
class HospitalFigures:
    """Of one hospital. accepted: records, all versions; dead_letters: those that came back; last_seen: microseconds;
    seconds_mean, seconds_max: from settlement to acceptance, None where nothing was settled."""

    institution: str
    accepted: int
    dead_letters: int
    last_seen: int
    seconds_mean: int | None
    seconds_max: int | None


def hospital_figures(connection: Connection, since: int = 0) -> list[HospitalFigures]:
    """Of every hospital heard of since an instant (microseconds), in order of their codes."""
    s, d = SETTLEMENT.c, DEAD_LETTER.c
    took = s.accepted_at - s.settled_at
    accepted = select(
        s.institution, func.count().label("records"), func.max(s.accepted_at).label("last"), func.sum(took).label("took"),
        func.count(s.settled_at).label("settled"), func.max(took).label("longest"),
    ).where(s.accepted_at >= since).group_by(s.institution)  # fmt: skip
    dead = select(d.institution, func.count().label("records"), func.max(d.at).label("last"))
    dead = dead.where(d.at >= since).group_by(d.institution)
    good = {row.institution: row for row in connection.execute(accepted)}
    bad = {row.institution: row for row in connection.execute(dead)}
    return [
        _figures(institution, good.get(institution), bad.get(institution)) for institution in sorted(good.keys() | bad.keys())
    ]


def dead_letters_of(connection: Connection, institution: str, after: int = -1, limit: int = 100) -> list[Row[Any]]:
    """A hospital's dead letters in the order of its own records, those after an offset of its topic."""
    d = DEAD_LETTER.c
    mine = select(d.source_offset, d.at, d.reasons).where(d.institution == institution, d.source_offset > after)
    return list(connection.execute(mine.order_by(d.source_offset).limit(limit)))


def _figures(institution: str, good: Row[Any] | None, bad: Row[Any] | None) -> HospitalFigures:
    settled = good is not None and good.settled
    return HospitalFigures(
        institution,
        0 if good is None else good.records,
        0 if bad is None else bad.records,
        max(row.last for row in (good, bad) if row is not None),
        int(good.took) // good.settled // 1_000_000 if settled else None,  # type: ignore[union-attr]
        good.longest // 1_000_000 if settled else None,  # type: ignore[union-attr]
    )
