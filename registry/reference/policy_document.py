"""Policy documents: activated whole, one stream per place and year, and only if they fit together.

Source: three-year plan, items 22 and 23 (the bar is neither raised nor lowered). What makes documents acceptable is in
`registry.policy.validation`: a county changes only what the schema gives a direction, and only in it. So a county's document is
held against the province's of that year, and a new one of the province against all counties'.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from registry.command import Command, decides
from registry.decision import Decision
from registry.policy.documents import whole
from registry.policy.validation import Address, Document, PolicyRefused, check, folder_of, validate, version_of
from registry.reference.stream import ReferenceEvent, ReferenceStream, stream_id
from registry.refusal import refuse
from schemas.division_codes import is_division_code


class PolicyVersionActivated(ReferenceEvent):
    """A policy document, whole, as JSON."""

    TOPIC = "reference.policy_version_activated"
    scope: str
    year: int
    policy_document_version: str
    document: str

    def content(self) -> dict[str, Any]:
        """The document, parsed."""
        parsed: dict[str, Any] = json.loads(self.document)
        return parsed

    def apply(self, aggregate: "PolicyDocuments") -> None:
        aggregate.division = self.division
        aggregate.documents.append(self.content())


class PolicyDocuments(ReferenceStream):
    """The documents of one place and year, in the order in which they were activated; the last one holds."""

    TOPIC: ClassVar[str] = "policy_document"

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.documents: list[Document] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivatePolicy(Command):
    """Activate a policy document: division, year, revision, and sections of keys, as in a policy file."""

    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PolicyYear:
    """The stream that a document belongs to, and what else holds in the province in that year."""

    subject: PolicyDocuments
    others: Sequence[Document]


def policy_stream_id(division: str, year: int) -> UUID:
    """The stream of this place's documents for this year. `division`: 12 digits, the province or a reporting unit."""
    return stream_id("policy", division, year)


@decides(ActivatePolicy)
def activate_policy(policy_year: PolicyYear, command: ActivatePolicy, decision: Decision) -> None:
    """Raises PolicyRefused with every violation; E-POLICY-REVISION where a later one holds. The same document again is silent.

    As its checks say: E-POLICY-CONTRADICTION, E-POLICY-COUNTY-KEY, E-POLICY-DIRECTION, E-POLICY-DIVISION, E-POLICY-DUPLICATE,
    E-POLICY-KEY-MISSING, E-POLICY-KEY-UNKNOWN, E-POLICY-NO-PROVINCE, E-POLICY-RANGE, E-POLICY-TYPE.
    """
    subject = policy_year.subject
    check([*policy_year.others, command.document])
    document = whole(command.document)
    check([*policy_year.others, *subject.documents, document])
    if document in subject.documents:
        return
    if subject.documents and document["revision"] <= subject.documents[-1]["revision"]:
        refuse("E-POLICY-REVISION", at="revision", present=subject.documents[-1]["revision"])
    subject.trigger(
        PolicyVersionActivated,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=document["division"],
        scope=folder_of(document["division"]),
        year=document["year"],
        policy_document_version=version_of(document),
        document=json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    )


def address_of(document: Document) -> Address:
    """Whose policy the document is, and for which year. Raises PolicyRefused where it does not say so."""
    division, year = document.get("division"), document.get("year")
    if not (isinstance(division, str) and is_division_code(division) and type(year) is int):
        raise PolicyRefused(validate([document]))
    return division, year
