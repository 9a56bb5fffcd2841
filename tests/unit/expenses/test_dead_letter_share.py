"""Counts of dead letters within the log's last hour, against a count made afresh of everything that was ever seen."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.intake.dead_letter_share import HOUR_S, DeadLetterShare, Exceeded, Taken

HERE, THERE = "H46999900001", "H46999900002"
FIFTH = Fraction(1, 5)
START_MS = 1_553_083_200_000


def taken(accepted: int, dead: int, at_s: float = 0, institution: str = HERE) -> list[Taken]:
    made = [True] * accepted + [False] * dead
    return [Taken(institution, good, START_MS + int(at_s * 1000), offset) for offset, good in enumerate(made)]


def over(share: DeadLetterShare, least: int = 20) -> list[str]:
    return [one.institution for one in share.exceeded(FIFTH, least)]


@pytest.mark.parametrize(("accepted", "dead", "stops"), [(16, 4, False), (15, 5, True), (0, 19, False), (0, 20, True)])
def test_more_than_the_share_of_enough_records(accepted: int, dead: int, stops: bool) -> None:
    share = DeadLetterShare()
    share.count(taken(accepted, dead))
    assert over(share) == [HERE] * stops


def test_one_hospitals_letters_are_not_anothers() -> None:
    share = DeadLetterShare()
    share.count(taken(0, 30) + taken(30, 0, institution=THERE))
    assert share.exceeded(FIFTH, 20) == [Exceeded(HERE, 30, 30, 29, START_MS)]


def test_an_hour_later_they_are_forgotten() -> None:
    share = DeadLetterShare()
    share.count(taken(0, 30) + taken(20, 0, HOUR_S - 1))
    assert over(share) == [HERE]
    share.count(taken(1, 0, HOUR_S))
    assert over(share) == []


def test_what_was_sent_before_it_was_resumed_does_not_stop_it_again() -> None:
    share = DeadLetterShare()
    share.count(taken(0, 30))
    share.resumed(HERE, START_MS + 10_000)
    assert over(share) == []
    share.count(taken(0, 30, 10))
    assert over(share) == []
    share.count(taken(0, 20, 11))
    share.resumed(HERE, START_MS + 10_000)
    assert over(share) == [HERE]


Seen = st.tuples(st.sampled_from([HERE, THERE]), st.booleans(), st.integers(0, 3 * HOUR_S * 10))
Resumed = st.tuples(st.sampled_from([HERE, THERE]), st.none(), st.integers(0, 3 * HOUR_S * 10))


@given(st.lists(Seen | Resumed, max_size=120), st.fractions(0, 1), st.integers(1, 10))
def test_it_counts_as_one_who_remembers_everything(
    happened: list[tuple[str, bool | None, int]], limit: Fraction, least: int
) -> None:
    """Times come in any order, in tenths of a second: Kafka's brokers do not agree to the millisecond."""
    share = DeadLetterShare()
    seen: dict[str, list[tuple[int, bool]]] = {HERE: [], THERE: []}
    resumed = {HERE: -1, THERE: -1}
    for offset, (institution, accepted, tenths) in enumerate(happened):
        at_ms = tenths * 100
        if accepted is None:
            share.resumed(institution, at_ms)
            if at_ms > resumed[institution]:
                resumed[institution], seen[institution] = at_ms, []
        else:
            share.count([Taken(institution, accepted, at_ms, offset)])
            seen[institution].append((at_ms, accepted))
    expected = {}
    for institution, records in seen.items():
        newest = max((at for at, _ in records), default=0) // 1000
        counted = [good for at, good in records if at > resumed[institution] and newest - at // 1000 < HOUR_S]
        dead = counted.count(False)
        if len(counted) >= least and dead > limit * len(counted):
            expected[institution] = (len(counted), dead)
    assert {one.institution: (one.records, one.dead_letters) for one in share.exceeded(limit, least)} == expected
