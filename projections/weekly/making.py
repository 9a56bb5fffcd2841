"""Makes the digest of a week: the same bytes from the same place in the register, whenever and from whichever build.

The bytes are JSON with sorted keys, no spaces and UTF-8; figures without any event are 0, what is not collected is named.
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection

from projections.days import date_of
from projections.register.balance import NOW, check_balance
from projections.weekly.assignments import assigned_units
from projections.weekly.counting import Change, Count, changes, count
from projections.weekly.figures import FLOWS, NOT_COLLECTED, RECORDING, STOCKS
from projections.weekly.reading import cut_of, facts_of, stocks_at
from projections.weekly.window import Week
from schemas.divisions import hainan

FORM: Final = "v1"
Document = dict[str, Any]


class DigestUnbalanced(Exception):
    """E-BALANCE: opening, in and out do not give the closing stocks: no digest is made of such a register."""

    code = "E-BALANCE"


def make(connection: Connection, week: Week, team: int | None = None) -> Document:
    """The digest of a team's units, or of the whole province, in one transaction.

    Raises WeekNotClosed, TeamUnknown, DigestUnbalanced, FactUnknown.
    """
    cut = cut_of(connection, week)
    units = all_units() if team is None else assigned_units(connection, team, week.monday + 7, cut.position)
    off = [imbalance for imbalance in check_balance(connection) if imbalance.period != NOW]
    if off:
        raise DigestUnbalanced("; ".join(map(str, off)))
    facts = facts_of(connection, week, cut)
    return {
        "form": FORM,
        "week": week.label,
        "first_day": date_of(week.monday).isoformat(),
        "last_day": date_of(week.monday + 6).isoformat(),
        "team": team,
        "position": cut.position,
        "revision": 0,
        "policy_versions": sorted(
            {f.policy_version for f in facts if f.recorded_at >= week.begins and f.unit in units and f.policy_version}
        ),
        "stocks": _stocks(stocks_at(connection, cut), units),
        "flows": _flows(count(facts, week), units),
        "corrections": _corrections(changes(facts, week), units),
        "not_collected": list(NOT_COLLECTED),
    }


def canonical(document: Document) -> bytes:
    """The bytes that are kept and hashed."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def fingerprint(document: Document) -> str:
    """`v1:sha256:` and the hex SHA-256 of the canonical bytes."""
    return f"{FORM}:sha256:{sha256(canonical(document)).hexdigest()}"


def all_units() -> tuple[str, ...]:
    """Every reporting unit of the province, ascending."""
    return tuple(sorted(division.code for division in hainan().reporting_units()))


def _stocks(found: dict[tuple[str, str], tuple[int, int]], units: Iterable[str]) -> Document:
    return {
        figure.code: {
            unit: dict(
                zip(
                    ("households", "persons"),
                    (sum(found.get((stock, unit), (0, 0))[part] for stock in figure.stocks) for part in (0, 1)),
                    strict=True,
                )
            )
            for unit in units
        }
        for figure in STOCKS
    }


def _flows(found: dict[tuple[str, str], Count], units: Iterable[str]) -> Document:
    return {code: {unit: _count(found.get((code, unit), Count())) for unit in units} for code in (*_flow_codes(), *RECORDING)}


def _flow_codes() -> Iterable[str]:
    return (figure.code for figure in FLOWS)


def _count(found: Count) -> Document:
    behind = [event_id.hex() for event_id in found.behind]
    return {"events": found.events, "persons": found.persons, "earlier": found.earlier, "behind": behind}


def _corrections(found: Iterable[Change], units: Iterable[str]) -> list[Document]:
    return [
        {"figure": c.figure, "week": c.week, "unit": c.unit, "events": c.events, "persons": c.persons, "by": c.event_id.hex()}
        for c in found
        if c.unit in units
    ]
