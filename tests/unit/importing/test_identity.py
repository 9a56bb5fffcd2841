"""Ids that follow from what a file says."""

import hashlib
import hmac
from datetime import date
from uuid import RFC_4122, UUID

from registry.importing.identity import Identities, measure_id, visit_id

HOUSEHOLD = UUID(int=7)
DAY = date(2018, 9, 4)


def keyed(key: bytes) -> Identities:
    return Identities(lambda body: hmac.digest(key, body, hashlib.sha256), "46")


def test_the_same_number_is_the_same_household_and_another_number_another_one() -> None:
    one, again, other = (keyed(b"k").household(number) for number in ("0001", "0001", "0002"))
    assert one == again != other


def test_numbers_of_two_provinces_do_not_meet() -> None:
    def digest(body: bytes) -> bytes:
        return hashlib.sha256(body).digest()

    assert Identities(digest, "46").household("0001") != Identities(digest, "52").household("0001")


def test_nobody_without_the_key_can_try_numbers() -> None:
    assert keyed(b"k").household("0001") != keyed(b"l").household("0001")


def test_a_households_id_is_a_well_formed_uuid_of_its_own_making() -> None:
    for number in range(200):
        made = keyed(b"k").household(str(number))
        assert (made.variant, made.version) == (RFC_4122, 8)


def test_a_measure_is_known_by_its_kind_its_person_and_its_day() -> None:
    ids = {
        measure_id(HOUSEHOLD, "HEALTH", "FAMILY_DOCTOR", None, DAY),
        measure_id(HOUSEHOLD, "HEALTH", "FAMILY_DOCTOR", UUID(int=1), DAY),
        measure_id(HOUSEHOLD, "HEALTH", "CHRONIC_CARE", None, DAY),
        measure_id(HOUSEHOLD, "HEALTH", "FAMILY_DOCTOR", None, date(2018, 9, 5)),
        measure_id(UUID(int=8), "HEALTH", "FAMILY_DOCTOR", None, DAY),
    }
    assert len(ids) == 5
    assert measure_id(HOUSEHOLD, "HEALTH", "FAMILY_DOCTOR", None, DAY) in ids


def test_a_visit_is_known_by_its_day_visitor_purpose_and_number() -> None:
    ids = {
        visit_id(HOUSEHOLD, DAY, "staff-1", "HELP", 1),
        visit_id(HOUSEHOLD, DAY, "staff-1", "HELP", 2),
        visit_id(HOUSEHOLD, DAY, "staff-1", "SURVEY", 1),
        visit_id(HOUSEHOLD, DAY, "staff-2", "HELP", 1),
    }
    assert len(ids) == 4
