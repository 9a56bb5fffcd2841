"""How the hospitals do: what was accepted, what came back, when they were last heard of, how long a settlement took to us."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Row, Table, func, select

from projections.expenses.tables import DEAD_LETTER, HOSPITAL, HOSPITAL_INTAKE, SETTLEMENT

BUCKET_US: Final = 900_000_000
"""To a quarter of an hour: a million put in their order took more than twice as long."""
_SAID: Final = frozenset(HOSPITAL.columns.keys()) - {"institution", "changed_version"}


@dataclass(frozen=True, slots=True)
class KnownHospital:
    """One that is registered, was heard of or was stopped. last_seen, stopped_at, resumed_at: microseconds; since, until: days.

    division: the county or township that it is registered in; stopped_at: None where its records are taken in.
    """

    institution: str
    name_zh: str | None = None
    hospital_level: str | None = None
    division: int | None = None
    usual_interval_hours: int | None = None
    since: int | None = None
    until: int | None = None
    last_seen: int | None = None
    stopped_at: int | None = None
    resumed_at: int | None = None


@dataclass(frozen=True, slots=True)
class HospitalFigures:
    """Of one hospital. accepted: records, all versions; dead_letters: those that came back; seconds: from settlement to
    acceptance, None where nothing was settled; p50, p95: so many in a hundred took no longer, to a quarter of an hour."""

    accepted: int = 0
    dead_letters: int = 0
    seconds_mean: int | None = None
    seconds_p50: int | None = None
    seconds_p95: int | None = None
    seconds_max: int | None = None


def known_hospitals(connection: Connection) -> list[KnownHospital]:
    """All of them, in order of their codes. Looks at the ends of indexes alone: cheap with any number of settlements."""
    registered = {row.institution: row for row in connection.execute(select(HOSPITAL))}
    intakes = {row.institution: row for row in connection.execute(select(HOSPITAL_INTAKE))}
    seen = dict[str, int]()
    for table, at in ((SETTLEMENT, SETTLEMENT.c.accepted_at), (DEAD_LETTER, DEAD_LETTER.c.at)):
        for institution, newest in _newest_of_each(connection, table, at):
            seen[institution] = max(seen.get(institution, newest), newest)
    codes = sorted(registered.keys() | intakes.keys() | seen.keys())
    return [_known(code, registered.get(code), intakes.get(code), seen.get(code)) for code in codes]


def hospital_figures(connection: Connection, since: int = 0) -> dict[str, HospitalFigures]:
    """Of every hospital of which something came since an instant (microseconds), by code."""
    s, d = SETTLEMENT.c, DEAD_LETTER.c
    took = s.accepted_at - s.settled_at
    bucket = (took // BUCKET_US).label("bucket")
    accepted = select(
        s.institution, bucket, func.count().label("records"), func.sum(took).label("took"), func.max(took).label("longest")
    ).where(s.accepted_at >= since).group_by(s.institution, bucket)  # fmt: skip
    dead = select(d.institution, func.count().label("records")).where(d.at >= since).group_by(d.institution)
    good = defaultdict[str, list[Row[Any]]](list)
    for row in connection.execute(accepted):
        good[row.institution].append(row)
    bad: dict[str, int] = {row.institution: row.records for row in connection.execute(dead)}
    return {code: _figures(good.get(code, ()), bad.get(code, 0)) for code in sorted(good.keys() | bad.keys())}


def dead_letters_of(connection: Connection, institution: str, after: int = -1, limit: int = 100) -> list[Row[Any]]:
    """A hospital's dead letters in the order of its own records, those after an offset of its topic."""
    d = DEAD_LETTER.c
    mine = select(d.source_offset, d.settlement_id, d.at, d.reasons).where(d.institution == institution, d.source_offset > after)
    return list(connection.execute(mine.order_by(d.source_offset).limit(limit)))


def _newest_of_each(connection: Connection, table: Table, at: Column[int]) -> list[tuple[str, int]]:
    """Each hospital of a table, and its newest row: from one entry of the index to the next hospital's."""
    of = table.c.institution
    codes = select(func.min(of).label("code")).cte("codes", recursive=True)
    following = select(func.min(of)).where(of > codes.c.code).scalar_subquery()
    codes = codes.union_all(select(following).where(codes.c.code.is_not(None)))
    newest = select(func.max(at)).where(of == codes.c.code).scalar_subquery()
    ends = select(codes.c.code, newest.label("newest")).where(codes.c.code.is_not(None))
    return [(row.code, row.newest) for row in connection.execute(ends)]


def _known(code: str, registered: Row[Any] | None, intake: Row[Any] | None, seen: int | None) -> KnownHospital:
    stopped_at = intake.changed_at if intake is not None and intake.stopped else None
    resumed_at = intake.changed_at if intake is not None and not intake.stopped else None
    said = {} if registered is None else {name: value for name, value in registered._mapping.items() if name in _SAID}
    return KnownHospital(code, **said, last_seen=seen, stopped_at=stopped_at, resumed_at=resumed_at)


def _figures(buckets: Sequence[Row[Any]], dead_letters: int) -> HospitalFigures:
    """Of a hospital's buckets in their order."""
    accepted = sum(row.records for row in buckets)
    settled = [row for row in buckets if row.bucket is not None]
    if not settled:
        return HospitalFigures(accepted, dead_letters)
    count = sum(row.records for row in settled)
    return HospitalFigures(
        accepted,
        dead_letters,
        int(sum(row.took for row in settled)) // count // 1_000_000,
        _at_share(settled, -(-count * 50 // 100)),
        _at_share(settled, -(-count * 95 // 100)),
        max(row.longest for row in settled) // 1_000_000,
    )


def _at_share(settled: Sequence[Row[Any]], place: int) -> int:
    """What the longest took of the bucket in which the record of this place is, counted from one."""
    for row in sorted(settled, key=lambda row: row.bucket):
        place -= row.records
        if place <= 0:
            return int(row.longest) // 1_000_000
    raise AssertionError("there are fewer records than were counted")
