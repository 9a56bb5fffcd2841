"""Whatever is done to an export, anywhere, the first event that it was done to is named, and what was done."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.history.checking import ExportCheck
from registry.history.faults import HistoryFault
from registry.store.recorder import RawRow
from tests.support.exports import forged, history_rows, renumbered

ROWS = history_rows()
LAST = len(ROWS) - 1
INDEX = st.integers(0, LAST)
ROUNDS = settings(max_examples=30, deadline=None)


def fault_of(rows: Sequence[RawRow]) -> HistoryFault:
    with TemporaryDirectory() as folder:
        export = forged(Path(folder) / "export", rows)
        with pytest.raises(HistoryFault) as found:
            ExportCheck(export).run()
    return found.value


def altered(row: RawRow, place: int, bit: int) -> RawRow:
    """One bit of the event's body is another."""
    position, stream, event_type, state, at = row
    place = 5 + place % (len(state) - 5)
    return position, stream, event_type, state[:place] + bytes([state[place] ^ 1 << bit]) + state[place + 1 :], at


def invented(row: RawRow, number: int) -> RawRow:
    """An event that was never recorded: a copy of another with an id of its own."""
    state = row[3]
    return (*row[:3], state[:5] + number.to_bytes(16, "big") + state[21:], row[4])


def event_id(row: RawRow) -> str:
    return str(UUID(bytes=row[3][5:21]))


@ROUNDS
@given(INDEX, st.integers(0, 2000), st.integers(0, 7))
def test_an_altered_bit_is_found(index: int, place: int, bit: int) -> None:
    fault = fault_of([*ROWS[:index], altered(ROWS[index], place, bit), *ROWS[index + 1 :]])
    assert fault.code in ("E-HISTORY-ALTERED", "E-HISTORY-UNREADABLE")
    assert fault.position == ROWS[index][0]


@ROUNDS
@given(INDEX, st.integers(1, 70), st.booleans())
def test_dropped_events_are_found(index: int, count: int, hidden: bool) -> None:
    """Whether the others are numbered anew or not."""
    left = [*ROWS[:index], *ROWS[index + count :]]
    if not left:
        return
    fault = fault_of(renumbered(left) if hidden else left)
    assert (fault.code, fault.position) == ("E-HISTORY-DROPPED", ROWS[index][0])


@ROUNDS
@given(INDEX, INDEX, st.integers(1, 70), st.booleans())
def test_inserted_events_are_found(index: int, copied: int, count: int, hidden: bool) -> None:
    position = ROWS[index][0]
    new = [(position, *invented(ROWS[copied], number)[1:]) for number in range(count)]
    rows = [*ROWS[:index], *new, *ROWS[index:]]
    fault = fault_of(renumbered(rows) if hidden else rows)
    assert (fault.code, fault.position) == ("E-HISTORY-INSERTED", position)
    assert event_id(new[0]) in str(fault)


@ROUNDS
@given(INDEX, st.booleans())
def test_an_event_that_is_there_twice_is_found(index: int, hidden: bool) -> None:
    rows = [*ROWS[: index + 1], *ROWS[index:]]
    fault = fault_of(renumbered(rows) if hidden else rows)
    assert (fault.code, fault.position) == ("E-HISTORY-INSERTED", ROWS[index][0] + 1)


@ROUNDS
@given(st.integers(0, LAST - 1), st.integers(1, 60), st.booleans())
def test_two_events_that_changed_places_are_found(index: int, distance: int, hidden: bool) -> None:
    other = min(index + distance, LAST)
    rows = list(ROWS)
    rows[index], rows[other] = rows[other], rows[index]
    fault = fault_of(renumbered(rows) if hidden else rows)
    assert (fault.code, fault.position) == ("E-HISTORY-MOVED", ROWS[index][0])
    assert event_id(ROWS[other]) in str(fault)
    assert f"was signed at position {ROWS[other][0]}" in str(fault)


@ROUNDS
@given(INDEX, st.integers(-3, 10**12))
def test_a_claimed_position_that_is_another_is_found(index: int, claimed: int) -> None:
    row = ROWS[index]
    if claimed == row[0]:
        return
    fault = fault_of([*ROWS[:index], (claimed, *row[1:]), *ROWS[index + 1 :]])
    assert (fault.code, fault.position) == ("E-HISTORY-ALTERED", row[0])
    assert f"claims position {claimed}" in str(fault)


def _alter(rows: list[RawRow], index: int) -> None:
    rows[index] = altered(rows[index], 40, 0)


def _drop(rows: list[RawRow], index: int) -> None:
    del rows[index]


def _insert(rows: list[RawRow], index: int) -> None:
    rows.insert(index, invented(rows[index], index))


CHANGES = st.sampled_from([_alter, _drop, _insert])


@ROUNDS
@given(st.lists(st.tuples(INDEX, CHANGES), min_size=2, max_size=6, unique_by=lambda change: change[0] // 2), st.booleans())
def test_of_several_faults_the_first_is_named(changes: list[tuple[int, object]], hidden: bool) -> None:
    rows = list(ROWS)
    for index, change in sorted(changes, key=lambda change: change[0], reverse=True):
        change(rows, index)  # type: ignore[operator]
    fault = fault_of(renumbered(rows) if hidden else rows)
    assert fault.position == ROWS[min(index for index, _ in changes)][0]
