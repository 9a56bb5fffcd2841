"""Tables and options of the command line."""

import click
import pytest

from deploy.commands.columns import columns
from deploy.commands.project_command import Partitions


def test_a_chinese_character_is_as_wide_as_two_letters() -> None:
    assert columns(("name", "year"), [("临高县", 2019), ("Lingao County", None)]) == [
        "name           year",
        "临高县         2019",
        "Lingao County  -",
    ]


def test_nothing_is_cut_off_and_a_table_without_rows_has_its_head() -> None:
    assert columns(("a", "b"), []) == ["a  b"]
    assert columns(("a",), [("x" * 200,)])[1] == "x" * 200


@pytest.mark.parametrize(
    ("text", "numbers"), [("3", {3}), ("0-2", {0, 1, 2}), ("0,2, 4-5", {0, 2, 4, 5}), ("7-7", {7}), ("1,1-2", {1, 2})]
)
def test_partitions_are_numbers_and_ranges(text: str, numbers: set[int]) -> None:
    assert Partitions().convert(text, None, None) == numbers


@pytest.mark.parametrize("text", ["", "a", "3-", "-3", "5-3", "1;2", "１"])
def test_what_names_no_partition_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Partitions().convert(text, None, None)
