"""Assessments, as the intake sends them, and cases that they led to."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from registry.early_warning.assess import AssessEarlyWarning, FiredRule
from registry.early_warning.outcome import RecordWarningOutcome
from registry.early_warning.visit import RecordWarningVisit, VerifyEarlyWarning
from registry.early_warning.warnings import case_id_of, stream_id_of
from tests.support.scenario import HOUSEHOLD, TOWNSHIP, day

WARNINGS = stream_id_of(HOUSEHOLD)
CASE = case_id_of(HOUSEHOLD, 1)
SECOND_CASE = case_id_of(HOUSEHOLD, 2)
RULES = {"BLUE": ("P1", 3000), "YELLOW": ("P2", 5000), "ORANGE": ("P3", 10000), "RED": ("P4", 20000)}


def expense(number: int) -> UUID:
    """The id of a settlement."""
    return UUID(int=(0xE << 64) + number)


def fired(level: str, amount: int, on: date) -> FiredRule:
    """The rule of personal burden of this level."""
    rule, threshold = RULES[level]
    return FiredRule(
        rule=rule, warning_level=level, window="ROLLING_365", window_to=on, amount=Decimal(amount), threshold=Decimal(threshold)
    )


def assessed(level: str = "ORANGE", on: date = day(10), amount: int = 11_000, **changes: Any) -> AssessEarlyWarning:  # noqa: B008
    """How it stands with the household; NONE: nothing fires."""
    given: dict[str, Any] = {
        "subject_id": HOUSEHOLD,
        "subject_kind": "HOUSEHOLD",
        "division": TOWNSHIP,
        "group": "REGISTERED",
        "basis": Decimal(amount),
        "fired": () if level == "NONE" else (fired(level, amount, on),),
        "expenses": () if level == "NONE" else (expense(1),),
    }
    return AssessEarlyWarning(effective_on=on, **given | changes)


def visited(on: date = day(11)) -> RecordWarningVisit:  # noqa: B008
    """Somebody went there."""
    return RecordWarningVisit(subject_id=HOUSEHOLD, case_id=CASE, effective_on=on, visitors=("staff-1",))


def verified(on: date = day(12), finding: str = "NO_HARDSHIP") -> VerifyEarlyWarning:  # noqa: B008
    """What the visit found."""
    return VerifyEarlyWarning(subject_id=HOUSEHOLD, case_id=CASE, effective_on=on, finding=finding)


def ended(outcome: str = "NO_RISK", on: date = day(13), **link: Any) -> RecordWarningOutcome:  # noqa: B008
    """What was done."""
    return RecordWarningOutcome(subject_id=HOUSEHOLD, case_id=CASE, effective_on=on, outcome=outcome, **link)


def closed(outcome: str = "NO_RISK", amount: int = 11_000) -> list[Any]:
    """A case from its beginning to its end, on day 13."""
    return [assessed(amount=amount), visited(), verified(), ended(outcome)]


def assessed_person(number: int, level: str = "ORANGE", **changes: Any) -> AssessEarlyWarning:
    """How it stands with a person whom no household has taken in, in a township of `tests.support.installation`."""
    on = date(2020, 3, 2)
    given = {"subject_id": UUID(int=(0xACE << 64) + number), "subject_kind": "PERSON", "division": "469030100000"}
    return assessed(level, on=on, **given | changes)
