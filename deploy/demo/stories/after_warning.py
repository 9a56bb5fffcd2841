"""What offices begin for a household of which a warning was verified: monitoring, a relapse's case, or an identification.

The warning never changes a status: staff take the household's own steps, and the warning's outcome names the case that they
began.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from deploy.demo.identity import Treated
from deploy.demo.life import EXITED, Life
from deploy.demo.stories import identification, monitoring, opening, relapses
from deploy.demo.turn import Step, Turn
from registry.application.early_warning import PROCEDURES
from registry.command import Command
from registry.early_warning.outcome import IDENTIFIED, MONITORED, RE_ENTERED, RecordWarningOutcome
from registry.event import RegistryEvent
from registry.household.case import case_id_of
from schemas.access import Actor

WITHOUT_CASE = "RELIEF_ONLY"
_ILLNESS = "ILLNESS"
_CASES_MAX: Final = 20
"""More than any household of the demonstration ever has of one procedure."""


class Followed(NamedTuple):
    """A verified warning that somebody acts upon. officer: of the township that has it; patient: whom it is about, where that is
    somebody in no household."""

    outcome: str
    subject_id: UUID
    case_id: UUID
    officer: Actor
    patient: Treated | None = None


def can_follow(life: Life) -> bool:
    """Whether a household that had exited may be monitored, or taken in again."""
    return life.status in EXITED and bool(life.size) and not life.case and not life.monitored


def monitor(turn: Turn, followed: Followed) -> Iterator[Step]:
    """A check at home, after which the county starts the monitoring."""
    steps = monitoring.check(turn, monitoring.SUDDEN_HARDSHIP, risk=_ILLNESS)
    yield from _begun(turn, followed, steps if can_follow(turn.life) else ())


def take_in_again(turn: Turn, followed: Followed) -> Iterator[Step]:
    """A check at home finds the household poor again; the relapse is proposed, confirmed, and it re-enters."""
    yield from _begun(turn, followed, relapses.check(turn, risk=_ILLNESS) if can_follow(turn.life) else ())


def enter_ledger(turn: Turn, followed: Followed) -> Iterator[Step]:
    """The clerk enters the patient's household, which nobody had asked about before."""
    yield opening.ledger_entry(turn)
    turn.life.become("NOT_REGISTERED", turn.today)
    turn.life.plan(turn.today + timedelta(days=1), identify, followed)


def identify(turn: Turn, followed: Followed) -> Iterator[Step]:
    """The household applies, as the warning's visitors advised it to."""
    yield from _begun(turn, followed, identification.apply(turn, True, patient=followed.patient))


BEGINNINGS: dict[str, Callable[[Turn, Followed], Iterator[Step]]] = {
    MONITORED: monitor,
    RE_ENTERED: take_in_again,
    IDENTIFIED: enter_ledger,
}
"""Outcome -> what is begun for it."""


def _begun(turn: Turn, followed: Followed, steps: Iterable[Step]) -> Iterator[Step]:
    """Take the steps; the warning's outcome is recorded a day later, when there is a case to name, or at once without one."""
    taken = list(steps)
    yield from taken
    if taken:
        turn.life.plan(turn.today + timedelta(days=1), link, followed)
    else:
        command = RecordWarningOutcome(outcome=WITHOUT_CASE, **_about(turn, followed))
        yield Step(followed.officer, command, turn.life.household_id, turn.thread)


def link(turn: Turn, followed: Followed) -> Iterator[Step]:
    """The township says what was begun."""
    household_id, about = turn.life.household_id, _about(turn, followed)
    procedures = PROCEDURES[followed.outcome]
    cases = {case_id_of(household_id, procedure, number) for procedure in procedures for number in range(1, _CASES_MAX)}

    def naming(events: list[RegistryEvent]) -> Command:
        named = (getattr(each, "case_id", None) for each in reversed(events))
        begun = next(case_id for case_id in named if case_id in cases)
        return RecordWarningOutcome(outcome=followed.outcome, household_id=household_id, linked_case_id=begun, **about)

    yield Step(followed.officer, naming, household_id, turn.thread)


def _about(turn: Turn, followed: Followed) -> dict[str, Any]:
    return {"subject_id": followed.subject_id, "case_id": followed.case_id, "effective_on": turn.today}
