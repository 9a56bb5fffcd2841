"""Whether a hospital's records are taken in: too many dead letters stop one hospital, and nobody else; an operator lets it go on.

Nothing is lost meanwhile: the records wait in the hospital's own topic.
"""

from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from registry.command import Command, decides, number
from registry.decision import Decision
from registry.reference.stream import ReferenceEvent, ReferenceStream
from registry.refusal import Refusals
from schemas.topic_rights import CODES, Kind

RECORDS_MAX: Final = 2**31 - 1
"""What an int of the schema holds."""


class HospitalIntakeStopped(ReferenceEvent):
    """A hospital's records wait in its topic: too many of an hour were dead letters. How many of how many."""

    TOPIC = "reference.hospital_intake_stopped"
    institution: str
    records: int
    dead_letters: int

    def apply(self, aggregate: "HospitalIntake") -> None:
        aggregate.division = self.division
        aggregate.stopped = True


class HospitalIntakeResumed(ReferenceEvent):
    """A hospital's records are taken in again; what came before this is not counted against it any more."""

    TOPIC = "reference.hospital_intake_resumed"
    institution: str

    def apply(self, aggregate: "HospitalIntake") -> None:
        aggregate.division = self.division
        aggregate.stopped = False


class HospitalIntake(ReferenceStream):
    """Of one hospital; it runs until it is stopped for the first time."""

    TOPIC: ClassVar[str] = "hospital_intake"

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.stopped = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StopHospitalIntake(Command):
    """Take in nothing more of a hospital, by the intake itself. `records`: of an hour; `dead_letters`: so many of them."""

    institution: str
    records: int = number(1, RECORDS_MAX)
    dead_letters: int = number(1, RECORDS_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeHospitalIntake(Command):
    """Take in a hospital's records again, with all that have come meanwhile. `institution`: H and 11 digits."""

    institution: str


@decides(StopHospitalIntake)
def stop_hospital_intake(intake: HospitalIntake, command: StopHospitalIntake, decision: Decision) -> None:
    """E-FIELD-TYPE for what is no hospital's code, E-FIELD-RANGE, E-DATE-FUTURE; stopping what is stopped is silent."""
    refusals = _begin(command.institution, command, decision)
    within = command.dead_letters <= command.records
    refusals.unless(within, "E-FIELD-RANGE", at="dead_letters", minimum=1, maximum=command.records)
    refusals.raise_any()
    if not intake.stopped:
        intake.trigger(
            HospitalIntakeStopped,
            decision,
            command.effective_on,
            evidence=command.evidence,
            division=decision.actor["division"],
            institution=command.institution,
            records=command.records,
            dead_letters=command.dead_letters,
        )


@decides(ResumeHospitalIntake)
def resume_hospital_intake(intake: HospitalIntake, command: ResumeHospitalIntake, decision: Decision) -> None:
    """E-FIELD-TYPE for what is no hospital's code, E-DATE-FUTURE; resuming what runs is silent."""
    _begin(command.institution, command, decision).raise_any()
    if intake.stopped:
        intake.trigger(
            HospitalIntakeResumed,
            decision,
            command.effective_on,
            evidence=command.evidence,
            division=decision.actor["division"],
            institution=command.institution,
        )


def _begin(institution: str, command: Command, decision: Decision) -> Refusals:
    refusals = Refusals()
    is_code = CODES[Kind.HOSPITAL].fullmatch(institution) is not None
    refusals.unless(is_code, "E-FIELD-TYPE", at="institution", expected="HOSPITAL_CODE")
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    return refusals
