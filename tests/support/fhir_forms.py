"""FHIR R4 resources of made-up patients, as a hospital's system exports them."""

from typing import Any

from registry.hospitals.fhir_elements import OURS
from tests.support.intake import id_number

AMOUNTS = {
    "total_fee": "12431.00",
    "in_scope": "12431.00",
    "basic_pay": "11188.00",
    "personal_pay": "1243.00",
    "cash_pay": "1243.00",
}


def ours(name: str, value: str) -> dict[str, str]:
    """An identifier, or a coding, of our system."""
    return {"system": OURS + name, "value": value}


def concept(name: str, code: str) -> dict[str, Any]:
    """A concept with a coding of our system, and one of somebody else's before it."""
    return {"coding": [{"system": "urn:oid:1.2.3", "code": "X"}, {"system": OURS + name, "code": code}]}


def extension(name: str, **value: Any) -> dict[str, Any]:
    """One of our extensions."""
    return {"url": OURS + name, **value}


def patient(number: int = 1, **changes: Any) -> dict[str, Any]:
    """The patient, with more than anybody needs to know."""
    return {
        "resourceType": "Patient",
        "id": f"p{number}",
        "identifier": [
            {"system": "urn:oid:9.9", "value": "MRN-7"},
            {"system": "urn:oid:2.16.156.10011.1.3", "value": id_number(number)},
        ],
        "name": [{"text": "某某"}],
        "extension": [
            extension("residence_division", valueString="469024100000"),
            extension("hukou_kind", valueCode="RURAL"),
        ],
        **changes,
    }


def coverage(number: int = 1) -> dict[str, Any]:
    """The residents' insurance of the patient."""
    return {
        "resourceType": "Coverage",
        "id": f"c{number}",
        "status": "active",
        "type": concept("insutype", "390"),
        "beneficiary": {"reference": f"Patient/p{number}"},
        "payor": [{"display": "insurer"}],
    }


def benefits(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An explanation of benefits: a settlement with all who paid."""
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": f"e{number}",
        "identifier": [ours("settlement_id", f"S{number:06d}"), ours("encounter_id", f"E{number:06d}")],
        "status": "active",
        "type": concept("med_type", "21"),
        "use": "claim",
        "patient": {"reference": f"Patient/p{number}"},
        "billablePeriod": {"start": "2019-03-15", "end": "2019-03-18T23:30:00Z"},
        "created": "2019-03-19T10:11:45+08:00",
        "insurer": {"display": "insurer"},
        "provider": {"display": "hospital"},
        "outcome": "complete",
        "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": concept("diagnosis_category", "OTHER")}],
        "insurance": [{"focal": True, "coverage": {"reference": f"Coverage/c{number}"}}],
        "total": [amount(name, value) for name, value in AMOUNTS.items()],
    } | changes


def amount(name: str, value: str, currency: str = "CNY") -> dict[str, Any]:
    """A total of an explanation of benefits."""
    return {"category": concept("amount", name), "amount": {"value": Number(value), "currency": currency}}


def claim(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A claim: the total as such, everything else beside it."""
    beside = [
        {"sequence": place, "category": concept("amount", name), "valueQuantity": {"value": Number(value), "code": "CNY"}}
        for place, (name, value) in enumerate(AMOUNTS.items(), 1)
        if name != "total_fee"
    ]
    fields = benefits(number) | {
        "resourceType": "Claim",
        "priority": {"text": "normal"},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": f"Coverage/c{number}"}}],
        "total": {"value": Number(AMOUNTS["total_fee"]), "currency": "CNY"},
        "supportingInfo": beside,
    }
    del fields["outcome"]
    return fields | changes


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    """These in one document."""
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource} for resource in resources]}


class Number(float):
    """A number that JSON writes with the digits that it was given."""

    def __new__(cls, digits: str) -> "Number":
        made = super().__new__(cls, digits)
        made.digits = digits
        return made

    def __repr__(self) -> str:
        return self.digits
