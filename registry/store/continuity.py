"""A stream has no gap and no branch: what each write has to show before anything is stored.

Two facts make one look-up per stream enough. An event's place (stream, version) is unique in the store, so a place that is
taken fails the insert; and if the place before the first new event is filled, the stream reaches exactly up to it. A stream
that begins needs no look-up at all, because versions below the first are not accepted by the table.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from registry.store.errors import StreamGap
from registry.store.write_transaction import StreamVersion

FIRST_VERSION = 1


def places_before(events: Iterable[StreamVersion]) -> list[StreamVersion]:
    """The places that must be filled: the one before each stream's first new event, unless the stream begins with it.

    events: (stream, version) of a whole save, in order. Raises StreamGap where versions of one stream do not follow.
    """
    last: dict[UUID, int] = {}
    places = []
    for stream, version in events:
        previous = last.get(stream)
        if previous is None:
            if version > FIRST_VERSION:
                places.append((stream, version - 1))
            elif version < FIRST_VERSION:
                raise StreamGap(f"stream {stream} cannot begin with version {version}")
        elif version != previous + 1:
            raise StreamGap(f"stream {stream}: version {version} cannot follow {previous}")
        last[stream] = version
    return places


def previous_states(places: Sequence[StreamVersion], states: Sequence[bytes | None]) -> dict[UUID, bytes]:
    """The last stored state of each stream that goes on. Raises StreamGap where a place is empty."""
    found = {}
    for (stream, version), state in zip(places, states, strict=True):
        if state is None:
            raise StreamGap(f"stream {stream}: version {version} is not stored, so {version + 1} cannot follow")
        found[stream] = state
    return found
