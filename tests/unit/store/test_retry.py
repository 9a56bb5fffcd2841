"""A refused write is tried again whole: load, decide, save."""

import pytest
from eventsourcing.persistence import IntegrityError

from registry.store.errors import StoreBusy, StreamConflict, StreamGap
from registry.store.retry import retry_on_conflict


class Attempts:
    """Fails as it is told, then succeeds."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.count = 0
        self.pauses: list[int] = []

    def __call__(self) -> str:
        self.count += 1
        if self.failures:
            raise self.failures.pop(0)
        return "saved"


def test_what_succeeds_is_done_once() -> None:
    attempts = Attempts()
    assert retry_on_conflict(attempts, attempts=3, pause=attempts.pauses.append) == "saved"
    assert (attempts.count, attempts.pauses) == (1, [])


def test_a_conflict_is_tried_again_after_a_pause() -> None:
    attempts = Attempts(StreamConflict(), StreamGap())
    assert retry_on_conflict(attempts, attempts=3, pause=attempts.pauses.append) == "saved"
    assert (attempts.count, attempts.pauses) == (3, [1, 2])


def test_it_gives_up_with_the_last_conflict() -> None:
    last = IntegrityError("the last")
    attempts = Attempts(StreamConflict(), StreamConflict(), last)
    with pytest.raises(IntegrityError) as given_up:
        retry_on_conflict(attempts, attempts=3, pause=attempts.pauses.append)
    assert given_up.value is last
    assert (attempts.count, attempts.pauses) == (3, [1, 2])


@pytest.mark.parametrize("failure", [StoreBusy("busy"), ValueError("wrong")])
def test_anything_but_a_conflict_is_told_at_once(failure: Exception) -> None:
    attempts = Attempts(failure)
    with pytest.raises(type(failure)):
        retry_on_conflict(attempts, attempts=3, pause=attempts.pauses.append)
    assert (attempts.count, attempts.pauses) == (1, [])
