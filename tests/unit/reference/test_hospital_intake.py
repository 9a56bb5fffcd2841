"""A hospital's intake is stopped by the intake itself and resumed by people; the others go on."""

from typing import Any

import pytest

from registry.reference.hospital_intake import (
    HospitalIntakeResumed,
    HospitalIntakeStopped,
    ResumeHospitalIntake,
    StopHospitalIntake,
)
from registry.reference.stream import stream_id
from tests.support.register import a_register, on
from tests.support.scenario import HOSPITAL, day, seen

OTHER = "H46903000002"
STREAM = stream_id("hospital_intake", HOSPITAL)


def stop(institution: str = HOSPITAL, on_day: int = 3, **changes: Any) -> StopHospitalIntake:
    figures = {"records": 40, "dead_letters": 25} | changes
    return StopHospitalIntake(institution=institution, effective_on=day(on_day), **figures)


def resume(institution: str = HOSPITAL, on_day: int = 4) -> ResumeHospitalIntake:
    return ResumeHospitalIntake(institution=institution, effective_on=day(on_day))


def test_a_stop_says_how_many_of_how_many() -> None:
    stopped = seen(HospitalIntakeStopped, institution=HOSPITAL, records=40, dead_letters=25)
    a_register().when(stop()).then(on(STREAM, stopped))


def test_what_was_stopped_is_resumed_and_may_be_stopped_again() -> None:
    a_register(stop()).when(resume()).then(on(STREAM, seen(HospitalIntakeResumed, institution=HOSPITAL)))
    a_register(stop(), resume()).when(stop(on_day=5)).then(on(STREAM, HospitalIntakeStopped))


def test_stopping_twice_and_resuming_what_runs_are_silent() -> None:
    a_register(stop()).when(stop(on_day=4, records=90)).then_nothing_happens()
    a_register().when(resume()).then_nothing_happens()
    a_register(stop(), resume()).when(resume(on_day=5)).then_nothing_happens()


def test_one_hospital_is_not_another() -> None:
    a_register(stop()).when(resume(OTHER)).then_nothing_happens()
    a_register(stop()).when(stop(OTHER)).then(on(stream_id("hospital_intake", OTHER), HospitalIntakeStopped))


@pytest.mark.parametrize("institution", ["", "H4690300000", "H469030000011", "46903000001H", "H46903000001\n"])
def test_what_is_no_hospitals_code_is_refused(institution: str) -> None:
    for command in (stop(institution), resume(institution)):
        assert a_register(stop()).when(command).then_refuses("E-FIELD-TYPE").fields("E-FIELD-TYPE") == ["institution"]


def test_figures_are_possible_and_no_day_is_to_come() -> None:
    a_register().when(stop(records=24)).then_refuses("E-FIELD-RANGE")
    a_register().when(stop(dead_letters=0)).then_refuses("E-FIELD-RANGE")
    a_register().today(day(3)).when(stop(on_day=4)).then_refuses("E-DATE-FUTURE")
    a_register(stop()).today(day(3)).when(resume(on_day=4)).then_refuses("E-DATE-FUTURE")
