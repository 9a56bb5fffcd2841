"""The last stored state of the streams that were read or written of late, from which the next event's link is made.

What is remembered here is a guess: others write too. Whoever stores an event chained to it has the database compare the link with
what is stored, within the write; a wrong guess costs a second look, never a broken link.
"""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Final
from uuid import UUID

from registry.store.write_transaction import StreamVersion

STREAMS_MAX: Final = 10_000
"""About 4 MB: the households of every command that is being decided, and of a batch."""


class Links:
    """Threads share it; the streams that nobody came back to are forgotten first."""

    def __init__(self, streams_max: int = STREAMS_MAX) -> None:
        self._states: dict[UUID, bytes] = {}
        self._streams_max = streams_max
        self._changing = Lock()

    def remember(self, states: Mapping[UUID, bytes]) -> None:
        """These are the last states of their streams."""
        with self._changing:
            for stream, state in states.items():
                self._states.pop(stream, None)
                self._states[stream] = state
            while len(self._states) > self._streams_max:
                del self._states[next(iter(self._states))]

    def states_at(self, places: Sequence[StreamVersion]) -> list[bytes] | None:
        """What should be stored at these places; None where it is not known of all of them."""
        with self._changing:
            states = [self._states.get(stream) for stream, _ in places]
        known = [state for state in states if state is not None]
        return known if len(known) == len(places) else None
