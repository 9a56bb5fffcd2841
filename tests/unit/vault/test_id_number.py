"""Identity numbers: what is refused, and what is read out of them. All are synthetic but the example of the standard."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from registry.vault.id_number import FEMALE, MALE, Facts, birth_date_of, facts_of, normalise, synthetic_id, violations_of

TODAY = date(2018, 9, 4)
MAN = "469999198504120016"
days = st.dates(min_value=date(1900, 1, 1), max_value=TODAY)
sequences = st.integers(min_value=0, max_value=999)


def codes(number: str, *, sex: str | None = None, allow_synthetic: bool = True) -> list[str]:
    found = violations_of(number, today=TODAY, sex=sex, allow_synthetic=allow_synthetic)
    return [violation.code for violation in found]


def with_check_digit(body: str) -> str:
    return body + str(ric.calc_check_digit(body + "0"))


@pytest.mark.parametrize(
    ("number", "birth", "sex"),
    [
        (MAN, date(1985, 4, 1), MALE),
        ("469999196011030021", date(1960, 11, 1), FEMALE),
        ("46999920120229113X", date(2012, 2, 1), MALE),
        ("469999194901019992", date(1949, 1, 1), MALE),
    ],
)
def test_a_number_in_order_tells_month_of_birth_and_sex(number: str, birth: date, sex: str) -> None:
    assert codes(number) == []
    assert facts_of(number) == Facts(birth, sex)


def test_the_check_character_is_the_one_of_the_standard() -> None:
    # The example printed in GB 11643-1999 itself.
    assert with_check_digit("11010519491231002") == "11010519491231002X"


@pytest.mark.parametrize("prefix", ["460027", "460003", "442527", "469023"])
def test_a_division_that_did_not_exist_in_the_year_of_birth_or_no_longer_exists_is_no_fault(prefix: str) -> None:
    assert codes(with_check_digit(f"{prefix}19850412001")) == []


@pytest.mark.parametrize("number", ["", "46999919850412001", "469999850412001", f"{MAN}1", "X" * 18, "4699991985041200１a"])
def test_another_length_or_form_is_refused_and_nothing_else_is_said(number: str) -> None:
    assert codes(number) == ["E-ID-LENGTH"]


@pytest.mark.parametrize("number", ["٤٦٩٩٩٩١٩٨٥٠٤١٢٠٠١٦", "४६९९९९१९८५०४१२००१६", "46999919850412001٦"])
def test_digits_of_another_script_never_make_a_number(number: str) -> None:
    assert codes(number) == ["E-ID-LENGTH"]


@pytest.mark.parametrize(
    "typed", ["469999 19850412 0016", "４６９９９９１９８５０４１２００１６", "\t469999198504120016\n", "469999　19850412　0016"]
)
def test_wide_characters_and_spaces_of_a_spreadsheet_are_put_right(typed: str) -> None:
    assert normalise(typed) == MAN


def test_a_small_x_is_the_same_number() -> None:
    assert normalise("46999920120229113x") == normalise("46999920120229113Ｘ") == "46999920120229113X"


@given(days, sequences, st.integers(min_value=0, max_value=17), st.sampled_from("0123456789X"))
def test_any_single_wrong_character_is_noticed(birth: date, sequence: int, place: int, character: str) -> None:
    number = synthetic_id(birth, sequence)
    wrong = number[:place] + character + number[place + 1 :]
    assert (codes(wrong) == []) == (wrong == number)


@given(days, sequences, st.integers(min_value=0, max_value=16))
def test_two_neighbours_in_the_wrong_order_are_noticed(birth: date, sequence: int, place: int) -> None:
    number = synthetic_id(birth, sequence)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert (codes(swapped) == []) == (swapped == number)


@pytest.mark.parametrize("day", ["19850230", "19851301", "00000000", "20180905", "18920904"])
def test_a_birth_that_cannot_be_is_refused(day: str) -> None:
    assert codes(with_check_digit(f"469999{day}001")) == ["E-ID-BIRTHDATE"]


def test_a_birth_today_is_possible_and_one_before_living_memory_is_not() -> None:
    assert codes(synthetic_id(TODAY, 1)) == []
    assert codes(synthetic_id(date(1893, 1, 1), 1)) == []
    assert codes(synthetic_id(date(1892, 12, 31), 1)) == ["E-ID-BIRTHDATE"]


def test_a_sex_that_contradicts_the_number_is_refused() -> None:
    assert codes(MAN, sex=MALE) == []
    assert codes(MAN, sex=FEMALE) == ["E-ID-SEX-MISMATCH"]


def test_synthetic_numbers_are_refused_unless_allowed() -> None:
    assert codes(MAN, allow_synthetic=False) == ["E-ID-SYNTHETIC-FORBIDDEN"]


def test_everything_that_is_wrong_is_said_at_once_and_the_number_is_not_repeated() -> None:
    number = "469999198513010017"
    found = violations_of(number, today=TODAY, sex=FEMALE, allow_synthetic=False, at="persons[3].id_number")
    assert {v.code for v in found} == {
        "E-ID-CHECKSUM",
        "E-ID-BIRTHDATE",
        "E-ID-SEX-MISMATCH",
        "E-ID-SYNTHETIC-FORBIDDEN",
    }
    assert {v.field for v in found} == {"persons[3].id_number"}
    assert number not in repr(found)


@given(days, sequences)
def test_made_up_numbers_are_in_order_and_say_what_they_were_made_from(birth: date, sequence: int) -> None:
    number = synthetic_id(birth, sequence)
    assert codes(number) == []
    assert birth_date_of(number) == birth
    assert facts_of(number).sex == (MALE if sequence % 2 else FEMALE)


@pytest.mark.parametrize("sequence", [-1, 1000])
def test_a_day_has_a_thousand_sequences(sequence: int) -> None:
    with pytest.raises(ValueError, match="0 to 999"):
        synthetic_id(TODAY, sequence)


@given(st.text(max_size=40))
def test_no_text_at_all_breaks_the_check(text: str) -> None:
    assert codes(text) or len(normalise(text)) == 18


def test_no_facts_are_made_of_what_is_no_number() -> None:
    with pytest.raises(ValueError, match="not an identity number"):
        facts_of("46999919850412")
