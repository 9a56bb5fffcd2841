"""What hospitals do in the demonstration: as often, as dear and as late as is assumed, and every record in order."""

from collections import Counter
from datetime import UTC, date, datetime
from random import Random
from typing import NamedTuple

import pytest

from deploy.demo.hospitals import bills, costs, illness
from deploy.demo.hospitals.bills import Bill
from deploy.demo.hospitals.institutions import Hospital, Hospitals, Tier
from deploy.demo.hospitals.sending import Sending, sendings
from deploy.demo.scale import SCALES
from deploy.demo.villages import make_villages
from registry.expenses.check import CORRECTED, DAYS_MAX, REPORTED, REVERSED, Door, check
from schemas.divisions import hainan

PERSON_YEARS = 200_000
DAY = date(2019, 3, 18)
VILLAGE = "469024100200"
HOSPITAL = Hospital("H46902400101", "拟", Tier.COUNTY, "469024000000")
DOOR = Door(HOSPITAL.code, datetime(2019, 6, 1, tzinfo=UTC), DAYS_MAX, hainan())

# Per 1,000 person-years: personal burden of a year from so many yuan, gross of one stay, gross of a year.
EXPECTED = {
    True: {
        "own": {3_000: 10.6, 5_000: 4.3, 10_000: 1.0},
        "stay": {20_000: 9.9, 30_000: 4.6, 50_000: 1.5},
        "year": {50_000: 2.1},
        "admissions": 0.19,
    },
    False: {
        "own": {3_000: 51, 5_000: 29, 10_000: 10.8, 20_000: 2.9, 26_000: 1.7},
        "stay": {20_000: 8.1, 30_000: 3.6, 50_000: 1.3},
        "year": {50_000: 1.6},
        "admissions": 0.154,
    },
}


class PersonYear(NamedTuple):
    """What a person's year costs, in fen."""

    stays: int
    own: int
    dearest: int
    gross: int


def person_years(registered: bool) -> list[PersonYear]:
    chance, found = Random(20180904), []
    for _ in range(PERSON_YEARS):
        number = illness.stays(illness.rate(illness.drawn_band(chance), registered=registered), chance)
        own = gross = dearest = 0
        for _ in range(number):
            tier = costs.tier(chance)
            cost = costs.admission(tier, chance)
            own += round(cost * costs.share_of_admission(tier, chance, registered=registered))
            gross, dearest = gross + cost, max(dearest, cost)
        if chance.random() < illness.CHRONIC_SHARE:
            cost = costs.chronic_year(chance)
            own, gross = own + round(cost * costs.share_of_chronic(chance, registered=registered)), gross + cost
        found.append(PersonYear(number, own, dearest, gross))
    return found


@pytest.mark.parametrize("registered", [True, False], ids=["registered", "others"])
def test_years_are_as_dear_as_is_expected(registered: bool) -> None:
    lived, expected = person_years(registered), EXPECTED[registered]
    assert sum(year.stays for year in lived) / PERSON_YEARS == pytest.approx(expected["admissions"], rel=0.03)
    for basis, field in (("own", "own"), ("stay", "dearest"), ("year", "gross")):
        for yuan, per_1000 in expected[basis].items():  # type: ignore[attr-defined]
            found = sum(getattr(year, field) >= yuan * 100 for year in lived) * 1000 / PERSON_YEARS
            # Three standard errors of a count, and what the table's own figures are rounded by.
            assert abs(found - per_1000) < 3 * (per_1000 * 1000 / PERSON_YEARS) ** 0.5 + 0.06 * per_1000, (basis, yuan, found)


@pytest.mark.parametrize(
    ("tier", "quantiles"),
    [(Tier.TOWNSHIP, (1_435, 3_521, 7_315)), (Tier.COUNTY, (4_182, 12_431, 30_211)), (Tier.TERTIARY, (8_075, 29_088, 82_685))],
)
def test_costs_spread_as_they_do(tier: Tier, quantiles: tuple[int, int, int]) -> None:
    chance, count = Random(1), 100_000
    drawn = sorted(costs.admission(tier, chance) / 100 for _ in range(count))
    for share, expected, tolerance in zip((0.5, 0.9, 0.99), quantiles, (0.02, 0.03, 0.06), strict=True):
        assert drawn[int(share * count)] == pytest.approx(expected, rel=tolerance)


