"""Which office is told of which early warning: the one module that turns warnings into notices.

The township is told of what it has to verify: what was assigned to it, what rose, what was opened again. The county is told of a
case that nobody has claimed, and of one that is overdue; the province of one that is overdue for longer. Each event has an id of
its own, and so has each notice of it: whoever reads the topic anew tells nobody twice.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from consumers.notices.memory import Memory
from consumers.notices.notice import Notice, notice_id_of
from consumers.notices.warning_words import Words, subject_of, text_of
from registry.early_warning.assess import EarlyWarningAssigned, EarlyWarningLevelChanged, EarlyWarningRaised
from registry.early_warning.cancel import EarlyWarningCancelled
from registry.early_warning.escalate import COUNTY, EarlyWarningEscalated
from registry.early_warning.outcome import EarlyWarningClosed
from registry.early_warning.reopen import EarlyWarningReopened
from registry.early_warning.transfer import EarlyWarningTransferred
from schemas.catalogue import Catalogue
from schemas.codec import Codec, Undecodable
from schemas.division_codes import PROVINCE_DIGITS, Level, county_code, level_of
from schemas.divisions import Divisions
from schemas.messages import Record

TOPIC: Final = "warning.events"
KINDS: Final = {
    EarlyWarningRaised.TOPIC: "warning.unclaimed",
    EarlyWarningAssigned.TOPIC: "warning.assigned",
    EarlyWarningLevelChanged.TOPIC: "warning.level_changed",
    EarlyWarningEscalated.TOPIC: "warning.escalated",
    EarlyWarningReopened.TOPIC: "warning.reopened",
}
_ENDS: Final = frozenset({EarlyWarningClosed.TOPIC, EarlyWarningCancelled.TOPIC, EarlyWarningTransferred.TOPIC})
_LEVEL: Final = "warning_level"
_OF_THE_EVENT: Final = ("level_before", "escalated_to", "why", "assignment")
_REST: Final = "0" * (12 - PROVINCE_DIGITS)

Event = Mapping[str, Any]


class EarlyWarningNotices:
    """Makes them. divisions: the tree as it is now; link: see Recipients."""

    def __init__(self, catalogue: Catalogue, divisions: Callable[[], Divisions], link: str = "") -> None:
        self._codec = Codec(catalogue)
        self._divisions = divisions
        self._link = link

    def notices_of(self, record: Record, memory: Memory) -> Iterator[Notice]:
        """What becomes known by an event; of most nothing. The level of a case is remembered while it is open."""
        if record.value is None:
            raise Undecodable("a tombstone is no event")
        schema, event = self._codec.decode_as_latest(record.value)
        if schema.event_type in _ENDS:
            memory.forget(str(event["case_id"]))
            return
        kind = KINDS.get(schema.event_type)
        if kind is None:
            return
        case_id = str(event["case_id"])
        if _LEVEL in event:
            memory.keep(case_id, event[_LEVEL])
        recipient = _recipient_of(schema.event_type, event)
        if recipient is not None:
            yield self._notice(kind, recipient, event, memory.get(case_id))

    def _notice(self, kind: str, recipient: str, event: Event, level: str | None) -> Notice:
        case_id, due_on = str(event["case_id"]), event["due_on"]
        link = self._link.replace("{about}", case_id)
        facts = {
            "case_id": case_id,
            "level": level,
            "division": event["division"],
            "due_on": due_on.isoformat(),
            "effective_on": event["effective_on"].isoformat(),
            "link": link or None,
            **{name: event[name] for name in _OF_THE_EVENT if name in event},
        }
        words = Words(kind, recipient, event["division"], case_id, level, facts.get("level_before"), due_on, link)
        divisions = self._divisions()
        return Notice(
            notice_id_of(event["event_id"], kind, recipient),
            kind,
            recipient,
            case_id,
            subject_of(words, divisions),
            text_of(words, divisions),
            facts,
            event["recorded_at"],
        )


def _recipient_of(event_type: str, event: Event) -> str | None:
    """Whose office is told; None: nobody's."""
    division: str = event["division"]
    if event_type == EarlyWarningRaised.TOPIC:
        # One that a township has follows as an assignment; before that it lies with the county.
        return division if level_of(division) is Level.COUNTY else None
    if event_type != EarlyWarningEscalated.TOPIC:
        return division
    return county_code(division) if event["escalated_to"] == COUNTY else division[:PROVINCE_DIGITS] + _REST
