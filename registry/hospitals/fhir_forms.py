"""Finds the claims and explanations of benefits in a FHIR document, and what they refer to. Nothing is asked of the network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.refusal import refuse

Resource = Mapping[str, Any]
BUNDLE: Final = "Bundle"
FORMS: Final = frozenset({"Claim", "ExplanationOfBenefit"})
KINDS: Final = (BUNDLE, "Claim", "ExplanationOfBenefit")


@dataclass(frozen=True, slots=True)
class Form:
    """One of them, and the document's other resources by the references that may name them."""

    resource: Resource
    others: Mapping[str, Resource]

    def referred(self, reference: Any, kind: str) -> Resource | None:
        """What a Reference means, where it is in the document and of this kind."""
        name = reference.get("reference") if isinstance(reference, Mapping) else None
        if not isinstance(name, str):
            return None
        if name.startswith("#"):
            contained = (r for r in _list(self.resource.get("contained")) if isinstance(r, Mapping))
            found = next((r for r in contained if f"#{r.get('id')}" == name), None)
        else:
            found = self.others.get(name)
        return found if found is not None and found.get("resourceType") == kind else None


def is_bundle(document: Resource) -> bool:
    """Whether it holds several resources."""
    return bool(document.get("resourceType") == BUNDLE)


def forms_of(document: Resource) -> list[Form]:
    """Every claim and every explanation of benefits, in their order. Raises Refused (E-FHIR) where there is none."""
    if not is_bundle(document):
        if not _is_form(document):
            refuse("E-FHIR", at="resourceType", rule="NOT_A_FORM")
        return [Form(document, {})]
    entries = [entry for entry in _list(document.get("entry")) if isinstance(entry, Mapping)]
    others = {name: resource for entry in entries for name, resource in _named(entry)}
    found = [Form(resource, others) for entry in entries if _is_form(resource := _resource(entry))]
    if not found:
        refuse("E-FHIR", at="entry", rule="NO_FORM")
    return found


def _is_form(resource: Resource) -> bool:
    """Its kind may be anything that JSON has."""
    kind = resource.get("resourceType")
    return isinstance(kind, str) and kind in FORMS


def _named(entry: Mapping[str, Any]) -> Iterator[tuple[str, Resource]]:
    resource = _resource(entry)
    if isinstance(entry.get("fullUrl"), str):
        yield entry["fullUrl"], resource
    if isinstance(resource.get("id"), str):
        yield f"{resource.get('resourceType')}/{resource['id']}", resource


def _resource(entry: Mapping[str, Any]) -> Resource:
    resource = entry.get("resource")
    return resource if isinstance(resource, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
