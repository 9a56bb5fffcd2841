"""What townships do about warnings: somebody goes there, mostly in time, says what was found and what was done.

Source: of 4,881 warnings of a county 1.9 % led to monitoring and 0.3 % to the low-income allowance; that of others relapses and
identifications follow too, and all other shares, are assumptions.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from deploy.demo.staff import Office, office_of
from deploy.demo.stories.after_warning import WITHOUT_CASE
from projections.expenses.queries.open_cases import OpenCase
from registry.command import Command
from registry.early_warning.assign import AssignEarlyWarning
from registry.early_warning.outcome import IDENTIFIED, MONITORED, RE_ENTERED, RecordWarningOutcome
from registry.early_warning.visit import RecordWarningVisit, VerifyEarlyWarning
from schemas.access import Actor
from schemas.division_codes import reporting_unit

IN_TIME: Final = 0.85
"""Of the open cases, those that are worked off by the next week's beginning."""
_IN_NEED: Final = "IN_NEED"
_OUTCOMES: Final = (
    ("NO_RISK", "NO_HARDSHIP", 0.78),
    ("NO_RISK", "BURDEN_BORNE", 0.90),
    ("RELIEF_ONLY", "HARDSHIP", 0.985),
    ("NOT_RURAL", "NOT_FOUND", 0.992),
    ("DATA_ERROR", "NO_HARDSHIP", 0.997),
    ("RELIEF_ONLY", _IN_NEED, 1.0),
)
FOLLOWED: Final = {MONITORED: 0.03, RE_ENTERED: 0.012, IDENTIFIED: 0.02}
"""Of the cases of those for whom that is possible the share for whom it is begun."""
_GIVEN_UP_DAYS: Final = 21
_EPOCH: Final = date(1970, 1, 1)

Told = tuple[Actor, Command]


class Casework:
    """One round of it. The first case that may lead to an outcome does, so that the smallest province has one of each.

    begun: the outcomes that were begun before, ever.
    """

    def __init__(self, today: date, seed: int, begun: set[str]) -> None:
        self._today = today
        self._seed = seed
        self._begun = begun

    def work_off(self, case: OpenCase, possible: tuple[str, ...]) -> tuple[list[Told], str]:
        """What is said of an open case today, and by whom; nothing where it has to wait. And the outcome for which the
        household's own steps are to be begun, of those that are possible: what was done is said once there is a case to name.
        """
        chance = Random(f"{self._seed}/case/{UUID(bytes=case.case_id)}/{self._today}")
        if chance.random() >= IN_TIME or case.state == "FOLLOWED":
            return [], ""
        if case.state in ("RAISED", "VERIFIED"):
            return list(self._assigned(case) if case.state == "RAISED" else self._given_up(case)), ""
        begun = self._drawn(possible, chance)
        outcome, finding = ("", _IN_NEED) if begun else _done(chance.random())
        office, about = officers_of(case), self._about(case)
        visitors = (office.township.user_id, office.township_second.user_id)
        told: list[Told] = [
            (office.township, RecordWarningVisit(visitors=visitors, **about)),
            (office.township, VerifyEarlyWarning(finding=finding, **about)),
        ]
        if outcome:
            told.append((office.township, RecordWarningOutcome(outcome=outcome, **about)))
        return told, begun

    def _drawn(self, possible: tuple[str, ...], chance: Random) -> str:
        for outcome in possible:
            if outcome not in self._begun or chance.random() < FOLLOWED[outcome]:
                self._begun.add(outcome)
                return outcome
        return ""

    def _assigned(self, case: OpenCase) -> Iterator[Told]:
        """Where nobody knew whose it is, the county finds the township."""
        if case.division == reporting_unit(case.division):
            office = officers_of(case)
            yield office.county, AssignEarlyWarning(township=office.township.division, **self._about(case))

    def _given_up(self, case: OpenCase) -> Iterator[Told]:
        """What was meant to be begun was not, since the household is no more."""
        if case.due is not None and self._today > _EPOCH + timedelta(days=case.due + _GIVEN_UP_DAYS):
            yield officers_of(case).township, RecordWarningOutcome(outcome=WITHOUT_CASE, **self._about(case))

    def _about(self, case: OpenCase) -> dict[str, Any]:
        return {
            "effective_on": self._today,
            "subject_id": UUID(bytes=case.subject_id),
            "case_id": UUID(bytes=case.case_id),
        }


def officers_of(case: OpenCase) -> Office:
    """The office of the case's township; of a county, its first township's."""
    division = case.division
    return office_of(f"{division[:6]}100200" if division[6:9] == "000" else f"{division[:9]}200")


def _done(drawn: float) -> tuple[str, str]:
    """Outcome and finding."""
    return next((done, found) for done, found, limit in _OUTCOMES if drawn < limit)
