"""Correcting and voiding in tests: by the kind of fact, some while after all of it was recorded."""

from collections.abc import Sequence
from typing import Any

from registry.event import RegistryEvent
from registry.household.corrections import CorrectFact, VoidFact
from tests.support.register import Register, RegisterOutcome, a_register
from tests.support.scenario import HOUSEHOLD, by, day

LATE = day(500)


def found_wrong(history: Sequence[Any] = (), *more: Any) -> Register:
    """A register with this history, some while later."""
    return a_register(*history, *more).today(LATE)


def correct(register: Register, event_class: type[RegistryEvent], number: int = 1, **facts: Any) -> RegisterOutcome:
    """Correct the household's first (second, ...) event of this class; its day stays unless `effective_on` is among the facts."""
    event = register.event(HOUSEHOLD, event_class, number)
    day_of_fact = facts.pop("effective_on", event.effective_on)
    reason = facts.pop("reason_code", None)
    command = CorrectFact(
        household_id=HOUSEHOLD, corrects_event_id=event.event_id, effective_on=day_of_fact, reason_code=reason, facts=facts
    )
    return register.when(by("COUNTY_OFFICER", command))


def void(register: Register, event_class: type[RegistryEvent], number: int = 1) -> RegisterOutcome:
    """Void the household's first (second, ...) event of this class."""
    event = register.event(HOUSEHOLD, event_class, number)
    return register.when(VoidFact(household_id=HOUSEHOLD, effective_on=LATE, corrects_event_id=event.event_id))


def broken(outcome: RegisterOutcome) -> dict[str, str]:
    """Which later facts a correction would break, and by which rules."""
    outcome.then_refuses("E-CORRECTION-BREAKS")
    assert outcome.refused is not None
    return {v.params["event"]: v.params["broken"] for v in outcome.refused.violations}
