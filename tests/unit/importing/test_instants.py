"""Cells that hold an instant."""

from datetime import date, datetime
from typing import Any

import pytest

from registry.importing.cells import CellRefused, converter
from registry.importing.columns import Column, Form
from schemas.clock import SHANGHAI

read = converter(Column("settled_at", Form.INSTANT))
MORNING = datetime(2019, 3, 19, 10, 11, 45, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "cell",
    [
        MORNING.replace(tzinfo=None),
        "2019-03-19 10:11:45",
        "2019-03-19T10:11:45+08:00",
        "2019-03-19T02:11:45Z",
        "2019/3/19 10:11:45",
        "2019年3月19日 10:11:45",
        "20190319 10:11:45",
        "２０１９-03-19 10:11:45",
    ],
)
def test_excels_own_and_what_people_write_are_the_same_instant(cell: Any) -> None:
    assert read(cell) == MORNING


@pytest.mark.parametrize("cell", ["2019-03-19", "2019/3/19", date(2019, 3, 19), "20190319", 20190319.0])
def test_a_bare_day_is_its_beginning(cell: Any) -> None:
    assert read(cell) == datetime(2019, 3, 19, tzinfo=SHANGHAI)


@pytest.mark.parametrize("cell", ["yesterday", "2019-13-01 10:00", "2019-03-19 25:00:00", "2019/3/19 9:75", 43543.4, True])
def test_anything_else_is_none(cell: Any) -> None:
    with pytest.raises(CellRefused) as refused:
        read(cell)
    assert (refused.value.code, refused.value.params) == ("E-FIELD-TYPE", {"expected": "DATE_AND_TIME"})


def test_a_short_time_is_read_and_an_empty_cell_is_nothing() -> None:
    assert read("2019/3/19 9:05") == datetime(2019, 3, 19, 9, 5, tzinfo=SHANGHAI)
    assert read(" ") is None
