"""What is shown to those who need not know more."""

import pytest

from registry.vault.masking import mask, mask_id, mask_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("陈明", "陈*"),
        ("陈小明", "陈*明"),
        ("欧阳小明", "欧**明"),
        ("阿卜杜·热合曼", "阿*****曼"),
        ("符", "*"),
        ("", ""),
        (" 陈明 ", "陈*"),
    ],
)
def test_a_name_keeps_its_first_and_from_three_on_its_last_character(name: str, shown: str) -> None:
    assert mask_name(name) == shown


def test_a_number_keeps_its_first_and_last_character() -> None:
    assert mask_id("469999198504120016") == "4****************6"


@pytest.mark.parametrize(("number", "shown"), [("", ""), ("4", "*"), ("46", "**"), ("469", "4*9")])
def test_short_numbers_show_nothing_that_would_be_all_of_them(number: str, shown: str) -> None:
    assert mask_id(number) == shown


def test_every_field_has_its_mask() -> None:
    assert mask("name", "陈某明") == "陈*明"
    assert mask("phone", "13800000000") == "1*********0"
    assert mask("address", "某村1号") == "某**号"
