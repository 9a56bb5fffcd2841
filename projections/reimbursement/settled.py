"""The settlements that have a target: final, the version that counts, of a member, on the day of the discharge, of a household
that was entitled on it.

The two read models are asked one after the other: who was entitled, then who their members were, then whose settlements these
are. Each is asked in batches, and of the settlements of all others no more is read than an index holds.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from projections.bulk import select_rows
from projections.expenses.memberships import days_told
from projections.expenses.queries.acceptances import accepted_before
from projections.expenses.queries.expenses import FINAL
from projections.expenses.tables import MEMBERSHIP, SETTLEMENT
from projections.register.queries.prepared import Prepared, driver_of
from projections.reimbursement.assistance import Past, had, supported
from projections.reimbursement.entitled import Span, entitled_spans
from projections.reimbursement.rule import TEKUN, target_kind

PAYERS: Final = ("basic_pay", "critical_pay", "commercial_pay", "civil_assist_pay", "special_fund_pay")
"""The five that pay one after the other."""
PAID: Final = (*PAYERS, "hospital_pay", "personal_pay")
"""Together they are the total."""

_S: Final = SETTLEMENT.c
_M: Final = MEMBERSHIP.c
_DISCHARGED: Final = Prepared(
    select(_S.expense_id, _S.person_id, _S.guardian_id).where(
        _S.discharged_on.between(
            bindparam("first_day", type_=_S.discharged_on.type), bindparam("last_day", type_=_S.discharged_on.type)
        )
    )
)
_READ: Final = (
    _S.expense_id, _S.rank, _S.stage, _S.care, _S.institution, _S.discharged_on, _S.person_id, _S.guardian_id, _S.total_fee,
    *(_S[name] for name in PAID), _S.accepted_at,
)  # fmt: skip

_STAY: Final = (_M.person_id, _M.version, _M.household_id, _M.joined_on, _M.left_on)
_STAY_TOLD: Final = (*_STAY, _M.told)
Stay = Sequence[Any]
"""A row of the first of these columns."""


@dataclass(frozen=True, slots=True)
class Settled:
    """division: where the household lived then, as a number; paid: amounts by `PAID`, fen."""

    expense_id: bytes
    institution: str
    kind: str
    care: str
    discharged_on: int
    household_id: bytes
    person_id: bytes
    division: int
    total: int
    paid: tuple[int, ...]

    @property
    def personal(self) -> int:
        """What was left to the patient."""
        return self.paid[-1]


def settled(
    register: Connection,
    expenses: Connection,
    division: str,
    first_day: int,
    last_day: int,
    institution: str | None = None,
    known_at: int | None = None,
) -> list[Settled]:
    """Of discharges on these days, of households that lived within the division then; by expense id.

    known_at: by what both read models were told until that instant (microseconds), instead of all they know now.
    """
    spans = entitled_spans(register, division, first_day, last_day, known_at)
    whose = _Entitled(expenses, spans, first_day, last_day, known_at)
    found = [
        (row, home)
        for row in _counting(expenses, whose.expense_ids, known_at)
        if row[2] == FINAL and first_day <= row[5] <= last_day and institution in (None, row[4])
        if (home := whose.home(row[7] or row[6], row[5])) is not None
    ]
    past = supported(register, {household_id for _, (household_id, _) in found}, known_at)
    made = (_settled(row, *home, past) for row, home in found)
    return [one for one in made if one is not None]


class _Entitled:
    """Those who were discharged, of the members of entitled households. Of a newborn the mother's memberships decide.

    expense_ids: the settlements of which any version may be one of theirs.
    """

    def __init__(
        self, expenses: Connection, spans: dict[bytes, list[Span]], first_day: int, last_day: int, known_at: int | None
    ) -> None:
        self._spans = spans
        discharged = _DISCHARGED.rows(driver_of(expenses), first_day=first_day, last_day=last_day)
        carers = {guardian_id or person_id for _, person_id, guardian_id in discharged}
        self._stays: dict[bytes, list[Stay]] = {}
        for stay in _stays(expenses, sorted(spans), known_at):
            if stay[0] in carers:
                self._stays.setdefault(stay[0], []).append(stay)
        stays = self._stays
        self.expense_ids = {row[0] for row in discharged if (row[2] or row[1]) in stays}

    def home(self, carer_id: bytes, day: int) -> tuple[bytes, int] | None:
        """The household and its division. None: not entitled on that day."""
        stays = self._stays.get(carer_id, ())
        there = [stay for stay in stays if stay[3] <= day and (stay[4] is None or day < stay[4])]
        if not there:
            return None
        # Of two that hold on a day the one that the register learnt last.
        household_id = max(there, key=itemgetter(1))[2]
        return next(((household_id, place) for begun, end, place in self._spans[household_id] if begun <= day < end), None)


def _stays(expenses: Connection, households: Sequence[bytes], known_at: int | None) -> Iterator[Stay]:
    """All there were in these households; or as they were told until an instant."""
    if known_at is None:
        yield from select_rows(expenses, _STAY, _M.household_id, households)
        return
    for person_id, version, household_id, _, _, told in select_rows(expenses, _STAY_TOLD, _M.household_id, households):
        joined_on, left_on = days_told(told, known_at)
        if joined_on is not None:
            yield person_id, version, household_id, joined_on, left_on


def _counting(expenses: Connection, ids: Collection[bytes], known_at: int | None) -> Iterator[Sequence[Any]]:
    """Of each settlement the version that counts: that of the highest rank. A reversal has no stage."""
    highest: dict[bytes, Sequence[Any]] = {}
    again = set() if known_at is None else accepted_before(expenses, ids, known_at)
    for row in select_rows(expenses, _READ, _S.expense_id, sorted(ids)):
        if known_at is not None and row[-1] > known_at and (row[0], row[1]) not in again:
            continue
        known = highest.get(row[0])
        if known is None or row[1] > known[1]:
            highest[row[0]] = row
    for expense_id in sorted(highest):
        yield highest[expense_id]


def _settled(row: Sequence[Any], household_id: bytes, division: int, past: Past) -> Settled | None:
    expense_id, _, _, care, institution, day, person_id, _, total, *paid, _ = row
    kind = target_kind(care, tekun=had(past.get((household_id, person_id)), day, TEKUN))
    if kind is None:
        return None
    return Settled(expense_id, institution, kind, care, day, household_id, person_id, division, total, tuple(paid))
