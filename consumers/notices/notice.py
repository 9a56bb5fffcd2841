"""A notice: something that an office is told once. It holds no personal data, in either language.

Its id follows from its cause and from whom it is for, so that whoever reads the same log again finds it told already.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

_NOTICES: Final = UUID("0c9e1b52-6c0f-5d0c-9a63-2f6d2be4c7a1")

Facts = Mapping[str, str | int | None]
"""What a notice says, for programs: names and codes, days as 2020-03-01."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What one office is told.

    kind: dotted words, for programs; recipient: the division whose office it is for, 12 digits; about: id of what it is about;
    text: Chinese first, English below; caused_at: when that happened which it tells of.
    """

    notice_id: UUID
    kind: str
    recipient: str
    about: str
    subject: str
    text: str
    facts: Facts
    caused_at: datetime


def notice_id_of(cause: UUID, kind: str, recipient: str) -> UUID:
    """The id of what this event makes known to this office."""
    return uuid5(_NOTICES, f"{cause}:{kind}:{recipient}")
