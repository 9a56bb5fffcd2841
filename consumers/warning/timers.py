"""What a day brings about by itself: an overdue case is told higher up, one whose linked case is complete is closed."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from consumers.warning.assessment import PolicyFor
from projections.expenses.queries.open_cases import OpenCase
from registry.early_warning.command import WarningCommand
from registry.early_warning.escalate import COUNTY, PROVINCE, EscalateEarlyWarning
from registry.early_warning.outcome import CloseEarlyWarning
from registry.early_warning.working_days import after_working_days

_EPOCH: Final = date(1970, 1, 1)


def command_of_the_day(case: OpenCase, policy_for: PolicyFor, today: date) -> WarningCommand | None:
    """What is due for a case. Told again, it changes nothing; whether a link is complete the register knows.

    Raises Refused (E-CALENDAR-YEAR) where nobody knows the working days.
    """
    subject_id = UUID(bytes=case.subject_id)
    if case.due is None:
        return CloseEarlyWarning(effective_on=today, subject_id=subject_id)
    higher = _told_next(case, _EPOCH + timedelta(days=case.due), policy_for, today)
    if higher is None:
        return None
    return EscalateEarlyWarning(effective_on=today, subject_id=subject_id, case_id=UUID(bytes=case.case_id), escalated_to=higher)


def _told_next(case: OpenCase, due: date, policy_for: PolicyFor, today: date) -> str | None:
    """Who has to be told; the province is told together with the county."""
    if today <= due or PROVINCE in case.told:
        return None
    late = after_working_days(due, policy_for(case.division, today).warning_escalation_working_days)
    if today > late:
        return PROVINCE
    return None if COUNTY in case.told else COUNTY
