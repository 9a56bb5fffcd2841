"""What a digest's files tell, whatever their kind: title, figures, corrections, counties and definitions in one language."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from projections.weekly.figures import tells_persons
from projections.weekly.files.words import word
from projections.weekly.making import fingerprint
from projections.weekly.sheet import words_of
from projections.weekly.showing import shown, totals
from schemas.divisions import hainan

COUNTIES_ACROSS: Final = 5
"""So many columns of counties fit on an upright A4 page."""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure over all counties. values: households or events, persons, of earlier weeks, each as `showing.shown` gives it."""

    code: str
    label: str
    definition: str
    values: tuple[int | str, int | str, int | str]


@dataclass(frozen=True, slots=True)
class Correction:
    """A change of a figure of an earlier week. persons: None where its events tell none; by: the correcting event, hex."""

    code: str
    label: str
    week: str
    county: str
    events: int
    persons: int | None
    by: str


@dataclass(frozen=True, slots=True)
class Cross:
    """Households or events of every figure (code, label, numbers) in these counties."""

    counties: tuple[str, ...]
    lines: tuple[tuple[str, str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """facts: what the digest is of, by label. Where small numbers are hidden there are neither corrections nor crosses."""

    language: str
    title: str
    last_day: date
    facts: tuple[tuple[str, str], ...]
    fingerprint: str
    lines: tuple[Line, ...]
    number_of_corrections: int | str
    corrections: tuple[Correction, ...]
    crosses: tuple[Cross, ...]
    not_collected: str
    hidden: bool


def paper(document: dict[str, Any], language: str, *, hidden: bool = False) -> Paper:
    """Of a digest. language: `zh` or `en`; hidden: for who may not see households: nothing small, no county by itself."""
    area = word("province", language) if document["team"] is None else word("team", language, team=document["team"])
    return Paper(
        language=language,
        title=f"{word('title', language)} {document['week']} · {area}",
        last_day=date.fromisoformat(document["last_day"]),
        facts=tuple(_facts(document, language, area)),
        fingerprint=fingerprint(document),
        lines=tuple(_lines(document, language, hidden)),
        number_of_corrections=shown(len(document["corrections"]), hidden=hidden),
        corrections=() if hidden else tuple(_corrections(document, language)),
        crosses=() if hidden else tuple(_crosses(document, language)),
        not_collected=" ".join(document["not_collected"]),
        hidden=hidden,
    )


def units_in(document: dict[str, Any]) -> tuple[str, ...]:
    """The reporting units of a digest, ascending."""
    return tuple(sorted(document["stocks"]["H1"]))


def _facts(document: dict[str, Any], language: str, area: str) -> Iterator[tuple[str, str]]:
    yield word("week", language), f"{document['week']} ({document['first_day']} – {document['last_day']})"
    yield word("area", language), area
    if document["team"] is not None:
        yield word("counties", language), word("between", language).join(county_of(u, language) for u in units_in(document))
    yield word("position", language), f"{document['position']:,}"
    yield word("policy", language), ", ".join(document["policy_versions"]) or "—"
    yield word("fingerprint", language), fingerprint(document)


def _lines(document: dict[str, Any], language: str, hidden: bool) -> Iterator[Line]:
    for code, words in words_of().items():
        amount, persons, earlier = (shown(value, hidden=hidden) for value in totals(document, code))
        definition = words.definition_zh if language == "zh" else words.definition_en
        yield Line(code, label_of(code, language), definition, (amount, persons, earlier))


def _corrections(document: dict[str, Any], language: str) -> Iterator[Correction]:
    for one in document["corrections"]:
        code, county = one["figure"], county_of(one["unit"], language)
        persons = one["persons"] if tells_persons(code) else None
        yield Correction(code, label_of(code, language), one["week"], county, one["events"], persons, one["by"])


def _crosses(document: dict[str, Any], language: str) -> Iterator[Cross]:
    every = units_in(document)
    for first in range(0, len(every), COUNTIES_ACROSS):
        units = every[first : first + COUNTIES_ACROSS]
        lines = (
            (code, label_of(code, language), tuple(amount_of(document, code, unit) for unit in units)) for code in words_of()
        )
        yield Cross(tuple(county_of(unit, language) for unit in units), tuple(lines))


def amount_of(document: dict[str, Any], code: str, unit: str) -> int:
    """Households or events of a figure in a reporting unit."""
    stocks = document["stocks"].get(code)
    amount: int = stocks[unit]["households"] if stocks else document["flows"][code][unit]["events"]
    return amount


def label_of(code: str, language: str) -> str:
    """A figure's words."""
    words = words_of()[code]
    return words.zh if language == "zh" else words.en


def county_of(unit: str, language: str) -> str:
    """The name of a reporting unit."""
    return hainan()[unit].name(language)
