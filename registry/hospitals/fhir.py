"""From a FHIR R4 claim or explanation of benefits to what a hospital says in JSON: docs/hospitals.md has it as a table.

An explanation of benefits says who paid which part, in its totals. A claim knows its total alone: the rest is supporting
information. Names, addresses, diagnoses and whatever else such resources hold are not looked at.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from registry.expenses.amounts import AMOUNTS
from registry.hospitals.fhir_elements import OURS, coded, codings, day, extended, identified, instant
from registry.hospitals.fhir_forms import Form, Resource
from registry.hospitals.fhir_library import faults_of
from registry.refusal import Refusals, Refused, refuse

ID_NUMBERS: Final = frozenset({OURS + "id_number", "urn:oid:2.16.156.10011.1.3"})
"""Systems of the citizen identity number; the second is the national one of health records."""
STAGES: Final = MappingProxyType({"claim": "FINAL", "predetermination": "PRE", "preauthorization": "IN_HOSPITAL_NOTICE"})
"""The resource's `use` -> code of expense_stage."""
TAKEN_BACK: Final = frozenset({"cancelled", "entered-in-error"})
SUBMITTED: Final = ("http://terminology.hl7.org/CodeSystem/adjudication", "submitted")
YUAN: Final = "CNY"

Said = dict[str, Any]


def sent_in(form: Form) -> Said:
    """What a form says, by the names of our fields. Raises Refused with every E-FHIR, and E-FHIR-NOT-INSTALLED."""
    resource = form.resource
    patient, coverages = form.referred(resource.get("patient"), "Patient"), _coverages(form)
    faults = [fault for found in (resource, patient, *coverages) if found is not None for fault in faults_of(found)]
    if faults:
        raise Refused(faults)
    status = resource.get("status")
    if status == "draft":
        refuse("E-FHIR", at=f"{resource['resourceType']}.status", rule="DRAFT")
    said = _settlement(form) | _person(form, patient)
    if status in TAKEN_BACK:
        said |= {"kind": "REVERSED", "reversed_at": instant(resource.get("created"))}
        said["reversal_reason"] = extended(resource, "reversal_reason") or "OTHER"
    else:
        said["kind"] = "REPORTED" if said["settlement_version"] in (None, 1) else "CORRECTED"
        said |= _circumstances(form, patient, coverages) | _amounts(resource)
    return {name: value for name, value in said.items() if value is not None}


def _settlement(form: Form) -> Said:
    resource = form.resource
    identifiers = resource.get("identifier", ())
    settlement_id = identified(identifiers, "settlement_id")
    if settlement_id is None and len(identifiers) == 1:
        settlement_id = identifiers[0].get("value")
    return {
        "settlement_id": settlement_id,
        "settlement_version": extended(resource, "settlement_version"),
        "institution": _institution(form),
    }


def _institution(form: Form) -> str | None:
    provider = form.resource["provider"]
    office = form.referred(provider, "Organization") or {}
    named = office.get("identifier")
    candidates = [provider.get("identifier"), *(named if isinstance(named, list) else ())]
    return identified([one for one in candidates if isinstance(one, Mapping)], "institution")


def _person(form: Form, patient: Resource | None) -> Said:
    """How the patient is named: by the token, else sealed, else clear, where a resource has several."""
    logical = form.resource["patient"].get("identifier")
    identifiers = [*([logical] if logical else ()), *(patient or {}).get("identifier", ())]
    said: Said = {"newborn_no": extended(form.resource, "newborn_no")}
    token = identified(identifiers, "person_token")
    if token is not None:
        return said | {"person_token": token}
    for identifier in identifiers:
        if identifier.get("system") == OURS + "sealed_id":
            return said | {"sealed_id": identifier.get("value"), "key_id": extended(identifier, "key_id")}
    numbers = (i.get("value") for i in identifiers if i.get("system") in ID_NUMBERS)
    return said | {"id_number": next(numbers, None)}


def _circumstances(form: Form, patient: Resource | None, coverages: list[Resource]) -> Said:
    resource = form.resource
    period = resource.get("billablePeriod", {})
    diagnoses = [one.get("diagnosisCodeableConcept") for one in resource.get("diagnosis", ())]
    standard = {
        "stage": STAGES.get(resource.get("use", "")),
        "insutype": coded((coverage.get("type") for coverage in coverages), "insutype"),
        "med_type": coded([resource["type"], resource.get("subType")], "med_type"),
        "diagnosis_category": coded(diagnoses, "diagnosis_category"),
        "residence_division": extended(patient, "residence_division"),
        "hukou_kind": extended(patient, "hukou_kind"),
    }
    # What an extension of the form itself says is meant for this record.
    said: Said = {name: extended(resource, name) or value for name, value in standard.items()}
    return said | {
        "encounter_id": _encounter(form),
        "admitted_on": day(period.get("start")),
        "discharged_on": day(period.get("end")),
        "settled_at": instant(resource.get("created")),
    }


def _encounter(form: Form) -> str | None:
    named = identified(form.resource.get("identifier", ()), "encounter_id")
    if named is not None:
        return named
    for item in form.resource.get("item", ()):
        for reference in item.get("encounter", ()):
            visit = form.referred(reference, "Encounter") or {}
            known = visit.get("identifier")
            for identifier in (reference.get("identifier"), *(known if isinstance(known, list) else ())):
                if isinstance(identifier, Mapping) and identifier.get("value") is not None:
                    return str(identifier["value"])
    return None


def _coverages(form: Form) -> list[Resource]:
    insurances = form.resource.get("insurance")
    listed = [one for one in insurances if isinstance(one, Mapping)] if isinstance(insurances, list) else []
    found = (form.referred(insurance.get("coverage"), "Coverage") for insurance in listed)
    return [coverage for coverage in found if coverage is not None]


def _amounts(resource: Resource) -> Said:
    refusals = Refusals()
    said: Said = {}
    for at, name, value, currency in _told_amounts(resource):
        known = refusals.unless(name in AMOUNTS, "E-FIELD-UNKNOWN", at=at)
        if known and refusals.unless(currency in (YUAN, None), "E-FHIR", at=at, rule="CURRENCY"):
            said[name] = value
    refusals.raise_any()
    return said


def _told_amounts(resource: Resource) -> Iterator[tuple[str, str, Any, str | None]]:
    """(element, our name, value, currency) of everything that is told as one of our amounts."""
    kind, total = resource["resourceType"], resource.get("total")
    if isinstance(total, Mapping):
        yield f"{kind}.total", "total_fee", total.get("value"), total.get("currency")
    for place, one in enumerate(total if isinstance(total, list) else ()):
        for name in _amounts_meant(one.get("category")):
            yield f"{kind}.total[{place}]", name, one["amount"].get("value"), one["amount"].get("currency")
    for place, one in enumerate(resource.get("supportingInfo", ())):
        quantity = one.get("valueQuantity", {})
        for name in _amounts_meant(one.get("category")):
            yield f"{kind}.supportingInfo[{place}]", name, quantity.get("value"), quantity.get("code")


def _amounts_meant(category: Any) -> list[str]:
    found = list(codings([category]))
    ours = [code for system, code in found if system == OURS + "amount"]
    return ours or (["total_fee"] if SUBMITTED in found else [])
