"""Divisions: what is new, renamed or given up, as the edition of a day says it.

Source: statistical division codes, published in editions. A division is never taken away, since history lies in it; it gets a
last day. The tree that is to be is made and checked before anything is recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from registry.command import Command, decides
from registry.command import code as coded
from registry.decision import Decision
from registry.reference.stream import ReferenceEvent, ReferenceStream
from registry.refusal import Refusals
from schemas.divisions import Division, Divisions, Level, is_division_code, level_of, parent_code

DIVISIONS = "divisions"


class DivisionsChanged(ReferenceEvent):
    """Divisions that are new or changed."""

    TOPIC = "reference.divisions_changed"
    edition: str
    divisions: list[dict[str, Any]]

    def apply(self, aggregate: "DivisionSet") -> None:
        aggregate.division = self.division
        aggregate.editions.append(self.edition)


class DivisionSet(ReferenceStream):
    """The editions of one province's divisions; the tree itself is the decision's."""

    TOPIC: ClassVar[str] = "division_set"

    def __init__(self, id: Any) -> None:
        super().__init__(id)
        self.editions: list[str] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedDivision:
    """A division as it is from now on. `valid_to`: its last day; the parent follows from the code."""

    code: str
    level: str = coded("division_level")
    name_zh: str
    name_en: str = ""
    valid_from: date = date(1900, 1, 1)
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDivisions(Command):
    """Take in an edition of the divisions of one province: those that are new or changed."""

    edition: str
    divisions: tuple[ChangedDivision, ...]


@decides(ChangeDivisions)
def change_divisions(division_set: DivisionSet, command: ChangeDivisions, decision: Decision) -> None:
    """E-FIELD-MISSING, E-DIVISION-CODE, E-DIVISION-LEVEL, E-DIVISION-UNKNOWN, E-DIVISION-INACTIVE, E-DATE-ORDER.

    Only what differs is recorded; nothing where nothing does.
    """
    refusals = Refusals()
    refusals.unless(bool(command.divisions), "E-FIELD-MISSING", at="divisions")
    check_codes(command.divisions, refusals)
    refusals.raise_any()
    tree = decision.divisions
    changed = [division_of(given, tree) for given in command.divisions]
    check_tree(changed, tree, refusals)
    refusals.raise_any()
    different = [division for division in changed if tree.get(division.code) != division]
    if different:
        division_set.trigger(
            DivisionsChanged,
            decision,
            command.effective_on,
            evidence=command.evidence,
            division=province_of(different[0].code),
            edition=command.edition,
            divisions=[record_of(division) for division in different],
        )


def check_codes(given: Sequence[ChangedDivision], refusals: Refusals) -> None:
    """Well-formed codes of one province, each once (E-DIVISION-CODE), of the level that they name (E-DIVISION-LEVEL)."""
    seen: set[str] = set()
    for place, division in enumerate(given):
        at = f"divisions[{place}]"
        good = is_division_code(division.code) and division.code not in seen
        good = good and province_of(division.code) == province_of(given[0].code)
        if refusals.unless(good, "E-DIVISION-CODE", at=f"{at}.code"):
            level = level_of(division.code).name
            refusals.unless(division.level == level, "E-DIVISION-LEVEL", at=f"{at}.level", division=division.code, level=level)
        seen.add(division.code)
        lasting = division.valid_to is None or division.valid_from <= division.valid_to
        refusals.unless(lasting, "E-DATE-ORDER", at=f"{at}.valid_to", first="valid_from", then="valid_to")


def check_tree(changed: Sequence[Division], tree: Divisions, refusals: Refusals) -> None:
    """Every parent is known (E-DIVISION-UNKNOWN), and outlasts its children (E-DIVISION-INACTIVE)."""
    known = {division.code: division for division in [*tree, *changed]}
    places = {division.code: place for place, division in enumerate(changed)}
    for division in changed:
        orphan = division.parent and division.parent not in known
        refusals.unless(not orphan, "E-DIVISION-UNKNOWN", at=f"divisions[{places[division.code]}].code", division=division.parent)
    for child in known.values():
        parent = known.get(child.parent)
        if parent is None or (child.code not in places and parent.code not in places):
            continue
        outlived = parent.valid_to is not None and (child.valid_to is None or child.valid_to > parent.valid_to)
        place = places.get(parent.code, places.get(child.code))
        at = f"divisions[{place}].valid_to"
        refusals.unless(not outlived, "E-DIVISION-INACTIVE", at=at, division=parent.code, day=child.valid_to or date.max)


def division_of(given: ChangedDivision, tree: Divisions) -> Division:
    """The division as it will be; what the edition does not say stays as it is."""
    known = tree.get(given.code)
    poverty_county = known is not None and known.national_poverty_county
    return Division(
        code=given.code,
        level=Level[given.level],
        name_zh=given.name_zh,
        name_en=given.name_en,
        parent=parent_code(given.code) or "",
        national_poverty_county=poverty_county,
        valid_from=given.valid_from,
        valid_to=given.valid_to,
    )


def record_of(division: Division) -> dict[str, Any]:
    """A division as a record of an event."""
    return {
        "code": division.code,
        "level": division.level.name,
        "name_zh": division.name_zh,
        "name_en": division.name_en,
        "parent": division.parent,
        "valid_from": division.valid_from,
        "valid_to": division.valid_to,
    }


def with_changes(tree: Divisions, records: Sequence[Mapping[str, Any]]) -> Divisions:
    """The tree after an event with these records."""
    changed = []
    for record in records:
        known = tree.get(record["code"])
        division = Division(**{**record, "level": Level[record["level"]]})
        changed.append(replace(division, national_poverty_county=known is not None and known.national_poverty_county))
    return tree.with_added(changed)


def province_of(division: str) -> str:
    return division[:2] + "0000000000"
