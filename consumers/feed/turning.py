"""Turns records of events into changes: decode, fold, compare what is shown before and after."""

from collections.abc import MutableMapping, Sequence
from typing import Final, NamedTuple

from consumers.feed.errors import FeedStopped
from consumers.feed.facts import NOTHING, Event, Fact
from consumers.feed.household import UNMET, Household
from consumers.feed.memory import FeedMemory
from consumers.feed.publishing import Change
from consumers.feed.reading import FACT_VOIDED, FeedReader, Plan
from projections.checkpoints import Checkpoint
from schemas.codec import Undecodable
from schemas.messages import Record
from schemas.public import CORRECTED, VOIDED, public_table
from schemas.topics import is_barrier

_KINDS: Final = public_table().changes
_POSITION: Final = "registry_position"


class Told(NamedTuple):
    """A record with what it says; `position`: its place in the registry's sequence."""

    record: Record
    plan: Plan
    event: Event
    position: int


class Turned(NamedTuple):
    """What came of some records of one partition: changes, the households as they are now, and how far that is."""

    changes: list[Change]
    households: dict[bytes, Household]
    reached: Checkpoint


class Turning:
    """Turns the records of one partition after the other. Nothing is published or written here.

    repeated: how many records it has dropped, having folded them before.
    """

    def __init__(self, reader: FeedReader, memory: FeedMemory) -> None:
        self._reader = reader
        self._memory = memory
        self.repeated = 0

    def turn(self, records: Sequence[Record]) -> Turned:
        """Fold the records of one partition, in order of offset. A repeated version is dropped. Raises FeedStopped."""
        told = [self._read(record) for record in records]
        households = self._memory.take({t.event["aggregate_id"] for t in told if not is_barrier(t.plan.event_type)})
        changes = []
        for one in told:
            # A barrier says that a period ended: nothing of that is shown of any household.
            if not is_barrier(one.plan.event_type):
                try:
                    change = self._fold(households, one)
                # These come only where a stream contradicts itself.
                except (ArithmeticError, LookupError, TypeError, ValueError) as error:
                    raise FeedStopped(
                        f"{_place_of(one.record)}: {one.plan.event_type} does not fold: {type(error).__name__} {error}"
                    ) from error
                if change is not None:
                    changes.append(change)
        last = told[-1]
        return Turned(changes, households, Checkpoint(last.record.offset + 1, last.position, last.event["recorded_at"]))

    def _read(self, record: Record) -> Told:
        try:
            plan, event = self._reader.read(record.value)
        except Undecodable as error:
            raise FeedStopped(f"{_place_of(record)}: undecodable: {error}") from error
        # The relay puts it last.
        for name, value in record.headers[::-1]:
            if name == _POSITION and value.isdigit():
                return Told(record, plan, event, int(value))
        raise FeedStopped(f"{_place_of(record)}: no header {_POSITION}")

    def _fold(self, households: MutableMapping[bytes, Household], told: Told) -> Change | None:
        """What one event changes of what is shown, if anything."""
        record, plan, event, position = told
        household_id = event["aggregate_id"]
        household = households.get(household_id)
        if household is None:
            household = households[household_id] = Household(household_id, record.partition)
        if not _is_next(household, record, event):
            self.repeated += 1
            return None
        household.version = event["version"]
        if plan.meaning is None and plan.event_type != FACT_VOIDED:
            return None
        before = household.shown
        told_otherwise = _take_in(household, plan, event)
        after = household.shown
        changes = before != after and (before.present or after.present)
        if not changes and not told_otherwise:
            return None
        household.change_no += 1
        corrects = event["corrects_event_id"] if told_otherwise else None
        if event["corrects_event_id"] is None:
            household.tell()
            kind = _KINDS[plan.event_type]
        else:
            kind = VOIDED if plan.event_type == FACT_VOIDED else CORRECTED
        stamps = event["recorded_at"], event["effective_on"]
        return Change(event["event_id"], household_id, household.change_no, kind, *stamps, corrects, before, after, position)


def _take_in(household: Household, plan: Plan, event: Event) -> bool:
    """Let the household know it; return whether a fact that was published is said otherwise now."""
    effect = NOTHING if plan.meaning is None else plan.meaning.effect(event)
    day, corrects = event["effective_on"], event["corrects_event_id"]
    if corrects is not None:
        said = household.correct(corrects, day, effect)
        return said is not None and said.told and (said.effect, said.effective_on) != (effect, day)
    if effect != NOTHING:
        household.learn(Fact(event["event_id"], day, int(event["division"]), effect))
    return False


def _is_next(household: Household, record: Record, event: Event) -> bool:
    """Whether this is the household's next version; False for one that was folded. Raises FeedStopped on a gap."""
    known, version = household.version, event["version"]
    if version <= known:
        return False
    # A stream may begin at version 0 or 1.
    if version == known + 1 or (known == UNMET and version == 1):
        return True
    after = "none" if known == UNMET else f"version {known}"
    raise FeedStopped(f"{_place_of(record)}: version {version} follows {after} of household {event['aggregate_id'].hex()}")


def _place_of(record: Record) -> str:
    key = "no key" if record.key is None else record.key.decode(errors="replace")
    return f"{record.topic} partition {record.partition} offset {record.offset} ({key})"
