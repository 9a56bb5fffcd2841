"""What each event does to what is shown of a household, and nothing else of the event.

A fact is kept in the order of the store, a corrected one in its old place: so a correction shows what the facts add up to now. It
is the register's own fold (`projections.register`), cut down to what is public; a property test holds the two together.
"""

from collections.abc import Callable, Iterator, Mapping
from struct import Struct
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from schemas.public import public_table

SHOWN_STATUSES: Final = tuple(dict.fromkeys(public_table().statuses.values()))
SHOWN_OVERLAYS: Final = tuple(dict.fromkeys(public_table().overlays.values()))
"""What is shown, numbered from 1 in facts as they are kept: 0 is a fact that leaves it as it was."""

_STATUS_NUMBERS: Final = {status: SHOWN_STATUSES.index(shown) + 1 for status, shown in public_table().statuses.items()}
_OVERLAY_NUMBERS: Final = {overlay: SHOWN_OVERLAYS.index(shown) + 1 for overlay, shown in public_table().overlays.items()}
UNDONE: Final = -1
HERE: Final = -1
_PACKED: Final = Struct(">16siQBBhq?")

Event = Mapping[str, Any]


class Effect(NamedTuple):
    """What an event does. Each part may be 0: as it was.

    spell: the number of one that begins, or UNDONE: the last one never was; division: where the household is now, or HERE: where
    it was recorded.
    """

    status: int = 0
    overlay: int = 0
    spell: int = 0
    division: int = 0


NOTHING: Final = Effect()


class Fact(NamedTuple):
    """An effect with its day (days since 1970), and of the event that stated it first the id and the division.

    told: that event was published as a change, so that what is said of it anew has to be published too.
    """

    event_id: bytes
    effective_on: int
    recorded_in: int
    effect: Effect
    told: bool = False


class Meaning(NamedTuple):
    """How the effect of an event type is found, and the fields of its body that are needed for it: no other one is read."""

    effect: Callable[[Event], Effect]
    fields: tuple[str, ...]


def pack(fact: Fact) -> bytes:
    """A fact as it is kept, 41 bytes."""
    event_id, day, recorded_in, effect, told = fact
    return _PACKED.pack(event_id, day, recorded_in, *effect, told)


def unpack(facts: bytes) -> Iterator[Fact]:
    """The reverse, of any number of them."""
    for event_id, day, recorded_in, *effect, told in _PACKED.iter_unpack(facts):
        yield Fact(event_id, day, recorded_in, Effect(*effect), told)


def told_last(facts: bytes) -> bytes:
    """The same facts, the last of them told."""
    return facts[:-1] + b"\x01"


def _status(event: Event) -> int:
    return 0 if event["to_status"] == event["from_status"] else _STATUS_NUMBERS[event["to_status"]]


def _become(event: Event) -> Effect:
    return Effect(status=_status(event))


def _enter_ledger(event: Event) -> Effect:
    """Its first entry brings a household in; later ones say nothing that is shown."""
    return Effect(status=_status(event), division=HERE) if event["from_status"] == "NONE" else NOTHING


def _take_over(event: Event) -> Effect:
    spell = 0 if event["spell_start"] is None else event["spell_no"]
    return Effect(status=_status(event), spell=spell, division=HERE)


def _begin_spell(event: Event) -> Effect:
    return Effect(status=_status(event), spell=event["spell_no"])


def _revoke_spell(event: Event) -> Effect:
    return Effect(status=_status(event), spell=UNDONE)


def _move(event: Event) -> Effect:
    return Effect(division=int(event["to_division"]))


def _monitor(event: Event) -> Effect:
    return Effect(overlay=_OVERLAY_NUMBERS[event["to_overlay"]])


_STATUS_FIELDS: Final = ("from_status", "to_status")
_BECOMES: Final = Meaning(_become, _STATUS_FIELDS)
_TAKES_OVER: Final = Meaning(_take_over, (*_STATUS_FIELDS, "spell_no", "spell_start"))
_BEGINS_SPELL: Final = Meaning(_begin_spell, (*_STATUS_FIELDS, "spell_no"))
_MONITORS: Final = Meaning(_monitor, ("to_overlay",))

MEANINGS: Final[Mapping[str, Meaning]] = MappingProxyType(
    {
        "household.village_ledger_entry_upserted": Meaning(_enter_ledger, _STATUS_FIELDS),
        "household.household_imported": _TAKES_OVER,
        "household.household_formed_by_split": _TAKES_OVER,
        "household.identification_applied": _BECOMES,
        "household.identification_rejected": _BECOMES,
        "household.appeal_decided": _BECOMES,
        "household.household_identified": _BEGINS_SPELL,
        "household.exit_proposed": _BECOMES,
        "household.exit_rejected": _BECOMES,
        "household.exit_withdrawn": _BECOMES,
        "household.household_exited": _BECOMES,
        "household.policy_retention_ended": _BECOMES,
        "household.relapse_confirmed": _BEGINS_SPELL,
        "household.relapse_revoked": Meaning(_revoke_spell, _STATUS_FIELDS),
        "household.household_re_entered": _BECOMES,
        "household.household_cleared_out": _BECOMES,
        "household.clear_out_reversed": _BECOMES,
        "household.exit_reversed": _BECOMES,
        "household.household_closed": _BECOMES,
        "household.household_relocated": Meaning(_move, ("to_division",)),
        "household.monitoring_started": _MONITORS,
        "household.risk_eliminated": _MONITORS,
        "household.monitoring_ended": _MONITORS,
    }
)
