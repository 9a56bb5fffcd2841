"""Parameters: read and described by one declaration, and every fault of a question told at once."""

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from projections.api.cursors import make_cursor, read_cursor
from projections.api.errors import Faults, QueryRefused
from projections.api.get_households import ALWAYS, NOW_ONLY, PAGING
from projections.api.moment_parameters import MOMENT
from projections.api.parameters import Parameter, codes, read_parameters, whole
from projections.register.queries.household_list import SORTS, SORTS_THEN
from tests.support.register_rows import day, instant

ALL = (*ALWAYS, *NOW_ONLY, *MOMENT, *PAGING)


def read(*given: tuple[str, str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The values, and (code, parameter) of every fault."""
    faults = Faults()
    values = read_parameters(ALL, MultiDict(list(given)), faults)
    try:
        faults.raise_any()
    except QueryRefused as refused:
        return values, [(fault.code, fault.field) for fault in refused.faults]
    return values, []


def test_what_is_not_given_is_its_default() -> None:
    values, faults = read()
    assert faults == []
    assert values["sort"] == "division"
    assert values["status"] == ()
    assert values["limit"] is None


def test_values_are_read_by_their_kind() -> None:
    values, faults = read(
        ("division", "469024000000"),
        ("status", "REGISTERED,PRE_EXIT"),
        ("status", "RELAPSED"),
        ("spell_no", "2"),
        ("helper", "u-0042"),
        ("exited_from", "2019-01-01"),
        ("as_of", "2019-12-31"),
        ("known_at", "2020-01-31T18:00:00+08:00"),
        ("sort", "-last_visit_on"),
    )
    assert faults == []
    assert values["status"] == ("REGISTERED", "PRE_EXIT", "RELAPSED")
    assert (values["spell_no"], values["helper"], values["sort"]) == (2, "u-0042", "-last_visit_on")
    assert (values["exited_from"], values["as_of"]) == (day("2019-01-01"), day("2019-12-31"))
    assert values["known_at"] == instant("2020-01-31T10:00:00")


def test_every_fault_is_told_at_once() -> None:
    _, faults = read(
        ("divsion", "469024000000"),
        ("division", "46"),
        ("status", "REGISTERED,ASLEEP"),
        ("spell_no", "two"),
        ("limit", "0"),
        ("limit", "5"),
        ("helper", "某某"),
        ("exited_from", "yesterday"),
        ("known_at", "2020-01-31T18:00:00"),
        ("sort", "name"),
        ("visit_overdue_days", "99999"),
    )
    assert faults == [
        ("E-FIELD-UNKNOWN", "divsion"),
        ("E-FIELD-TYPE", "division"),
        ("E-CODE-UNKNOWN", "status"),
        ("E-FIELD-TYPE", "spell_no"),
        ("E-FIELD-TYPE", "helper"),
        ("E-FIELD-RANGE", "visit_overdue_days"),
        ("E-FIELD-TYPE", "exited_from"),
        ("E-FIELD-TYPE", "known_at"),
        ("E-CHOICE", "sort"),
        ("E-PARAMETER-REPEATED", "limit"),
    ]


@pytest.mark.parametrize("parameter", ["division", "status", "spell_no", "helper", "exited_to", "as_of", "known_at", "sort"])
def test_an_empty_value_is_a_fault(parameter: str) -> None:
    assert [field for _, field in read((parameter, ""))[1]] == [parameter]


@pytest.mark.parametrize("text", ["9" * 5000, "1e3", "٣", "1.0", "+1", "0x1", " 1"])
def test_a_whole_number_is_written_in_digits(text: str) -> None:
    assert [field for _, field in read(("limit", text))[1]] == ["limit"]


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2019-03-31T08:00:00 08:00 08:00"])
def test_an_instant_beyond_all_days_is_a_fault_and_no_failure(text: str) -> None:
    assert read(("known_at", text))[1] == [("E-FIELD-TYPE", "known_at")]


def test_a_plus_that_arrived_as_a_blank_is_a_plus() -> None:
    assert read(("known_at", "2020-01-31T18:00:00 08:00"))[0]["known_at"] == instant("2020-01-31T10:00:00")


@pytest.mark.parametrize("parameter", [p for p in ALL if p.name != "cursor"], ids=lambda parameter: parameter.name)
def test_the_example_of_a_parameter_is_good(parameter: Parameter) -> None:
    assert parameter.example is not None
    assert read((parameter.name, str(parameter.example)))[1] == []
    assert parameter.described["example"] == parameter.example


def test_what_is_described_is_what_is_read() -> None:
    described = whole("limit", "How many", 1, 1000).described
    assert described["schema"] == {"type": "integer", "minimum": 1, "maximum": 1000}
    several = codes("status", "Status", "register_status").described
    assert several["schema"]["type"] == "array"
    assert (several["style"], several["explode"]) == ("form", False)


def test_every_order_is_offered_both_ways() -> None:
    offered = next(parameter for parameter in PAGING if parameter.name == "sort").schema["enum"]
    assert set(offered) == {*SORTS, *(f"-{name}" for name in SORTS)}
    assert set(SORTS_THEN) <= set(SORTS)


QUESTION = {"division": None, "status": ("REGISTERED",), "sort": "division"}
KEY = (469024100201, bytes(range(16)))
NO_CURSORS = (
    *("", "x", "a" * 10_000, "WzFd", "e30", "bnVsbA", "W10", "W1sxXSwyLDNd", "\u4e2d", "WyJhIiwgMSwgIjAwIl0"),
    *("W1tbW1tbW1tbW1tb", "=="),
)


class TestCursors:
    """A cursor comes back as it was made, and with the same question only."""

    def refused(self, text: str, question: dict[str, Any] | None = None) -> bool:
        faults = Faults()
        key = read_cursor(text, question or QUESTION, faults)
        assert (key is None) == ("cursor" in faults)
        return "cursor" in faults

    def test_it_comes_back_as_it_was_made(self) -> None:
        for value in (0, -(2**31) + 1, 2**62, -500):
            key = (value, KEY[1])
            assert read_cursor(make_cursor(key, QUESTION), QUESTION, Faults()) == key

    def test_no_cursor_is_the_first_page(self) -> None:
        assert read_cursor(None, QUESTION, Faults()) is None

    def test_another_question_refuses_it(self) -> None:
        made = make_cursor(KEY, QUESTION)
        assert not self.refused(made)
        for change in ({"status": ()}, {"sort": "-division"}, {"division": "469024000000"}, {"more": 1}):
            assert self.refused(made, {**QUESTION, **change})

    def test_it_is_safe_in_an_address(self) -> None:
        assert make_cursor(KEY, QUESTION).replace("-", "").replace("_", "").isalnum()

    @pytest.mark.parametrize("text", NO_CURSORS)
    def test_what_is_no_cursor_is_refused(self, text: str) -> None:
        assert self.refused(text)

    def test_no_part_of_it_can_be_changed_into_something_else_than_a_key(self) -> None:
        made = make_cursor(KEY, QUESTION)
        for place in range(len(made)):
            changed = made[:place] + ("A" if made[place] != "A" else "B") + made[place + 1 :]
            faults = Faults()
            key = read_cursor(changed, QUESTION, faults)
            assert key is None or (type(key[0]) is int and len(key[1]) == 16)
