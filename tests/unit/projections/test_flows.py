"""What an event moves into and out of the stocks: households, and persons by size at the event."""

from typing import Any

import pytest

from projections.register.codes import NO_OVERLAY, STATUS_NUMBERS, STOCKS
from projections.register.flows import Flows
from projections.register.state import NO_SHAPE, Shape

VILLAGE, OTHER = 469030100201, 469030101200
H1, POLICY, STABLE = (STOCKS.index(stock) for stock in ("H1", "EXITED_WITH_POLICY", "EXITED_STABLE"))


def shape(status: str, size: int = 3, division: int = VILLAGE) -> Shape:
    return STATUS_NUMBERS[status], NO_OVERLAY, 1, division, size


def flows(kind: str, before: Shape, after: Shape) -> list[Any]:
    counted = Flows()
    counted.count((5, 7), kind, before, after)
    return counted.rows()


@pytest.mark.parametrize(
    ("kind", "before", "after", "expected"),
    [
        ("IMPORTED", NO_SHAPE, shape("REGISTERED", 4), [(VILLAGE, H1, "IMPORTED", 0, 1, 4)]),
        ("NEW", shape("IN_IDENTIFICATION"), shape("REGISTERED"), [(VILLAGE, H1, "NEW", 0, 1, 3)]),
        (
            "EXITED",
            shape("PRE_EXIT"),
            shape("EXITED_WITH_POLICY"),
            [(VILLAGE, H1, "EXITED", 0, -1, -3), (VILLAGE, POLICY, "EXITED", 0, 1, 3)],
        ),
        ("CLOSED", shape("EXITED_STABLE"), shape("CLOSED", 0), [(VILLAGE, STABLE, "CLOSED", 0, -1, -3)]),
        ("MEMBER_ADDED", shape("PRE_EXIT", 3), shape("PRE_EXIT", 4), [(VILLAGE, H1, "MEMBER_ADDED", 0, 0, 1)]),
        ("SPLIT_OUT", shape("REGISTERED", 3), shape("REGISTERED", 1), [(VILLAGE, H1, "SPLIT_OUT", 0, 0, -2)]),
        (
            "MOVED",
            shape("REGISTERED"),
            shape("REGISTERED", division=OTHER),
            [(VILLAGE, H1, "MOVED_OUT", OTHER, -1, -3), (OTHER, H1, "MOVED_IN", VILLAGE, 1, 3)],
        ),
        ("CORRECTED", shape("REGISTERED", 3), shape("REGISTERED", 2), [(VILLAGE, H1, "CORRECTED_OUT", 0, 0, -1)]),
        ("CORRECTED", shape("REGISTERED", 3), shape("REGISTERED", 4), [(VILLAGE, H1, "CORRECTED_IN", 0, 0, 1)]),
        ("CORRECTED", shape("CLEARED_OUT", 3), shape("REGISTERED", 3), [(VILLAGE, H1, "CORRECTED_IN", 0, 1, 3)]),
        ("MEMBER_ADDED", shape("NOT_REGISTERED", 3), shape("NOT_REGISTERED", 4), []),
        ("MOVED", shape("NOT_REGISTERED"), shape("NOT_REGISTERED", division=OTHER), []),
        ("OTHER", shape("REGISTERED"), shape("PRE_EXIT"), []),
    ],
)
def test_an_event_moves_what_leaves_and_enters_a_stock(kind: str, before: Shape, after: Shape, expected: list[Any]) -> None:
    assert flows(kind, before, after) == [(5, 7, *flow) for flow in expected]


def test_those_who_come_and_those_who_go_are_counted_apart() -> None:
    counted = Flows()
    counted.count((0, 0), "MOVED", shape("REGISTERED", 2), shape("REGISTERED", 2, OTHER))
    counted.count((0, 0), "MOVED", shape("REGISTERED", 5, OTHER), shape("REGISTERED", 5))
    assert sorted(counted.rows()) == [
        (0, 0, VILLAGE, H1, "MOVED_IN", OTHER, 1, 5),
        (0, 0, VILLAGE, H1, "MOVED_OUT", OTHER, -1, -2),
        (0, 0, OTHER, H1, "MOVED_IN", VILLAGE, 1, 2),
        (0, 0, OTHER, H1, "MOVED_OUT", VILLAGE, -1, -5),
    ]


def test_flows_of_one_kind_and_bucket_add_up() -> None:
    counted = Flows()
    for size in (2, 5):
        counted.count((0, 0), "NEW", shape("IN_IDENTIFICATION", size), shape("REGISTERED", size))
    counted.count((0, 1), "NEW", shape("IN_IDENTIFICATION"), shape("REGISTERED"))
    assert counted.rows() == [(0, 0, VILLAGE, H1, "NEW", 0, 2, 7), (0, 1, VILLAGE, H1, "NEW", 0, 1, 3)]
