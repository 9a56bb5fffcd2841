"""What the vault keeps of a person, and how it looks inside the seal."""

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.refusal import Refusals, Violation
from registry.vault.disability_certificate import violations_of_certificate
from registry.vault.id_number import normalise, violations_of

TEXT_MAX = 200
"""Characters of one field: room for any full postal address."""

# Not str.isprintable(): that refuses the wide space U+3000, which is common in typed names.
_NOT_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """One person's data as given; `id_number` is normalised on the way in, other texts are kept as they are."""

    name: str
    id_number: str
    phone: str | None = None
    account: str | None = None
    address: str | None = None
    disability_certificate: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.id_number, str):  # anything else is for `weigh_person` to refuse
            object.__setattr__(self, "id_number", normalise(self.id_number))

    def __repr__(self) -> str:
        # Data classes are printed by tracebacks, logs and test reports; this one must say nothing.
        return "PersonalData(...)"


FIELDS = tuple(field.name for field in dataclasses.fields(PersonalData))
REQUIRED_FIELDS = frozenset({"name", "id_number"})


def weigh_person(values: Mapping[str, Any], refusals: Refusals, today: date, *, allow_synthetic: bool, at: str = "") -> None:
    """Note everything that is wrong with a person's fields, their form first, then the numbers.

    today: in Asia/Shanghai; at: prefix of the field's name in the answer, such as `persons[3].`
    """
    for name in FIELDS:
        _weigh_text(name, values.get(name), refusals, at)
    number = values.get("id_number")
    if not isinstance(number, str) or not number.strip():
        return
    field = f"{at}id_number"
    _extend(refusals, violations_of(number, today=today, allow_synthetic=allow_synthetic, at=field))
    if isinstance(certificate := values.get("disability_certificate"), str):
        field = f"{at}disability_certificate"
        _extend(refusals, violations_of_certificate(certificate, id_number=number, at=field))


def _weigh_text(name: str, value: Any, refusals: Refusals, at: str) -> None:
    if value is None or (isinstance(value, str) and not value.strip()):
        refusals.unless(name not in REQUIRED_FIELDS, "E-FIELD-MISSING", at=f"{at}{name}")
    elif not isinstance(value, str) or _NOT_TEXT.search(value):
        refusals.add("E-FIELD-TYPE", at=f"{at}{name}", expected="LINE_OF_TEXT")
    elif len(value) > TEXT_MAX:
        refusals.add("E-FIELD-TOO-LONG", at=f"{at}{name}", maximum=TEXT_MAX)


def _extend(refusals: Refusals, violations: Iterable[Violation]) -> None:
    for violation in violations:
        refusals.add(violation.code, at=violation.field, **violation.params)


def as_mapping(person: PersonalData) -> dict[str, str]:
    """The fields that have a value."""
    return {name: value for name in FIELDS if (value := getattr(person, name)) is not None}


def from_values(values: Mapping[str, Any]) -> PersonalData:
    """The person with these fields, which `weigh_person` found in order. Raises TypeError for others."""
    return PersonalData(**values)


def to_bytes(values: Mapping[str, str]) -> bytes:
    """JSON, UTF-8; fields without a value are left out."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def from_bytes(content: bytes) -> dict[str, str]:
    """The fields that had a value."""
    values: dict[str, str] = json.loads(content)
    return values
