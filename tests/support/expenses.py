"""Medical expenses of made-up patients, as hospitals report them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from registry.expenses.amounts import FUNDS, OWN

HOSPITAL = "H46902400001"
OTHER_HOSPITAL = "H46902400002"
TOWNSHIP = "469024100000"
DISCHARGED = date(2019, 3, 18)


def amounts(total: str = "12431.00", personal: str = "1243.00") -> dict[str, Decimal]:
    """Amounts that add up: the basic insurance pays what the patient does not."""
    whole, own, none = Decimal(total), Decimal(personal), Decimal("0.00")
    parts = {"out_of_scope_fee": none, "over_limit": none, "pre_self_pay": none, "in_scope": whole, "deductible": none}
    paid = dict.fromkeys(FUNDS, none) | {"basic_pay": whole - own, "hospital_pay": none}
    return {"total_fee": whole, **parts, **paid, "personal_pay": own, **dict.fromkeys(OWN, none), "cash_pay": own}


def settlement(number: int = 1, **changes: Any) -> dict[str, Any]:
    """One settlement that is in order, named by a token unless `changes` say otherwise."""
    return {
        "institution": HOSPITAL,
        "settlement_id": f"S{number:06d}",
        "settlement_version": 1,
        "stage": "FINAL",
        "encounter_id": f"E{number:06d}",
        "sealed_id": None,
        "key_id": None,
        "person_token": "pt1.x",
        "newborn_no": None,
        "insutype": "390",
        "med_type": "21",
        "admitted_on": date(2019, 3, 15),
        "discharged_on": DISCHARGED,
        "settled_at": datetime(2019, 3, 19, 2, 11, 45, tzinfo=UTC),
        "residence_division": TOWNSHIP,
        "hukou_kind": "RURAL",
        "diagnosis_category": "OTHER",
        **amounts(),
        **changes,
    }


def reversal(number: int = 1, **changes: Any) -> dict[str, Any]:
    """The same settlement taken back."""
    return {
        "institution": HOSPITAL,
        "settlement_id": f"S{number:06d}",
        "settlement_version": 2,
        "sealed_id": None,
        "key_id": None,
        "person_token": "pt1.x",
        "newborn_no": None,
        "reversed_at": datetime(2019, 3, 20, 8, tzinfo=UTC),
        "reversal_reason": "REFUND",
        **changes,
    }
