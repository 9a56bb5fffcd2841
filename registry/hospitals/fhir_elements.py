"""Looks into the elements of FHIR resources that are in order: identifiers, codings, extensions, amounts.

What FHIR has no element for stands in extensions, and what it leaves open is told by systems: both are `urn:household-registry:`
and the name of our field.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from schemas.clock import SHANGHAI

OURS: Final = "urn:household-registry:"
_DAY_LENGTH: Final = len("2019-03-31")

Element = Mapping[str, Any]


def identified(identifiers: Iterable[Element], name: str) -> str | None:
    """The value of the first identifier of our system of this name."""
    return next((i.get("value") for i in identifiers if i.get("system") == OURS + name), None)


def extended(holder: Element | None, name: str) -> Any:
    """The value of our extension of this name: a scalar, or a coding's code."""
    for extension in (holder or {}).get("extension", ()):
        if extension.get("url") == OURS + name:
            value = next((value for key, value in extension.items() if key.startswith("value")), None)
            return value.get("code") if isinstance(value, Mapping) else value
    return None


def coded(concepts: Iterable[Element | None], name: str) -> str | None:
    """The code of the first coding of our system of this name."""
    return next((code for system, code in codings(concepts) if system == OURS + name), None)


def codings(concepts: Iterable[Element | None]) -> Iterator[tuple[str, str]]:
    """(system, code) of every coding of these concepts."""
    for concept in concepts:
        for coding in (concept or {}).get("coding", ()):
            yield coding.get("system", ""), coding.get("code", "")


def day(said: str | None) -> str | None:
    """The day here of a FHIR date or dateTime; as it was said where it is neither."""
    if said is None or len(said) <= _DAY_LENGTH:
        return said
    try:
        moment = datetime.fromisoformat(said)
        return said if moment.tzinfo is None else moment.astimezone(SHANGHAI).date().isoformat()
    except (ValueError, OverflowError):
        return said


def instant(said: str | None) -> str | None:
    """The instant of a dateTime; of a bare day its beginning here."""
    return f"{said}T00:00:00+08:00" if said is not None and len(said) == _DAY_LENGTH else said
