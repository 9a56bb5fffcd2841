"""How a stream is read in which facts were corrected or voided.

History is never rewritten: a correction is a later event of the corrected one's own type that says the whole fact again, and a
voiding says that a fact never was. Both name the first event of the fact in `corrects_event_id`. A reader takes the fact in its
old place, with its last wording, or not at all; the correcting event itself only counts as a version.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from registry.event import RegistryEvent

SAID_AGAIN = ("effective_on", "reason_code", "evidence")
"""What of the envelope belongs to the fact; who decided it first, where and when it was recorded stays as it was."""


class WholeStreamNeeded(LookupError):
    """Events that correct earlier ones were to be added to a state that has the earlier ones in it already."""


def is_corrected(stream: Sequence[RegistryEvent]) -> bool:
    """Whether any event of the stream corrects or voids another."""
    return any(event.corrects_event_id is not None for event in stream)


def as_corrected(stream: Sequence[RegistryEvent]) -> Iterator[tuple[RegistryEvent, RegistryEvent | None]]:
    """Each event of a whole stream, with what it says in the end: None where it was voided or is itself a correction."""
    latest = {event.corrects_event_id: event for event in stream if event.corrects_event_id is not None}
    for event in stream:
        correction = latest.get(event.event_id)
        if event.corrects_event_id is not None or (correction is not None and correction.VOIDS):
            yield event, None
        else:
            yield event, event if correction is None else restated(event, correction)


def restated(event: RegistryEvent, correction: RegistryEvent) -> RegistryEvent:
    """The event with the wording of its correction."""
    names = (*SAID_AGAIN, *body_fields(type(event)))
    return dataclasses.replace(event, **{name: getattr(correction, name) for name in names})


@cache
def body_fields(event_class: type[RegistryEvent]) -> tuple[str, ...]:
    """The fields of an event besides the envelope's."""
    envelope = {field.name for field in dataclasses.fields(RegistryEvent)}
    return tuple(field.name for field in dataclasses.fields(event_class) if field.name not in envelope)


def body_of(event: RegistryEvent) -> dict[str, Any]:
    """An event's fields besides the envelope's."""
    return {name: getattr(event, name) for name in body_fields(type(event))}


def root_of(event_id: UUID, stream: Sequence[RegistryEvent]) -> RegistryEvent | None:
    """The first event of the fact that this event states, corrects or voids; None if the stream has no such event."""
    by_id = {event.event_id: event for event in stream}
    event = by_id.get(event_id)
    return event if event is None or event.corrects_event_id is None else by_id[event.corrects_event_id]
