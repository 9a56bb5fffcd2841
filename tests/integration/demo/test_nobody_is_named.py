"""Not one byte of the event store and of the log tells who anybody is."""

import re
from collections.abc import Iterator

import pytest

from deploy.composition.write_side import write_side
from deploy.demo.staff import PROVINCE_OFFICER
from registry.vault.personal_data import FIELDS
from tests.integration.demo.conftest import Finished
from tests.support.demonstrations import raw_bytes_of, values_in

FORMS = {
    "id_number": re.compile(rb"(?=(469999\d{11}[\dX]))"),
    "phone": re.compile(rb"(?=(154\d{8}))"),
    "account": re.compile(rb"(?=(9999\d{12}))"),
}
"""What the made-up numbers look like: whatever looks like one is looked up among them."""
MARK = "拟"
"""In every made-up name."""
SAMPLE = 40


@pytest.fixture(scope="module")
def persons(finished: Finished) -> list[dict[str, str]]:
    with write_side(finished.settings) as side:
        _, joined = side.store.events_of_types(0, ["person.person_joined_household"])
        ids = sorted({event.originator_id for event in joined})
        return list(side.vault.read(ids, PROVINCE_OFFICER, "AUDIT", FIELDS).values())


def needles(persons: list[dict[str, str]], field: str) -> set[bytes]:
    return {person[field].encode() for person in persons if field in person}


def parts_of_names(persons: list[dict[str, str]]) -> set[bytes]:
    """Of every name what is before the mark and what is behind it, each with the mark."""
    return {part.encode() for name in (person["name"] for person in persons) for part in (name[:2], name[1:])}


def beside_marks(content: bytes) -> set[bytes]:
    """The mark's three bytes with the character before them or behind. By themselves they are in any few million sealed bytes."""
    places = [found.start() for found in re.finditer(re.escape(MARK.encode()), content)]
    return {content[start : start + 6] for place in places for start in (max(0, place - 3), place)}


def bytes_to_search(finished: Finished, name: str) -> Iterator[bytes]:
    """The raw file, and all stored values: a value may be split between pages of the file."""
    database = finished.settings.path(name)
    yield raw_bytes_of(database)
    yield b"\n".join(values_in(database))


def test_the_vault_knows_everybody(finished: Finished, persons: list[dict[str, str]]) -> None:
    assert len(persons) > 2_000
    assert all(person["name"][1] == MARK and len(person["name"]) == 3 for person in persons)
    for field, form in FORMS.items():
        assert needles(persons, field)
        assert all(form.match(needle) for needle in needles(persons, field))


def test_a_part_of_a_name_would_be_found(persons: list[dict[str, str]]) -> None:
    for person in persons[:SAMPLE]:
        for part in (person["name"][:2], person["name"][1:]):
            assert parts_of_names(persons) & beside_marks(b"\x00" + part.encode() + b"\xff")


@pytest.mark.parametrize("name", ["registry.db", "log.db"])
def test_no_name_number_phone_or_account_is_in_any_byte(finished: Finished, persons: list[dict[str, str]], name: str) -> None:
    for content in bytes_to_search(finished, name):
        assert len(content) > 1_000_000
        assert not parts_of_names(persons) & beside_marks(content)
        for field, form in FORMS.items():
            assert not needles(persons, field) & set(form.findall(content))


@pytest.mark.parametrize("name", ["registry.db", "log.db"])
def test_nothing_of_some_persons_is_there_in_any_coding(finished: Finished, persons: list[dict[str, str]], name: str) -> None:
    texts = [text for person in persons[:: len(persons) // SAMPLE] for text in person.values()]
    for content in bytes_to_search(finished, name):
        assert not [text for text in texts for coding in ("utf-8", "utf-16-le", "gb18030") if text.encode(coding) in content]
