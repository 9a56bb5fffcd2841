"""A person is live in at most one household.

A stream of its own, so that two households cannot both take somebody in: both would add the stream's next version, and the
store lets one of them. Its events are saved together with the household's.
"""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar
from uuid import UUID

from registry.aggregate import Aggregate
from registry.correction import as_corrected
from registry.decision import Decision
from registry.event import RegistryEvent
from registry.refusal import Refusals, refuse


class PersonEvent(RegistryEvent):
    """An event in a person's stream; `division` in the envelope is that of the household concerned."""


class PersonJoinedHousehold(PersonEvent):
    """The person is a live member of this household, and of no other."""

    TOPIC = "person.person_joined_household"
    household_id: UUID

    def apply(self, aggregate: "Person") -> None:
        aggregate.household_id = self.household_id
        aggregate.since = self.effective_on
        aggregate.division = self.division


class PersonLeftHousehold(PersonEvent):
    """The person is no longer a live member of this household."""

    TOPIC = "person.person_left_household"
    household_id: UUID

    def apply(self, aggregate: "Person") -> None:
        aggregate.household_id = None
        aggregate.last_household_id = self.household_id
        aggregate.since = self.effective_on
        aggregate.division = self.division


class PersonalDataErased(PersonEvent):
    """The person's key in the vault was destroyed; the register's figures stay."""

    TOPIC = "person.personal_data_erased"

    def apply(self, aggregate: "Person") -> None:
        aggregate.erased = True


class Person(Aggregate):
    """A person, known by an opaque id that the vault gave. `since`: the day of the last joining or leaving."""

    TOPIC: ClassVar[str] = "person"
    EVENTS = PersonEvent

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.household_id: UUID | None = None
        self.last_household_id: UUID | None = None
        self.since: date | None = None
        self.erased = False

    def check_join(self, effective_on: date, refusals: Refusals, at: str) -> None:
        """E-PERSON-ERASED; E-PERSON-ALREADY-LIVE, now or still on that day. `at`: the command's field that names the person."""
        refusals.unless(not self.erased, "E-PERSON-ERASED", at=at)
        if self.household_id is not None:
            refusals.add("E-PERSON-ALREADY-LIVE", at=at, household_id=self.household_id)
        elif self.since is not None and effective_on < self.since:
            refusals.add("E-PERSON-ALREADY-LIVE", at=at, household_id=self.last_household_id, until=self.since)

    def check_leave(self, household_id: UUID, effective_on: date, refusals: Refusals, at: str) -> None:
        """E-NOT-A-MEMBER; E-DATE-ORDER before the day of joining."""
        if refusals.unless(self.household_id == household_id, "E-NOT-A-MEMBER", at=at):
            assert self.since is not None
            in_order = self.since <= effective_on
            refusals.unless(in_order, "E-DATE-ORDER", at="effective_on", first=self.since, then=effective_on)

    def join(self, household_id: UUID, decision: Decision, effective_on: date, *, division: str, at: str = "person_id") -> None:
        """Become a live member of the household in this village. Raises Refused for what `check_join` finds."""
        refusals = Refusals()
        self.check_join(effective_on, refusals, at)
        refusals.raise_any()
        self.trigger(PersonJoinedHousehold, decision, effective_on, division=division, household_id=household_id)

    def leave(self, household_id: UUID, decision: Decision, effective_on: date, *, division: str, at: str = "person_id") -> None:
        """Cease to be a live member. Raises Refused for what `check_leave` finds."""
        refusals = Refusals()
        self.check_leave(household_id, effective_on, refusals, at)
        refusals.raise_any()
        self.trigger(PersonLeftHousehold, decision, effective_on, division=division, household_id=household_id)

    def redate(
        self,
        stream: Sequence[RegistryEvent],
        event_class: type[PersonEvent],
        household_id: UUID,
        days: tuple[date, date],
        decision: Decision,
    ) -> None:
        """Correct the day of joining or leaving this household; `days`: as recorded, and as it was.

        stream: every event so far, pending ones included. Raises Refused (E-CORRECTION-NOT-ALLOWED) where the day would pass
        that of the move before or after it.
        """
        was, day = days
        moves = [fact for _, fact in as_corrected(stream) if isinstance(fact, PersonJoinedHousehold | PersonLeftHousehold)]
        place, move = next(
            (place, fact)
            for place, fact in reversed(list(enumerate(moves)))
            if type(fact) is event_class and (fact.household_id, fact.effective_on) == (household_id, was)
        )
        earliest = moves[place - 1].effective_on if place else date.min
        latest = moves[place + 1].effective_on if place + 1 < len(moves) else date.max
        if not earliest <= day <= latest:
            refuse("E-CORRECTION-NOT-ALLOWED", at="effective_on", event=move.TOPIC)
        self.trigger(event_class, decision, day, corrects=move.event_id, division=move.division, household_id=household_id)
        self.amend(stream, self._pending.pop())

    def erase(self, decision: Decision, effective_on: date) -> None:
        """Note that the vault destroyed the person's key; the figures stay. Nothing happens the second time.

        Who never was a member of a household is noted where the decision was taken.
        """
        if not self.erased:
            self.trigger(PersonalDataErased, decision, effective_on, division=self.division or decision.actor["division"])