def test_most_people_are_never_admitted_and_a_few_often() -> None:
    chance = Random(2)
    drawn = [illness.stays(0.19, chance) for _ in range(100_000)]
    mean = sum(drawn) / len(drawn)
    variance = sum((number - mean) ** 2 for number in drawn) / len(drawn)
    assert mean == pytest.approx(0.19, rel=0.03)
    assert variance == pytest.approx(mean + mean**2 / illness.DISPERSION, rel=0.05)


def test_ages_fall_into_their_bands() -> None:
    assert [illness.band_of(age) for age in (0, 5, 6, 15, 16, 44, 45, 60, 74, 75, 101)] == [0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 5]


def some_bills(count: int, registered: bool = False) -> list[Bill]:
    chance = Random(3)
    made = [bills.stay(f"S{n:07d}", HOSPITAL, VILLAGE, DAY, chance, registered=registered) for n in range(count)]
    for n in range(count, 2 * count):
        total = costs.chronic_year(chance)
        own = round(total * costs.share_of_chronic(chance, registered=registered))
        number = f"S{n:07d}"
        visits = bills.chronic_visits(number, HOSPITAL, VILLAGE, DAY, chance, total=total, own=own, registered=registered)
        made.append(visits)
    return made


def violations(sending: Sending) -> tuple[object, ...]:
    patient = {"sealed_id": None, "key_id": None, "person_token": "pt1.x"}
    values = sending.values | patient
    if "residence_division" in values:
        values["residence_division"] = VILLAGE[:9] + "000"
    return check(sending.record_type, values, DOOR)


@pytest.mark.parametrize("registered", [True, False], ids=["registered", "others"])
def test_every_record_is_in_order_but_those_meant_to_be_wrong(registered: bool) -> None:
    chance = Random(4)
    for bill in some_bills(5_000, registered):
        for sending in sendings(bill, chance):
            assert bool(violations(sending)) is sending.wrong, sending


def test_the_registered_have_five_lines_and_others_two() -> None:
    lines = ("basic_pay", "critical_pay", "commercial_pay", "civil_assist_pay", "special_fund_pay")
    paid = {registered: Counter[str]() for registered in (True, False)}
    for registered, counted in paid.items():
        for bill in some_bills(500, registered):
            counted.update(line for line in lines if bill.values()[line])
    assert set(paid[True]) == set(lines)
    assert set(paid[False]) == {"basic_pay", "critical_pay"}


def test_bills_come_at_night_at_once_or_late_twice_corrected_or_taken_back() -> None:
    chance, made = Random(5), some_bills(20_000)
    came: Counter[str] = Counter()
    for bill in made:
        sent = list(sendings(bill, chance))
        assert [each.at for each in sent] == sorted(each.at for each in sent)
        wait = sent[0].at - bill.settled_at
        came["at once" if wait.total_seconds() < 3_600 else "nightly" if wait.days < 1 else "late"] += 1
        good = [each for each in sent if not each.wrong]
        kinds = Counter(each.record_type for each in good)
        came.update({"wrong": len(sent) - len(good), "twice": kinds[REPORTED] - 1})
        came.update({"corrected": kinds[CORRECTED], "reversed": kinds[REVERSED]})
    shares = {name: count / len(made) for name, count in came.items()}
    expected = {"at once": 0.3, "nightly": 0.6, "late": 0.1, "twice": 0.02, "corrected": 0.015, "reversed": 0.008, "wrong": 0.005}
    assert shares == pytest.approx(expected, rel=0.15)


def test_the_same_chance_makes_the_same_records() -> None:
    assert [list(sendings(bill, Random(6))) for bill in some_bills(50)] == [
        list(sendings(bill, Random(6))) for bill in some_bills(50)
    ]


@pytest.mark.parametrize("scale", SCALES)
def test_every_village_has_hospitals_of_all_levels_with_codes_of_their_own(scale: str) -> None:
    villages = [village.code for village in make_villages(hainan(), SCALES[scale].villages)]
    there = Hospitals(hainan(), villages)
    codes = [each.code for each in there.all()]
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 12 and code.startswith("H46") and code[1:].isdecimal() for code in codes)
    assert all("拟" in each.name for each in there.all())
    for village in villages:
        assert [there.of(village, tier, 7).tier for tier in Tier] == list(Tier)
    assert Counter(each.tier for each in there.all())[Tier.TERTIARY] == 5
