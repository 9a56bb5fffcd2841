"""When and how a bill reaches the registry: nightly, at once, or a month late; twice, corrected, taken back, or wrong at first.

Source: assumptions of what hospitals' systems do, since no counts were published.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from deploy.demo.hospitals.bills import Bill
from registry.expenses.check import CORRECTED, REPORTED, REVERSED
from schemas.clock import SHANGHAI

NIGHTLY: Final = 0.60
AT_ONCE: Final = 0.30
"""The others come with their month's list, early in the next."""
TWICE: Final = 0.02
CORRECTED_SHARE: Final = 0.015
REVERSED_SHARE: Final = 0.008
WRONG: Final = 0.005
_NIGHT: Final = time(2)
_LIST_DAY: Final = 5
_SOON: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Sending:
    """A record on its way: when it is in the log, what kind it is, its fields but for those that name the patient.

    wrong: it is not in order, and is meant to become a dead letter.
    """

    at: datetime
    record_type: str
    values: dict[str, Any]
    wrong: bool = False


def sendings(bill: Bill, chance: Random) -> Iterator[Sending]:
    """All that is sent of a bill, in the order of time."""
    at = _first_sent(bill.settled_at, chance.random())
    values = bill.values()
    if chance.random() < WRONG:
        # What the insurance pays is a yuan off; the error sheet is worked off some days later.
        yield Sending(at, REPORTED, values | {"basic_pay": values["basic_pay"] + 1}, wrong=True)
        at += timedelta(days=chance.randint(1, 4))
    yield Sending(at, REPORTED, values)
    if chance.random() < TWICE:
        yield Sending(at + _SOON, REPORTED, values)
    fate = chance.random()
    later = at + timedelta(days=chance.randint(2, 20))
    if fate < CORRECTED_SHARE:
        yield Sending(later, CORRECTED, bill.costing(round(bill.total * chance.uniform(0.7, 1.2))).values(2))
    elif fate < CORRECTED_SHARE + REVERSED_SHARE:
        reason = "REFUND" if chance.random() < 0.8 else "WRONG_PERSON"
        yield Sending(later, REVERSED, _reversal(bill, later, reason))


def _first_sent(settled_at: datetime, drawn: float) -> datetime:
    if drawn < AT_ONCE:
        return settled_at + _SOON
    if drawn < AT_ONCE + NIGHTLY:
        return datetime.combine(settled_at.date() + timedelta(days=1), _NIGHT, SHANGHAI)
    return datetime.combine(_next_month(settled_at.date()), _NIGHT, SHANGHAI)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=_LIST_DAY)


def _reversal(bill: Bill, at: datetime, reason: str) -> dict[str, Any]:
    return {
        "institution": bill.hospital.code,
        "settlement_id": bill.settlement_id,
        "settlement_version": 2,
        "newborn_no": None,
        "reversed_at": at,
        "reversal_reason": reason,
    }
