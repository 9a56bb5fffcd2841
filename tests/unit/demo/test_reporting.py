"""What hospitals send in the demonstration, a month at a time: the same however it is asked for, and of nobody who has gone."""

import gc
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from deploy.demo.days import FIRST_DAY, LAST_DAY
from deploy.demo.hospitals.institutions import Hospitals
from deploy.demo.hospitals.patients import Patient, other
from deploy.demo.hospitals.reporting import Others, Reports, Sent
from deploy.demo.villages import make_villages
from schemas.divisions import hainan

SEED = 20180904
VILLAGES = [village.code for village in make_villages(hainan(), 24)]
HOSPITALS = Hospitals(hainan(), VILLAGES)
END = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 12, tzinfo=UTC)


def resident(place: int) -> Patient:
    return other(place, VILLAGES[place % len(VILLAGES)], SEED)


def reports_of(count: int) -> Reports:
    return Reports(HOSPITALS, SEED, Others(count, resident))


def weeks() -> Iterator[datetime]:
    at = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 12, tzinfo=UTC)
    while at <= END:
        yield at
        at += timedelta(days=7)
    yield END


def told(sent: Sent) -> tuple[datetime, str, str, int]:
    values = sent.sending.values
    return sent.sending.at, sent.sending.record_type, values["settlement_id"], values["settlement_version"]


def test_week_by_week_it_is_the_same_as_at_once() -> None:
    at_once = [told(sent) for sent in reports_of(300).take(END)]
    by_week = reports_of(300)
    taken = [told(sent) for at in weeks() for sent in by_week.take(at)]
    assert len(taken) > 200
    assert sorted(taken) == sorted(at_once)
    assert [at for at, *_ in taken] == sorted(at for at, *_ in taken)


def test_those_of_a_household_are_treated_as_often_as_if_they_were_none_of_one() -> None:
    listed = Reports(HOSPITALS, SEED, Others(0, resident))
    listed.learn((resident(place) for place in range(300)), FIRST_DAY)
    assert sorted(map(told, listed.take(END))) == sorted(map(told, reports_of(300).take(END)))


def test_who_becomes_known_within_a_month_is_billed_from_that_day_on() -> None:
    since, reports = date(2019, 5, 20), Reports(HOSPITALS, SEED, Others(0, resident))
    reports.take(datetime(2019, 5, 20, 4, tzinfo=UTC))
    reports.learn((resident(place) for place in range(2_000)), since)
    days = [sent.sending.values["discharged_on"] for sent in reports.take(END) if "discharged_on" in sent.sending.values]
    assert min(days) >= since
    assert any(day.month == 5 and day.year == 2019 for day in days)


def test_nobody_is_billed_from_the_day_of_going_on() -> None:
    gone_on, reports = date(2019, 8, 14), Reports(HOSPITALS, SEED, Others(0, resident))
    reports.learn((resident(place) for place in range(2_000)), FIRST_DAY)
    taken = reports.take(datetime(2019, 8, 20, 4, tzinfo=UTC))
    for place in range(2_000):
        reports.forget(resident(place), gone_on)
    later = reports.take(END)
    assert taken
    # What was billed before is still told of, corrected and taken back.
    assert later
    assert max(sent.sending.values["discharged_on"] for sent in later if "discharged_on" in sent.sending.values) < gone_on


def test_a_hospital_names_by_token_only_whom_it_has_seen_before() -> None:
    sent = [each for each in reports_of(3_000).take(END) if "discharged_on" in each.sending.values]
    first: dict[tuple[object, str], date] = {}
    for each in sent:
        place = each.patient.person_id, each.sending.values["institution"]
        first[place] = min(first.get(place, LAST_DAY), each.sending.values["discharged_on"])
    known = [each for each in sent if each.known]
    assert 0.1 < len(known) / len(sent) < 0.7
    for each in known:
        seen = first[each.patient.person_id, each.sending.values["institution"]]
        assert seen <= each.sending.values["discharged_on"] - timedelta(days=60)


def test_memory_does_not_grow_with_the_years() -> None:
    reports, held = reports_of(3_000), {}
    tracemalloc.start()
    try:
        for at in weeks():
            reports.take(at)
            gc.collect()
            held.setdefault(at.year, []).append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert max(held[2020]) < 1.15 * max(held[2019])
