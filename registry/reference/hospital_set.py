"""Hospitals: what each is called, where and of which level it is, and how often it usually reports.

A hospital is never taken away, since its expenses stay; it gets a last day. One that nobody registered may report
all the same: it is known by its topic, and the policy says how often a hospital is heard of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final

from registry.command import Command, code, decides, number
from registry.decision import Decision
from registry.reference.division_set import province_of
from registry.reference.stream import ReferenceEvent, ReferenceStream
from registry.refusal import Refusals
from schemas.divisions import Divisions, Level, level_of
from schemas.topic_rights import CODES, Kind

HOSPITALS: Final = "hospitals"
NAME_MAX: Final = 100
HOURS_MAX: Final = 9600
"""A year and a bit: whoever is heard of more seldom than that cannot fall silent."""
LEVELS: Final = frozenset({Level.COUNTY, Level.TOWNSHIP})


class HospitalsChanged(ReferenceEvent):
    """Hospitals that are new or changed."""

    TOPIC = "reference.hospitals_changed"
    hospitals: list[dict[str, Any]]

    def apply(self, aggregate: "HospitalSet") -> None:
        aggregate.division = self.division
        aggregate.hospitals |= {record["institution"]: record for record in self.hospitals}


class HospitalSet(ReferenceStream):
    """All hospitals, by code, as the last event about each has them."""

    TOPIC: ClassVar[str] = "hospital_set"

    def __init__(self, id: Any) -> None:
        super().__init__(id)
        self.hospitals: dict[str, dict[str, Any]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedHospital:
    """A hospital as it is from now on. `institution`: H and 11 digits; `division`: its county or township; `since`, `until`: the
    first and the last day on which it reports; without `usual_interval_hours` the policy's holds."""

    institution: str
    name_zh: str
    hospital_level: str = code("hospital_level")
    division: str
    usual_interval_hours: int | None = number(1, HOURS_MAX, default=None)
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeHospitals(Command):
    """Take in hospitals that are new or changed; those that are not named stay as they are."""

    hospitals: tuple[ChangedHospital, ...]


@decides(ChangeHospitals)
def change_hospitals(hospital_set: HospitalSet, command: ChangeHospitals, decision: Decision) -> None:
    """E-FIELD-MISSING, E-FIELD-TYPE, E-FIELD-TOO-LONG, E-HOSPITAL-TWICE, E-DIVISION-UNKNOWN, E-DIVISION-LEVEL, E-DATE-ORDER.

    Only what differs is recorded; nothing where nothing does.
    """
    refusals = Refusals()
    refusals.unless(bool(command.hospitals), "E-FIELD-MISSING", at="hospitals")
    check_hospitals(command.hospitals, decision.divisions, refusals)
    refusals.raise_any()
    records = [record_of(hospital) for hospital in command.hospitals]
    different = [record for record in records if hospital_set.hospitals.get(record["institution"]) != record]
    if different:
        hospital_set.trigger(
            HospitalsChanged,
            decision,
            command.effective_on,
            evidence=command.evidence,
            division=province_of(different[0]["division"]),
            hospitals=different,
        )


def check_hospitals(given: Sequence[ChangedHospital], tree: Divisions, refusals: Refusals) -> None:
    """Each a hospital's code and once, with a name, in a county or township that there is, for days in their order."""
    seen: set[str] = set()
    for place, hospital in enumerate(given):
        at = f"hospitals[{place}]"
        is_code = CODES[Kind.HOSPITAL].fullmatch(hospital.institution) is not None
        if refusals.unless(is_code, "E-FIELD-TYPE", at=f"{at}.institution", expected="HOSPITAL_CODE"):
            fresh = hospital.institution not in seen
            refusals.unless(fresh, "E-HOSPITAL-TWICE", at=f"{at}.institution", institution=hospital.institution)
        seen.add(hospital.institution)
        refusals.unless(bool(hospital.name_zh.strip()), "E-FIELD-MISSING", at=f"{at}.name_zh")
        refusals.unless(len(hospital.name_zh) <= NAME_MAX, "E-FIELD-TOO-LONG", at=f"{at}.name_zh", maximum=NAME_MAX)
        known = hospital.division in tree
        if refusals.unless(known, "E-DIVISION-UNKNOWN", at=f"{at}.division", division=hospital.division):
            level = level_of(hospital.division)
            nearest = min(LEVELS, key=lambda fitting: abs(fitting - level)).name
            refusals.unless(level in LEVELS, "E-DIVISION-LEVEL", at=f"{at}.division", division=hospital.division, level=nearest)
        lasting = hospital.until is None or hospital.since <= hospital.until
        refusals.unless(lasting, "E-DATE-ORDER", at=f"{at}.until", first="since", then="until")


def record_of(hospital: ChangedHospital) -> dict[str, Any]:
    """A hospital as a record of an event."""
    return {
        "institution": hospital.institution,
        "name_zh": hospital.name_zh,
        "hospital_level": hospital.hospital_level,
        "division": hospital.division,
        "usual_interval_hours": hospital.usual_interval_hours,
        "since": hospital.since,
        "until": hospital.until,
    }
