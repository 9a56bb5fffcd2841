"""Rung by the relay when it has appended, heard by a projector of the same process: sooner and cheaper than looking."""

import threading
from collections.abc import Iterable


class Bell:
    """One for each who waits. Rung while nobody waits, it is heard by the next wait."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def ring(self) -> None:
        """Something was appended, durably."""
        self._event.set()

    def wait(self, seconds: float) -> None:
        """Until it rings, but not longer."""
        self._event.wait(seconds)
        # Whatever it rang for is in the log already, and is read next.
        self._event.clear()


def ring_all(bells: Iterable[Bell]) -> None:
    """Let all of them hear it."""
    for bell in bells:
        bell.ring()
