"""A person's fields: what is refused, and that they never show by accident."""

from datetime import date

import pytest

from registry.refusal import Refusals, Refused
from registry.vault.personal_data import PersonalData, as_mapping, from_bytes, to_bytes, weigh_person

NUMBER = "469999198504120016"
PERSON = PersonalData(name="符小明", id_number=NUMBER, phone="13800000000")


def weigh(**fields: object) -> list[tuple[str, str]]:
    refusals = Refusals()
    weigh_person({**as_mapping(PERSON), **fields}, refusals, date(2018, 9, 4), allow_synthetic=True, at="persons[0].")
    try:
        refusals.raise_any()
    except Refused as refused:
        return [(v.code, v.field.removeprefix("persons[0].")) for v in refused.violations]
    return []


def test_a_person_in_order_is_not_refused() -> None:
    assert weigh() == []
    assert weigh(name="符　小明", address="海南省白沙县　三组", disability_certificate=f"{NUMBER}43") == []


def test_a_person_never_shows_in_a_traceback_or_a_log() -> None:
    printed = f"{PERSON!r} {PERSON} {[PERSON]}"
    assert "符小明" not in printed
    assert NUMBER not in printed
    assert "13800000000" not in printed


def test_the_identity_number_is_kept_in_its_normal_form() -> None:
    assert PersonalData(name="符", id_number=" 46999920120229113ｘ").id_number == "46999920120229113X"


@pytest.mark.parametrize("missing", [None, "", "  ", "　"])
def test_name_and_identity_number_are_needed(missing: str | None) -> None:
    assert weigh(name=missing, id_number=missing) == [("E-FIELD-MISSING", "name"), ("E-FIELD-MISSING", "id_number")]


@pytest.mark.parametrize("value", ["a\nb", "a\x00b", "\ud800", 5, ["x"]])
def test_what_is_no_line_of_text_is_refused(value: object) -> None:
    assert weigh(phone=value) == [("E-FIELD-TYPE", "phone")]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wrong = weigh(name="", id_number="469999198504120017", phone="1" * 201, disability_certificate="1")
    assert sorted(wrong) == [
        ("E-DISABILITY-CERT", "disability_certificate"),
        ("E-FIELD-MISSING", "name"),
        ("E-FIELD-TOO-LONG", "phone"),
        ("E-ID-CHECKSUM", "id_number"),
    ]


def test_what_is_sealed_comes_back_and_absent_fields_stay_absent() -> None:
    assert from_bytes(to_bytes(as_mapping(PERSON))) == {"name": "符小明", "id_number": NUMBER, "phone": "13800000000"}
