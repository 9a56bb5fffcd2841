"""The only translation from what is inside to what is public: a change to its two messages.

A record is made of named public values, and the codec refuses a name that the public schema has not: nothing of an event can be
passed on by passing the event on.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple
from uuid import UUID

from consumers.feed.household import Shown
from schemas.catalogue import Catalogue
from schemas.cloud_events import cloud_event_headers
from schemas.codec import Codec
from schemas.messages import Message, uuid_text
from schemas.public import HOUSEHOLD_CHANGED, HOUSEHOLD_STATE, change_id_of, public_table, state_id_of

_CHANGES: Final = public_table().records[HOUSEHOLD_CHANGED].topic
_REGISTER: Final = public_table().records[HOUSEHOLD_STATE].topic


class Change(NamedTuple):
    """One change of what is shown of a household. recorded_at: microseconds; effective_on: days; both since 1970.

    corrects: the event whose fact was corrected; position: of the event in the registry's sequence.
    """

    event_id: bytes
    household_id: bytes
    change_no: int
    kind: str
    recorded_at: int
    effective_on: int
    corrects: bytes | None
    before: Shown
    after: Shown
    position: int


class Publisher:
    """Makes messages of changes. `source` is the registry's URI reference."""

    def __init__(self, catalogue: Catalogue, source: str) -> None:
        self._codec = Codec(catalogue)
        self._changed = catalogue.latest(HOUSEHOLD_CHANGED)
        self._state = catalogue.latest(HOUSEHOLD_STATE)
        self._source = source

    def messages_of(self, change: Change) -> Iterator[Message]:
        """The change, and what it leaves: a state, or a tombstone for a household that is no longer in the public register.

        One that says something anew of a household that is not there leaves nothing.
        """
        event_id = UUID(bytes=change.event_id)
        key, stamp = uuid_text(change.household_id), change.recorded_at // 1000
        change_id, state_id = change_id_of(event_id), state_id_of(event_id)

        def headers(record: str, record_id: UUID) -> Any:
            return cloud_event_headers(record, self._source, record_id.bytes, key, change.recorded_at, change.position)

        changed = self._codec.encode(self._changed, _changed(change, change_id))
        yield Message(_CHANGES, key, changed, headers(HOUSEHOLD_CHANGED, change_id), stamp)
        if not (change.before.present or change.after.present):
            return
        state = self._codec.encode(self._state, _state(change, change_id)) if change.after.present else None
        yield Message(_REGISTER, key, state, headers(HOUSEHOLD_STATE, state_id), stamp)


def _changed(change: Change, change_id: UUID) -> dict[str, Any]:
    before, after = change.before, change.after
    return {
        "change_id": change_id,
        "recorded_at": change.recorded_at,
        "household_id": UUID(bytes=change.household_id),
        "change_no": change.change_no,
        "effective_on": change.effective_on,
        "kind": change.kind,
        "corrects": None if change.corrects is None else change_id_of(UUID(bytes=change.corrects)),
        "status_before": before.status,
        "status_after": after.status,
        "overlay_before": before.overlay,
        "overlay_after": after.overlay,
        "spell_no": after.spell_no,
        "division": after.division,
    }


def _state(change: Change, change_id: UUID) -> dict[str, Any]:
    after = change.after
    return {
        "household_id": UUID(bytes=change.household_id),
        "change_id": change_id,
        "change_no": change.change_no,
        "recorded_at": change.recorded_at,
        "status": after.status,
        "status_on": after.status_on,
        "overlay": after.overlay,
        "spell_no": after.spell_no,
        "division": after.division,
    }
