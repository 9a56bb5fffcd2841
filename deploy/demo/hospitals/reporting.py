"""Everything that hospitals will send, in the order of time: made a month at a time, handed out when due.

Of what lies ahead nothing is kept but who has a bill in which month of a year, so that memory does not grow with the years: his
year is drawn again when the month comes.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Final, NamedTuple
from uuid import UUID

from deploy.demo.days import FIRST_DAY, LAST_DAY
from deploy.demo.hospitals.bills import Bill
from deploy.demo.hospitals.institutions import Hospitals
from deploy.demo.hospitals.patients import YEAR, Patient, bills_of_year, known_before, years_of
from deploy.demo.hospitals.sending import Sending, sendings
from schemas.clock import shanghai_date

_MONTHS: Final = 12

Month = int
"""Months since the year 0."""


class Sent(NamedTuple):
    """A record that is sent, and of whom. known: the hospital has a token of the patient."""

    patient: Patient
    sending: Sending
    known: bool


class Others:
    """Those who are in no household of the register: so many that none of them is kept. of: the one at a place."""

    def __init__(self, count: int, of: Callable[[int], Patient]) -> None:
        self.of = of
        self.count = count
        self.due: dict[tuple[Month, date], array[int]] = {}
        """Places of those who have a bill in a month of the year that begins on a day."""


class Reports:
    """What hospitals have not sent yet. Follows from the seed and from who became known when, in that order."""

    def __init__(self, hospitals: Hospitals, seed: int, others: Others) -> None:
        self._hospitals = hospitals
        self._seed = seed
        self._others = others
        self._years: dict[Month, list[tuple[Patient, date]]] = {}
        """Whose next year begins in a month."""
        self._due: dict[Month, list[tuple[Patient, date]]] = {}
        """Who has a bill in a month of the year that begins on a day."""
        self._gone: dict[tuple[UUID, bool], date] = {}
        self._waiting: list[tuple[datetime, int, date, Sent]] = []
        self._places = count()
        self._made = month_of(FIRST_DAY) - 1

    def learn(self, patients: Iterable[Patient], since: date) -> None:
        """These live in the province, in a household of the register, from a day on."""
        for patient in patients:
            self._begin_year(patient, since)

    def forget(self, patient: Patient, on: date) -> None:
        """Somebody is not treated here any more, from a day on."""
        self._gone[patient.person_id, patient.registered] = on

    def take(self, until: datetime) -> list[Sent]:
        """What was sent by then, and was not taken before; of nobody who had gone by the day of discharge."""
        while self._made < month_of(shanghai_date(until)):
            self._make(self._made + 1)
        taken = []
        while self._waiting and self._waiting[0][0] < until:
            _, _, discharged_on, sent = heappop(self._waiting)
            if not self._is_gone(sent.patient, discharged_on):
                taken.append(sent)
        return taken

    def _make(self, month: Month) -> None:
        """Everything whose day of discharge lies in a month."""
        self._made = month
        for begins in years_of(FIRST_DAY):
            if month_of(begins) == month:
                self._begin_others_year(begins)
        for patient, begins in self._years.pop(month, ()):
            self._begin_year(patient, begins)
        for patient, begins in self._due.pop(month, ()):
            self._bill(patient, begins, month)
        for begins in years_of(FIRST_DAY):
            for place in self._others.due.pop((month, begins), ()):
                self._bill(self._others.of(place), begins, month)

    def _begin_others_year(self, begins: date) -> None:
        """Look ahead at a year of them all."""
        for place in range(self._others.count):
            for month in self._months_of(self._others.of(place), begins):
                self._others.due.setdefault((month, begins), array("I")).append(place)

    def _begin_year(self, patient: Patient, begins: date) -> None:
        """Look ahead at somebody's year; of months that were made already his bills are made now."""
        if self._is_gone(patient, begins):
            return
        for month in self._months_of(patient, begins):
            if month <= self._made:
                self._bill(patient, begins, month)
            else:
                self._due.setdefault(month, []).append((patient, begins))
        next_year = begins + timedelta(days=YEAR)
        if next_year <= LAST_DAY:
            self._years.setdefault(month_of(next_year), []).append((patient, next_year))

    def _months_of(self, patient: Patient, begins: date) -> Iterator[Month]:
        """The months in which somebody's year has a bill."""
        yield from dict.fromkeys(
            month_of(bill.discharged_on) for bill in bills_of_year(patient, begins, self._hospitals, self._seed)
        )

    def _bill(self, patient: Patient, begins: date, month: Month) -> None:
        """Send what is billed of somebody in a month of his year."""
        bills = bills_of_year(patient, begins, self._hospitals, self._seed)
        for bill in bills:
            if month_of(bill.discharged_on) == month and not self._is_gone(patient, bill.discharged_on):
                self._send(patient, bill, known=known_before(patient, begins, bill, bills))

    def _send(self, patient: Patient, bill: Bill, *, known: bool) -> None:
        for sending in sendings(bill, Random(f"{self._seed}/sent/{bill.settlement_id}")):
            heappush(self._waiting, (sending.at, next(self._places), bill.discharged_on, Sent(patient, sending, known)))

    def _is_gone(self, patient: Patient, on: date) -> bool:
        gone_on = self._gone.get((patient.person_id, patient.registered))
        return gone_on is not None and on >= gone_on


def month_of(day: date) -> Month:
    """The month that a day lies in."""
    return day.year * _MONTHS + day.month
