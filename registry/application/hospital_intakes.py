"""Which hospitals' intake is stopped, and since when the others run again: read from the store's events, and again for more."""

from datetime import datetime
from typing import Final

from registry.application.reference_shelf import ReferenceEvents
from registry.reference.hospital_intake import HospitalIntakeResumed, HospitalIntakeStopped

TYPES: Final = (HospitalIntakeResumed.TOPIC, HospitalIntakeStopped.TOPIC)


class HospitalIntakes:
    """What it has read so far, for one thread; it has read once when it is made."""

    def __init__(self, events: ReferenceEvents) -> None:
        self.stopped: frozenset[str] = frozenset()
        self.resumed_at: dict[str, datetime] = {}
        """Of those that run again, when that was recorded."""
        self._events = events
        self._position = 0
        self.look()

    def look(self) -> bool:
        """Read what is new; return whether any hospital was stopped or resumed. Raises what the store raises."""
        self._position, events = self._events(self._position, TYPES)
        for event in events:
            if isinstance(event, HospitalIntakeStopped):
                self.stopped |= {event.institution}
            else:
                self.stopped -= {event.institution}
                self.resumed_at[event.institution] = event.timestamp
        return bool(events)
