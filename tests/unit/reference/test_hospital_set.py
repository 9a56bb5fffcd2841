"""Hospitals as events: new ones, changed ones, and what is no hospital."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from registry.reference.hospital_set import HOSPITALS, ChangedHospital, ChangeHospitals, HospitalsChanged
from registry.reference.stream import stream_id
from tests.support.register import a_register, on
from tests.support.scenario import COUNTY, HOSPITAL, PROVINCE, TOWNSHIP, VILLAGE, day, seen

SET = stream_id(HOSPITALS)
FIRST = ChangedHospital(
    institution=HOSPITAL, name_zh="示范县人民医院", hospital_level="2", division=COUNTY, usual_interval_hours=24, since=day(0)
)
CENTRE = ChangedHospital(institution="H46903000002", name_zh="示范镇卫生院", hospital_level="9", division=TOWNSHIP, since=day(0))


def told(*hospitals: ChangedHospital) -> ChangeHospitals:
    return ChangeHospitals(effective_on=day(1), hospitals=hospitals)


def test_a_hospital_is_recorded_with_all_that_is_known_of_it() -> None:
    register = a_register().when(told(FIRST, CENTRE)).then(on(SET, seen(HospitalsChanged, division=PROVINCE)))
    event: Any = register.event(SET, HospitalsChanged)
    county, township = event.hospitals
    assert (county["name_zh"], county["hospital_level"], county["usual_interval_hours"]) == ("示范县人民医院", "2", 24)
    assert (township["division"], township["usual_interval_hours"], township["until"]) == (TOWNSHIP, None, None)


def test_only_what_differs_is_recorded() -> None:
    a_register(told(FIRST, CENTRE)).when(told(FIRST, CENTRE)).then_nothing_happens()
    closed = replace(CENTRE, until=day(90))
    register = a_register(told(FIRST, CENTRE)).when(told(FIRST, closed)).then(on(SET, HospitalsChanged))
    *_, last = register.events(SET)
    assert [(record["institution"], record["until"]) for record in last.hospitals] == [(CENTRE.institution, day(90))]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"institution": "H4690300000"}, "E-FIELD-TYPE", "institution"),
        ({"institution": CENTRE.institution}, "E-HOSPITAL-TWICE", "institution"),
        ({"name_zh": " "}, "E-FIELD-MISSING", "name_zh"),
        ({"name_zh": "院" * 101}, "E-FIELD-TOO-LONG", "name_zh"),
        ({"hospital_level": "4"}, "E-CODE-UNKNOWN", "hospital_level"),
        ({"division": "469030888000"}, "E-DIVISION-UNKNOWN", "division"),
        ({"division": PROVINCE}, "E-DIVISION-LEVEL", "division"),
        ({"division": VILLAGE}, "E-DIVISION-LEVEL", "division"),
        ({"usual_interval_hours": 0}, "E-FIELD-RANGE", "usual_interval_hours"),
        ({"until": date(2018, 1, 1)}, "E-DATE-ORDER", "until"),
    ],
)
def test_what_is_no_hospital_is_refused(change: dict[str, Any], code: str, field: str) -> None:
    outcome = a_register().when(told(CENTRE, replace(FIRST, **change)))
    assert outcome.then_refuses(code).fields(code) == [f"hospitals[1].{field}"]


def test_every_fault_is_told_at_once_and_nothing_is_no_change() -> None:
    a_register().when(told()).then_refuses("E-FIELD-MISSING")
    bad = replace(FIRST, institution="H1", division=PROVINCE)
    outcome = a_register().when(told(bad, replace(CENTRE, name_zh="")))
    outcome.then_refuses("E-FIELD-TYPE", "E-DIVISION-LEVEL", "E-FIELD-MISSING")
