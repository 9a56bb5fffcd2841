"""What only a real store can show: two writers at once, states kept while others correct them, periods that end."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import IntegrityError

from registry.application.handlers import plan
from registry.application.loader import StoreLoader
from registry.command import Command
from registry.decision import Decision
from registry.household.corrections import CorrectFact
from registry.household.home_check import HomeChecked
from registry.household.household import Household
from registry.household.members import AddMember
from registry.period.period import PeriodCalendar, PeriodClosed
from registry.refusal import Refused
from registry.store.application import RegistryApplication
from registry.store.opening import create_store, open_store
from schemas.clock import shanghai_date
from tests.support import histories
from tests.support.families import NEIGHBOUR, OTHER_HOUSEHOLD, SON, father, neighbours, newcomer, opening
from tests.support.scenario import CONVERSATION, HOUSEHOLD, actor, day, legitimate, noon_of, places, shipped_policies

PROVINCE = "460000000000"


class MovedClock:
    """A clock that a test moves."""

    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at


class Office:
    """One process: an application with a cache of its own over the common store."""

    ids = count(1)

    def __init__(self, path: Path, clock: MovedClock) -> None:
        self.clock = clock
        self.store = open_store(f"sqlite:///{path}", clock, closer=PeriodCalendar(PROVINCE))
        self.application = RegistryApplication(self.store, cache_size=10)

    def decide(self, command: Any, role: str | None = None) -> Any:
        """The aggregates that hold what is to be recorded."""
        command, who = (command.command, command.actor) if hasattr(command, "command") else (command, None)
        decision = Decision(
            actor=who or (actor(role) if role else legitimate(command)),
            source="API",
            correlation_id=CONVERSATION,
            causation_id=CONVERSATION,
            now=self.clock.now(),
            today=shanghai_date(self.clock.now()),
            policy_for=shipped_policies().for_,
            next_id=lambda: UUID(int=next(self.ids)),
            divisions=places(),
        )
        return plan(command, StoreLoader(self.application), decision)

    def execute(self, *commands: Command) -> None:
        """Decide and save, command by command, on the command's day."""
        for command in commands:
            given: Any = getattr(command, "command", command)
            self.clock.at = max(self.clock.at, noon_of(given.effective_on))
            self.application.save(*self.decide(command))

    def household(self) -> Household:
        return self.application.load(Household, HOUSEHOLD)


@pytest.fixture
def offices(tmp_path: Path) -> Iterator[tuple[Office, Office]]:
    path = tmp_path / "registry.db"
    create_store(f"sqlite:///{path}")
    clock = MovedClock(noon_of(day(0)))
    both = Office(path, clock), Office(path, clock)
    yield both
    for office in both:
        office.store.close()


def moving_in(household_id: UUID) -> AddMember:
    return AddMember(household_id=household_id, effective_on=day(1), reason_code="OTHER", member=newcomer(SON, "OTHER", "MALE"))


def test_of_two_households_that_take_somebody_in_at_once_one_does(offices: tuple[Office, Office]) -> None:
    one, other = offices
    one.execute(opening(HOUSEHOLD, father()), neighbours())
    one.clock.at = noon_of(day(1))
    here, there = one.decide(moving_in(HOUSEHOLD)), other.decide(moving_in(OTHER_HOUSEHOLD))
    one.application.save(*here)
    with pytest.raises(IntegrityError):
        other.application.save(*there)
    with pytest.raises(Refused, match="E-PERSON-ALREADY-LIVE"):
        other.decide(moving_in(OTHER_HOUSEHOLD))
    neighbour = other.application.load(Household, OTHER_HOUSEHOLD)
    assert SON not in neighbour.members
    assert NEIGHBOUR in neighbour.members


def test_a_kept_household_follows_a_correction_made_elsewhere(offices: tuple[Office, Office]) -> None:
    one, other = offices
    one.execute(*histories.checked())  # type: ignore[arg-type]
    check = next(event for event in one.application.events.get(HOUSEHOLD) if isinstance(event, HomeChecked))
    other.execute(
        CorrectFact(
            household_id=HOUSEHOLD,
            effective_on=check.effective_on,
            corrects_event_id=check.event_id,
            facts={"medical_self_paid": "321.00"},
        )
    )
    for office in offices:
        household = office.household()
        assert household.need is not None
        assert household.need.medical_self_paid == 321
    fresh = Household.replay(None, list(one.application.events.get(HOUSEHOLD)))
    assert fresh is not None
    assert vars(one.household()) == vars(fresh)


def test_periods_end_before_what_is_recorded_after_them(offices: tuple[Office, Office]) -> None:
    one, other = offices
    one.execute(opening(HOUSEHOLD, father()))  # Tuesday 2018-09-04: the first event closes nothing before it
    one.clock.at += timedelta(days=28)  # 2018-10-02
    other.execute(neighbours(effective_on=day(28)))
    one.execute(moving_in(HOUSEHOLD))
    notifications = one.application.recorder.select_notifications(1, 100)
    events = [one.application.mapper.to_domain_event(notification) for notification in notifications]
    closed = [event.period for event in events if isinstance(event, PeriodClosed)]
    assert closed == ["2018-W36", "2018-W37", "2018-W38", "2018-W39", "2018-09"]
    assert [type(event).__name__ for event in events][1:7] == ["PersonJoinedHousehold", *["PeriodClosed"] * 5]
    cut_off = datetime(2018, 9, 30, 16, tzinfo=UTC)
    for event in events[2:]:
        assert event.timestamp >= cut_off
