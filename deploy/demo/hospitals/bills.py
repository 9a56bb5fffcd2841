"""A bill as its hospital reports it: the patient's part, and the five lines that pay the rest in their order.

Source: three-year plan, item 9, for the five lines. How much each of them pays is an assumption; that everything adds up to a
fen is not.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from deploy.demo.hospitals import costs
from deploy.demo.hospitals.institutions import Hospital
from registry.expenses.amounts import AMOUNTS
from schemas.clock import SHANGHAI

_BASIC, _CRITICAL_FROM, _CRITICAL = 0.75, 800_000, 0.5
_LATER_LINES: Final = (("commercial_pay", 0.3), ("civil_assist_pay", 0.6))
_OUT_OF_SCOPE: Final = 0.3
"""Of the patient's part what no insurance looks at."""
_DEDUCTIBLE: Final = 35_000
INPATIENT: Final = "21"
CHRONIC: Final = "14"
_INSURANCE: Final = "390"
_DIAGNOSES: Final = (("MAJOR", 0.06), ("INJURY", 0.16), ("BIRTH", 0.21), ("CHRONIC", 0.45))
_LONGEST_STAY: Final = 30


@dataclass(frozen=True, slots=True)
class Bill:
    """One settlement. total, own: what it costs and what the patient bears, in fen; registered: whose lines two to five pay."""

    settlement_id: str
    hospital: Hospital
    residence: str
    admitted_on: date
    discharged_on: date
    settled_at: datetime
    med_type: str
    diagnosis: str
    total: int
    own: int
    registered: bool

    def values(self, version: int = 1) -> dict[str, Any]:
        """The fields of its record but for those that name the patient."""
        return {
            "institution": self.hospital.code,
            "settlement_id": self.settlement_id,
            "settlement_version": version,
            "stage": "FINAL",
            "encounter_id": f"E{self.settlement_id[1:]}",
            "newborn_no": None,
            "insutype": _INSURANCE,
            "med_type": self.med_type,
            "admitted_on": self.admitted_on,
            "discharged_on": self.discharged_on,
            "settled_at": self.settled_at,
            "residence_division": self.residence,
            "hukou_kind": "RURAL",
            "diagnosis_category": self.diagnosis,
            **{name: _yuan(fen) for name, fen in _amounts(self.total, self.own, registered=self.registered).items()},
        }

    def costing(self, total: int) -> "Bill":
        """The same bill, reckoned anew: the patient bears the same part of it."""
        return replace(self, total=total, own=round(self.own * total / self.total))


def stay(number: str, hospital: Hospital, residence: str, day: date, chance: Random, *, registered: bool) -> Bill:
    """The bill of a stay that ends on a day."""
    total = costs.admission(hospital.tier, chance)
    own = round(total * costs.share_of_admission(hospital.tier, chance, registered=registered))
    days = min(2 + int(chance.expovariate(1 / 6)), _LONGEST_STAY)
    diagnosis = _diagnosis(chance)
    settled = _settled(day, chance)
    admitted = day - timedelta(days=days)
    return Bill(number, hospital, residence, admitted, day, settled, INPATIENT, diagnosis, total, own, registered)


def chronic_visits(
    number: str, hospital: Hospital, residence: str, day: date, chance: Random, *, total: int, own: int, registered: bool
) -> Bill:
    """The bill of a year's visits for a chronic illness that ends on a day, of which the patient bears `own`."""
    return Bill(number, hospital, residence, day, day, _settled(day, chance), CHRONIC, "CHRONIC", total, own, registered)


def _settled(day: date, chance: Random) -> datetime:
    minutes = chance.randrange(9 * 60)
    return datetime.combine(day, time(8), SHANGHAI) + timedelta(minutes=minutes, seconds=chance.randrange(60))


def _diagnosis(chance: Random) -> str:
    drawn = chance.random()
    return next((category for category, limit in _DIAGNOSES if drawn < limit), "OTHER")


def _amounts(total: int, own: int, *, registered: bool) -> dict[str, int]:
    """All amounts, in fen. Others have two lines; the special fund closes what is left for the registered."""
    amounts = dict.fromkeys(AMOUNTS, 0)
    outside = round(own * _OUT_OF_SCOPE)
    amounts |= {"total_fee": total, "out_of_scope_fee": outside, "in_scope": total - outside}
    amounts["deductible"] = min(_DEDUCTIBLE, own - outside) if not registered else 0
    left = total - own
    amounts["basic_pay"] = round(left * _BASIC) if registered or total > _CRITICAL_FROM else left
    left -= amounts["basic_pay"]
    if total > _CRITICAL_FROM:
        amounts["critical_pay"] = round(left * _CRITICAL) if registered else left
        left -= amounts["critical_pay"]
    if registered:
        for line, share in _LATER_LINES:
            amounts[line] = round(left * share)
            left -= amounts[line]
        amounts["special_fund_pay"] = left
    return amounts | {"personal_pay": own, "cash_pay": own}


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)
