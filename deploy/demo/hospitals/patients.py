"""The patients: people of the register's households as they become known, and other rural residents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final
from uuid import UUID

from deploy.demo.days import FIRST_DAY, LAST_DAY
from deploy.demo.families import FEMALE, MALE
from deploy.demo.hospitals import bills, costs, illness
from deploy.demo.hospitals.bills import CHRONIC, Bill
from deploy.demo.hospitals.institutions import Hospitals, Tier
from deploy.demo.identity import Treated
from registry.vault.id_number import synthetic_id

YEAR: Final = 365
"""Days of a patient's year: how often somebody is ill is drawn for one at a time."""
_OLDEST: Final = 95
_LAST_SEQUENCE: Final = 999
_ANSWERED_DAYS: Final = 60
"""By then even a bill of a month's list was answered with a token."""
_GROWN, _OLD = 22, 60
_SHARES: Final = 10_000
_V7: Final = 0x7 << 76 | 0x2 << 62
_V7_MASK: Final = ~(0xF << 76 | 0x3 << 62)


@dataclass(frozen=True, slots=True)
class Patient:
    """Somebody who may fall ill. person_id: what the vault knows him by, or will; sequence: of the number, among those born on
    that day; registered: has, or had, rights; since: when he is treated here."""

    person_id: UUID
    village: str
    born: date
    sequence: int
    registered: bool
    since: date = FIRST_DAY

    @property
    def id_number(self) -> str:
        """As it stands on the identity card."""
        return synthetic_id(self.born, self.sequence)

    @property
    def is_chronic(self) -> bool:
        """Whether somebody is chronically ill: it follows from the id, whose last bits are chance."""
        return self.person_id.int % _SHARES < illness.CHRONIC_SHARE * _SHARES

    def is_grown(self, today: date) -> bool:
        """Whether somebody may be the head of a household, or the head's spouse, as a rule."""
        return _GROWN <= (today - self.born).days // YEAR < _OLD

    def as_treated(self) -> Treated:
        """Who it is, as a household gets to know him."""
        return Treated(self.person_id, self.born, MALE if self.sequence % 2 else FEMALE, self.sequence)


def other(place: int, village: str, seed: int) -> Patient:
    """The other resident at a place, of a village. Numbers are given from the end: households have those from the beginning."""
    chance = Random(f"{seed}/other/{place}")
    band = illness.drawn_band(chance)
    youngest = illness.AGES[band] * YEAR
    oldest = (illness.AGES[band + 1] if band + 1 < len(illness.AGES) else _OLDEST) * YEAR
    born = FIRST_DAY - timedelta(days=youngest + 1 + place % (oldest - youngest - 1))
    sequence = _LAST_SEQUENCE - place // (oldest - youngest - 1) % (_LAST_SEQUENCE // 2)
    return Patient(UUID(int=chance.getrandbits(128) & _V7_MASK | _V7), village, born, sequence, registered=False)


def years_of(since: date) -> Iterator[date]:
    """The days on which a patient's years begin."""
    begins = since
    while begins <= LAST_DAY:
        yield begins
        begins += timedelta(days=YEAR)


def bills_of_year(patient: Patient, begins: date, hospitals: Hospitals, seed: int) -> list[Bill]:
    """All that is billed of somebody in the year from a day on, in order of discharge; the same whenever it is asked for."""
    chance = Random(f"{seed}/bills/{patient.person_id}/{begins}")
    days = min((LAST_DAY - begins).days + 1, YEAR)
    mean = illness.rate(illness.band_of((begins - patient.born).days // YEAR), registered=patient.registered) * days / YEAR
    count = illness.stays(mean, chance)
    if not count and not patient.is_chronic:
        return []
    made = [_stay(patient, begins + timedelta(days=chance.randrange(days)), hospitals, chance) for _ in range(count)]
    if patient.is_chronic:
        visits = _chronic_visits(patient, begins + timedelta(days=chance.randrange(YEAR)), hospitals, chance)
        made += [visits] if visits.discharged_on <= LAST_DAY else []
    made.sort(key=lambda bill: bill.discharged_on)
    prefix = f"S{patient.person_id.int & 0xFFFFFFFFFFFF:012x}-{(begins - FIRST_DAY).days}"
    return [replace(bill, settlement_id=f"{prefix}-{number}") for number, bill in enumerate(made, 1)]


def known_before(patient: Patient, begins: date, bill: Bill, bills: Sequence[Bill]) -> bool:
    """Whether the hospital has a token of the patient: an earlier bill was answered, of those of the year that begins on that
    day, or of a chronic illness in the year before."""
    answered = bill.discharged_on - timedelta(days=_ANSWERED_DAYS)
    if bill.med_type == CHRONIC and begins > patient.since and begins <= answered:
        return True
    return any(other.hospital == bill.hospital and other.discharged_on <= answered for other in bills)


def _stay(patient: Patient, day: date, hospitals: Hospitals, chance: Random) -> Bill:
    hospital = hospitals.of(patient.village, costs.tier(chance), chance.randrange(1_000))
    return bills.stay("", hospital, patient.village, day, chance, registered=patient.registered)


def _chronic_visits(patient: Patient, day: date, hospitals: Hospitals, chance: Random) -> Bill:
    """A year's visits, billed at once: by month they would be most of all bills, and say no more."""
    hospital = hospitals.of(patient.village, Tier.COUNTY, 0)
    total = costs.chronic_year(chance)
    own = round(total * costs.share_of_chronic(chance, registered=patient.registered))
    registered = patient.registered
    return bills.chronic_visits("", hospital, patient.village, day, chance, total=total, own=own, registered=registered)
