"""A week's figures: first recordings by when the register learnt of them, and corrections as changes of the week before."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.days import DAY_US
from projections.weekly.counting import FactUnknown, changes, count
from projections.weekly.fact import VOIDED, DigestFact
from projections.weekly.figures import FLOWS, NOT_COLLECTED, RECORDING, STOCKS
from projections.weekly.window import WeekMalformed, label_of, week

HAIKOU, SANYA = "460100000000", "460200000000"
WEEK = week("2019-W10")
NEXT = week("2019-W11")
EXITED = "household.household_exited"


def fact(number: int, *, day: int = 0, event_type: str = EXITED, unit: str = HAIKOU, size: int = 3, late: int = 0,
         corrects: int | None = None) -> DigestFact:  # fmt: skip
    at = WEEK.begins + day * DAY_US + number
    return DigestFact(
        bytes([number]), event_type, b"h", number, at, WEEK.monday + day - late, unit, size=size,
        corrects=None if corrects is None else bytes([corrects]),
    )  # fmt: skip


def test_a_week_begins_on_monday_at_midnight_in_the_province_and_ends_before_the_next() -> None:
    assert (label_of(WEEK.begins - 1), label_of(WEEK.begins), label_of(WEEK.ends - 1)) == ("2019-W09", "2019-W10", "2019-W10")
    assert WEEK.ends == NEXT.begins


@pytest.mark.parametrize("label", ["2019-W54", "2019-W00", "2019-10", "2019-W1", ""])
def test_what_is_no_week_is_refused(label: str) -> None:
    with pytest.raises(WeekMalformed, match="week"):
        week(label)


def test_what_was_true_before_the_week_is_counted_in_it_and_shown_apart() -> None:
    found = count([fact(1), fact(2, late=2), fact(3, day=7)], WEEK)[("E2", HAIKOU)]
    assert (found.events, found.persons, found.earlier, found.behind) == (2, 6, 1, [b"\x01", b"\x02"])


def test_a_correction_changes_the_week_of_the_fact_and_no_figure_of_its_own() -> None:
    facts = [fact(1), fact(2, day=8, size=5, corrects=1)]
    assert ("E2", HAIKOU) not in count(facts, NEXT)
    (change,) = changes(facts, NEXT)
    assert (change.figure, change.week, change.events, change.persons) == ("E2", "2019-W10", 0, 2)


def test_a_voiding_takes_back_what_stood_last() -> None:
    facts = [fact(1), fact(2, day=8, size=5, corrects=1), fact(3, day=9, event_type=VOIDED, corrects=2)]
    assert [(c.events, c.persons) for c in changes(facts, NEXT)] == [(0, 2), (-1, -5)]


def test_a_correction_of_what_is_not_there_stops_the_digest() -> None:
    with pytest.raises(FactUnknown):
        changes([fact(2, corrects=1)], WEEK)


def test_no_figure_has_two_definitions() -> None:
    codes = [*(f.code for f in STOCKS), *(f.code for f in FLOWS), *RECORDING, *NOT_COLLECTED]
    assert len(codes) == len(set(codes))


@given(st.integers(0, 2**32))
def test_the_weeks_and_the_changes_add_up_to_what_stands(seed: int) -> None:
    random = Random(seed)
    facts: list[DigestFact] = []
    standing: dict[int, tuple[str, int] | None] = {}
    for number in range(1, random.randrange(2, 40)):
        day = number // 2
        live = [known for known, what in standing.items() if what]
        target = random.choice(live) if live and random.random() < 0.5 else None
        voids = target is not None and random.random() < 0.3
        unit, size = random.choice([HAIKOU, SANYA]), random.randrange(1, 7)
        facts.append(fact(number, day=day, event_type=VOIDED if voids else EXITED, unit=unit, size=size, corrects=target))
        if target is not None:
            del standing[target]
        standing[number] = None if voids else (unit, size)
    random.shuffle(facts)
    weeks = [week(f"2019-W{number}") for number in range(10, 14)]
    for unit in (HAIKOU, SANYA):
        counts = [found for w in weeks if (found := count(facts, w).get(("E2", unit)))]
        changed = [change for w in weeks for change in changes(facts, w) if change.unit == unit]
        stands = [what[1] for what in standing.values() if what and what[0] == unit]
        assert sum(c.events for c in counts) + sum(c.events for c in changed) == len(stands)
        assert sum(c.persons for c in counts) + sum(c.persons for c in changed) == sum(stands)


def test_the_documents_table_says_what_the_code_defines() -> None:
    text = (Path(__file__).parents[3] / "docs/digests.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")][2:]
    words = [*((figure.code, figure.words) for figure in (*STOCKS, *FLOWS)), *RECORDING.items()]
    assert rows == [f"| {code} | {w.zh} | {w.en} | {w.definition_zh} | {w.definition_en} |" for code, w in words]
