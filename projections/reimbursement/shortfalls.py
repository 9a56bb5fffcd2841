"""The settlements that fell short of their target: what health insurance staff have to look into, one by one."""

from collections.abc import Iterable

from projections.register.queries.pages import Key
from projections.reimbursement.figures import TargetsOf, year_of
from projections.reimbursement.rule import Targets, falls_short
from projections.reimbursement.settled import Settled


def shortfalls(settled: Iterable[Settled], targets: TargetsOf, *, alert: bool | None = None) -> list[tuple[Settled, Targets]]:
    """With the targets of their year; those with the largest personal part first. alert: only those of which R1 says so, or
    only the others."""
    known: dict[int, Targets] = {}
    found = []
    for one in settled:
        year = year_of(one.discharged_on)
        if year not in known:
            known[year] = targets(year)
        of = known[year]
        fires = of.alerts(one.kind, one.total, one.personal)
        if falls_short(one.total, one.personal, of.ratios[one.kind]) and alert in (None, fires):
            found.append((one, of))
    return sorted(found, key=lambda pair: key_of(pair[0]))


def key_of(one: Settled) -> Key:
    """Where it stands in the list."""
    return -one.personal, one.expense_id


def page_after(
    listed: list[tuple[Settled, Targets]], after: Key | None, limit: int
) -> tuple[list[tuple[Settled, Targets]], Key | None]:
    """Those after a key, and the key to go on after, if there are more."""
    rest = listed if after is None else [pair for pair in listed if key_of(pair[0]) > after]
    return rest[:limit], key_of(rest[limit - 1][0]) if len(rest) > limit else None
