"""What the register says of two hospitals in the course of time."""

from dataclasses import replace

from registry.event import RegistryEvent
from registry.reference.hospital_intake import ResumeHospitalIntake, StopHospitalIntake
from registry.reference.hospital_set import HOSPITALS, ChangedHospital, ChangeHospitals
from registry.reference.stream import stream_id
from tests.support.expenses import HOSPITAL, OTHER_HOSPITAL
from tests.support.register import a_register
from tests.support.scenario import day

REGISTERED = ChangedHospital(
    institution=HOSPITAL,
    name_zh="示范县人民医院",
    hospital_level="2",
    division="469024000000",
    usual_interval_hours=12,
    since=day(0),
)


def hospitals_told() -> list[RegistryEvent]:
    """Registered, closed some day, stopped, resumed and stopped again."""
    register = a_register(
        ChangeHospitals(effective_on=day(1), hospitals=(REGISTERED, replace(REGISTERED, institution=OTHER_HOSPITAL))),
        ChangeHospitals(effective_on=day(2), hospitals=(replace(REGISTERED, until=day(500)),)),
        StopHospitalIntake(institution=HOSPITAL, effective_on=day(3), records=40, dead_letters=30),
        ResumeHospitalIntake(institution=HOSPITAL, effective_on=day(4)),
        StopHospitalIntake(institution=HOSPITAL, effective_on=day(5), records=40, dead_letters=30),
    )
    return [*register.events(stream_id(HOSPITALS)), *register.events(stream_id("hospital_intake", HOSPITAL))]
