"""The two messages that can come of a hospital's record: the accepted expense under the person's id, or a dead letter."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from registry.expenses.amounts import AMOUNTS, PRECISION, SCALE, personal_in_scope
from registry.expenses.care import care_of
from registry.expenses.identities import encounter_ref, expense_id
from registry.refusal import Violation
from registry.store.instant import to_micros
from schemas.catalogue import Catalogue
from schemas.codec import Codec, amount_bytes
from schemas.messages import Headers, Message, Record
from schemas.named_ids import NamedIds

ACCEPTED_TOPIC: Final = "expenses.accepted"
DEAD_LETTERS: Final = "hospital.expenses.dlq"
EXPENSE_ACCEPTED: Final = "expense.expense_accepted"
REASONS: Final = "reasons"
INSTITUTION: Final = "institution"
SOURCE_OFFSET: Final = "source_offset"
TIME: Final = "ce_time"

_SETTLEMENT: Final = "registry.expense.v1.Settlement"
"""Named, it is not tried against the other branch of its union first."""
_COPIED: Final = (
    "stage", "insutype", "med_type", "admitted_on", "discharged_on", "settled_at", "residence_division", "hukou_kind",
    "diagnosis_category", *AMOUNTS,
)  # fmt: skip
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_LETTERS: Final = NamedIds(UUID("74c2f2a0-9a5c-5d27-8f46-2b8e5d1c7a90"))


class Letters:
    """Writes them. `source` is the registry's URI reference."""

    def __init__(self, catalogue: Catalogue, source: str) -> None:
        self._codec = Codec(catalogue)
        self._schema = catalogue.latest(EXPENSE_ACCEPTED)
        self._source = source.encode()

    def accepted(
        self,
        record: Record,
        values: Mapping[str, Any],
        kind: str,
        person: tuple[UUID, UUID | None],
        now: datetime,
        *,
        settled: bool,
        bare: Mapping[str, Any] | None = None,
    ) -> Message:
        """A record in order, under the id of the person (and of the guardian, for a newborn).

        bare: its values as the codec's bare ones, where they are at hand: most are written on as they came.
        """
        person_id, guardian_id = person
        institution = values["institution"]
        body = {
            "expense_id": expense_id(institution, values["settlement_id"]).bytes,
            "kind": kind,
            "settlement_version": values["settlement_version"],
            "accepted_at": _micros(now),
            "institution": institution,
            "person_id": person_id.bytes,
            "guardian_id": None if guardian_id is None else guardian_id.bytes,
            "settlement": (_SETTLEMENT, _settlement(institution, values, bare or _bare(values))) if settled else None,
        }
        key = str(person_id).encode()
        headers = self._headers(record, EXPENSE_ACCEPTED, key, now)
        return Message(ACCEPTED_TOPIC, key, self._codec.encode_bare(self._schema, body), headers, 0)

    def dead(
        self, record: Record, institution: str, settlement_id: str | None, violations: Sequence[Violation], now: datetime
    ) -> Message:
        """A record that is not in order, as it came, with `code:field` of every violation; never what stands in a field.

        settlement_id: None where nobody knows, or it is not in order: the key of a stranger's record may hold anything.
        """
        reasons = ",".join(f"{violation.code}:{violation.field}" for violation in violations)
        headers = (
            (REASONS, reasons.encode()),
            (INSTITUTION, institution.encode()),
            (SOURCE_OFFSET, b"%d" % record.offset),
            # The log's own stamp is another one in every log that it is moved to.
            (TIME, _time(now)),
        )
        key = institution if settlement_id is None else f"{institution}:{settlement_id}"
        return Message(DEAD_LETTERS, key.encode(), record.value, headers, 0)

    def _headers(self, record: Record, record_type: str, subject: bytes, now: datetime) -> Headers:
        letter_id = _LETTERS.of(f"{record.topic}:{record.partition}:{record.offset}")
        return (
            ("ce_specversion", b"1.0"),
            ("ce_id", str(letter_id).encode()),
            ("ce_type", record_type.encode()),
            ("ce_source", self._source),
            ("ce_subject", subject),
            (TIME, _time(now)),
            ("content-type", b"application/avro"),
        )


@lru_cache(maxsize=8)
def _time(now: datetime) -> bytes:
    return now.isoformat(timespec="microseconds").replace("+00:00", "Z").encode()


@lru_cache(maxsize=8)
def _micros(now: datetime) -> int:
    return to_micros(now)


def _bare(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _undressed(values[name]) for name in _COPIED}


def _undressed(value: Any) -> Any:
    if isinstance(value, Decimal):
        return amount_bytes(value, SCALE, PRECISION)
    if isinstance(value, datetime):
        return to_micros(value)
    return value.toordinal() - _EPOCH_DAY if isinstance(value, date) else value


def _settlement(institution: str, values: Mapping[str, Any], bare: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: bare[name] for name in _COPIED},
        "encounter_ref": encounter_ref(institution, values["encounter_id"]).bytes,
        "care": care_of(values["med_type"]),
        "personal_in_scope": amount_bytes(personal_in_scope(values), SCALE, PRECISION),
    }
