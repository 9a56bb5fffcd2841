"""The one safe way to try a refused write again: load, decide, save, all of it, on a fresh aggregate.

Saving the same aggregate again would be wrong: it was decided on a state that is no longer the stream's.
"""

from collections.abc import Callable
from typing import TypeVar

from eventsourcing.persistence import IntegrityError

T = TypeVar("T")


def retry_on_conflict(attempt: Callable[[], T], *, attempts: int, pause: Callable[[int], None]) -> T:
    """Call `attempt` until it does not conflict, at most `attempts` times.

    attempt: loads, decides and saves, and keeps nothing between its calls; pause: called with the number of failed attempts
    before each further one (a short, jittered wait). Raises what the last attempt raised; anything but a conflict at once.
    """
    for failed in range(1, attempts):
        try:
            return attempt()
        except IntegrityError:
            pause(failed)
    return attempt()
