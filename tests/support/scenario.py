"""Given/when/then for commands on a household: `given(...).when(command).then(...)`.

What a test does not care about is supplied: ids, instants, the policy shipped with the register, and an actor whose role may take
the action. The clock follows the commands' days unless a test sets it, so a history reads as dates only.

    given(*registered()).when(ProposeExit(household_id=HOUSEHOLD, effective_on=day(200))).then_refuses("E-NO-HELPER")

Each step of a history is a command, `by(actor, command)` where it matters who acts, or `fact(EventClass, on, **body)`.
Every event that any test makes is written and read under its Avro schema, and the whole history is replayed and compared.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from registry.application.shape import check_shape
from registry.command import Command, action_of, decider_of
from registry.decision import Decision
from registry.event import ActorFacts, RegistryEvent
from registry.household.household import Household
from registry.policy import documents
from registry.policy.policy import PolicyBook
from registry.refusal import Refusals, Refused
from registry.store.mapper import AvroMapper
from schemas.access import permissions
from schemas.catalogue import registry_catalogue
from schemas.clock import SHANGHAI
from schemas.code_tables import table
from schemas.codec import Codec
from schemas.divisions import Division, Divisions, Level, hainan, township_code
from schemas.refusal_codes import refusal

HOUSEHOLD = UUID(int=0x5EED << 64)
PROVINCE = "460000000000"
HOSPITAL = "H46903000001"
COUNTY = "469030000000"
TOWNSHIP = "469030100000"
VILLAGE = "469030100201"
OTHER_VILLAGE = "469030101200"
FAR_VILLAGE = "469024100201"
CLOSED_VILLAGE = "469030100299"
CONVERSATION = UUID(int=0xC0 << 64)
NOON = time(12, 0)

DAY_ONE = date(2018, 9, 4)
"""The day on which the plan was dated; histories count their days from it."""


def day(number: int) -> date:
    """The day that is so many days after DAY_ONE."""
    return DAY_ONE + timedelta(days=number)


def noon_of(today: date) -> datetime:
    """Noon of the day in the province, UTC."""
    return datetime.combine(today, NOON, SHANGHAI).astimezone(UTC)


def person(number: int) -> UUID:
    """A person's id."""
    return UUID(int=(0xBEEF << 64) + number)


def ref(number: int) -> UUID:
    """The id of a case elsewhere: a warning, a finding, a lead."""
    return UUID(int=(0xFACE << 64) + number)


def paper(kind: str = "OTHER", number: int = 1) -> Any:
    """A piece of evidence."""
    return {"kind": kind, "sha256": number.to_bytes(32, "big")}


def actor(role: str, number: int = 1, *, same_as: ActorFacts | None = None) -> ActorFacts:
    """A member of staff with this role; the number tells two of them apart. `same_as`: the same person in another role."""
    place = VILLAGE if role.startswith("VILLAGE") else TOWNSHIP if role.startswith("TOWNSHIP") else COUNTY
    person_id = same_as["id"] if same_as else f"{role.lower()}-{number}"
    office = HOSPITAL if role == "HOSPITAL" else "11469030008174419M"
    return {"id": person_id, "role": role, "org": office, "division": place}


@dataclass(frozen=True)
class By:
    """A command and who gives it."""

    actor: ActorFacts
    command: Command


@dataclass(frozen=True)
class Fact:
    """An event that simply happened, whatever the rules say now."""

    event_class: type[RegistryEvent]
    effective_on: date
    body: dict[str, Any]
    division: str | None = None
    reason_code: str | None = None


class Seen(NamedTuple):
    """An expected event: its class, and the fields that matter."""

    event_class: type[RegistryEvent]
    fields: dict[str, Any]


Step = Command | By | Fact
Expected = type[RegistryEvent] | Seen


def by(who: ActorFacts | str, command: Step) -> By:
    """A command given by this actor, or by the first member of staff with this role."""
    assert isinstance(command, Command)
    return By(actor(who) if isinstance(who, str) else who, command)


def fact(
    event_class: type[RegistryEvent], on: date, *, division: str | None = None, reason: str | None = None, **body: Any
) -> Fact:
    """An event of another process; `division` for an event that places the household."""
    return Fact(event_class, on, body, division, reason)


def seen(event_class: type[RegistryEvent], **fields: Any) -> Seen:
    """An expected event with these fields (envelope fields included)."""
    return Seen(event_class, fields)


def given(*steps: Step | Iterable[Step]) -> Scenario:
    """A household with this history; lists of steps are taken apart. A refusal on the way is the test's own mistake."""
    scenario = Scenario()
    for step in _flat(steps):
        scenario.take(step)
    return scenario


@dataclass
class Scenario:
    """One household under test."""

    household: Household = field(default_factory=lambda: Household(HOUSEHOLD))
    policies: PolicyBook = field(default_factory=lambda: shipped_policies())
    now: datetime = field(default_factory=lambda: noon_of(DAY_ONE))
    history: list[RegistryEvent] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=lambda: count(1))
    clock_is_set: bool = False
    warned: tuple[str, ...] = ()

    def on(self, today: date) -> Scenario:
        """Set the clock to noon of this day; from here on it stands still."""
        self.now = noon_of(today)
        self.clock_is_set = True
        return self

    def under(self, policies: PolicyBook) -> Scenario:
        """Decide under these policies from here on."""
        self.policies = policies
        return self

    def decision(self, who: ActorFacts) -> Decision:
        """The circumstances of the next decision."""
        return Decision(
            actor=who,
            source="API",
            correlation_id=CONVERSATION,
            causation_id=CONVERSATION,
            now=self.now,
            today=self.now.astimezone(SHANGHAI).date(),
            policy_for=self.policies.for_,
            next_id=lambda: UUID(int=next(self.ids)),
            divisions=places(),
        )

    def take(self, step: Step) -> None:
        """Let a step happen and keep its events. Raises Refused."""
        if isinstance(step, Fact):
            self._advance(step.effective_on)
            circumstances = self.decision(actor("COUNTY_OFFICER"))
            self.household.trigger(
                step.event_class,
                circumstances,
                step.effective_on,
                division=step.division,
                reason_code=step.reason_code,
                **step.body,
            )
        else:
            command, who = (step.command, step.actor) if isinstance(step, By) else (step, legitimate(step))
            self._advance(command.effective_on)
            refusals = Refusals()
            check_shape(command, refusals)
            refusals.raise_any()
            decider_of(type(command))(self.household, command, self.decision(who))
        self.warned = tuple(warning.code for warning in self.household.warnings)
        self.history += self.household.collect_events()

    def when(self, step: Step) -> Outcome:
        """Give one command and look at what came of it."""
        if not isinstance(step, Fact):
            self._advance((step.command if isinstance(step, By) else step).effective_on)
        before = state_of(self.household)
        recorded = len(self.history)
        refused: Refused | None = None
        try:
            self.take(step)
        except Refused as refusal:
            refused = refusal
        return Outcome(self, before, self.history[recorded:], refused)

    def _advance(self, effective_on: date) -> None:
        """Nobody records tomorrow's facts: the clock is at least at the step's day, unless the test set it."""
        if not self.clock_is_set:
            self.now = max(self.now, noon_of(effective_on))


@dataclass
class Outcome:
    """What one command did: new events, or a refusal."""

    scenario: Scenario
    before: dict[str, Any]
    events: list[RegistryEvent]
    refused: Refused | None

    @property
    def household(self) -> Household:
        """The household afterwards."""
        return self.scenario.household

    def then(self, *expected: Expected) -> Outcome:
        """Exactly these events were recorded, in this order; they survive Avro and a replay."""
        assert self.refused is None, f"refused: {self.refused}, {self.refused.violations}"
        wanted = [item if isinstance(item, Seen) else Seen(item, {}) for item in expected]
        assert [type(event).__name__ for event in self.events] == [item.event_class.__name__ for item in wanted]
        for event, item in zip(self.events, wanted, strict=True):
            for name, value in item.fields.items():
                assert getattr(event, name) == value, f"{type(event).__name__}.{name}: {getattr(event, name)!r} != {value!r}"
        check_history(self.household, self.scenario.history)
        return self

    def then_warns(self, *codes: str) -> Outcome:
        """The command was accepted with just these doubts."""
        assert self.refused is None, f"refused: {self.refused}, {self.refused.violations}"
        assert self.scenario.warned == codes
        return self

    def then_refuses(self, *codes: str) -> Outcome:
        """The command was refused for exactly these reasons (in any order), and left nothing behind."""
        assert self.refused is not None, f"accepted: {[type(event).__name__ for event in self.events]}"
        assert sorted({v.code for v in self.refused.violations}) == sorted(set(codes))
        for violation in self.refused.violations:
            missing = refusal(violation.code).parameters - set(violation.params)
            assert not missing, f"the words of {violation.code} need {sorted(missing)}"
        self._nothing_left()
        return self

    def then_nothing_happens(self) -> Outcome:
        """The command was accepted, and there was nothing to record."""
        assert self.refused is None, f"refused: {self.refused}"
        assert self.events == []
        self._nothing_left()
        return self

    def _nothing_left(self) -> None:
        assert not self.household.pending, "events were left behind"
        assert state_of(self.household) == self.before, "the household changed"

    def violation(self, code: str) -> dict[str, Any]:
        """The field (`at`) and the params of the violation with this code."""
        assert self.refused is not None
        found = next(v for v in self.refused.violations if v.code == code)
        return {"at": found.field, **found.params}


def legitimate(command: Command) -> ActorFacts:
    """Somebody whose role may give this command: of several, the nearest to the household."""
    allowed = permissions()[action_of(type(command))]
    return actor(next(role for role in table("role").codes if role in allowed))


def state_of(household: Household) -> dict[str, Any]:
    """Everything that a household knows, to compare; nothing of it is shared with the household."""
    return copy.deepcopy({name: value for name, value in vars(household).items() if not name.startswith("_")})


def check_history(household: Household, history: list[RegistryEvent]) -> None:
    """Versions have no gap, and what Avro gives back adds up to the same household."""
    assert [event.originator_version for event in history] == list(range(1, len(history) + 1))
    mapper = avro_mapper()
    restored = [mapper.to_domain_event(mapper.to_stored_event(event)) for event in history]
    replayed = Household.replay(None, restored)
    assert replayed is not None
    assert state_of(replayed) == state_of(household), "a replay gives another household"


@cache
def shipped_policies() -> PolicyBook:
    """The policies that come with the register."""
    return PolicyBook(documents.shipped())


def amended(year: int, **values: Any) -> PolicyBook:
    """The shipped policies with these values of the province's year changed (`publicity__township_days=5`)."""
    lines = {"poverty": 3535, "rural_income": 12902}
    document: dict[str, Any] = {"division": PROVINCE, "year": year, "revision": 99, "lines": lines}
    for name, value in values.items():
        section, key = name.split("__")
        document.setdefault(section, {})[key] = value
    return shipped_policies().with_added(documents.whole(document))


@cache
def places() -> Divisions:
    """The shipped divisions with the villages of the tests; CLOSED_VILLAGE was given up before the plan began."""
    villages = [(VILLAGE, None), (OTHER_VILLAGE, None), (FAR_VILLAGE, None), (CLOSED_VILLAGE, date(2017, 12, 31))]
    return hainan().with_added(
        Division(code, Level.VILLAGE, "村", parent=township_code(code), valid_to=valid_to) for code, valid_to in villages
    )


@cache
def avro_mapper() -> AvroMapper:
    """The store's own mapper, over the shipped schemas."""
    return AvroMapper(Codec(registry_catalogue()))


def _flat(steps: Iterable[Any]) -> Iterator[Step]:
    for step in steps:
        if isinstance(step, list | tuple) and not isinstance(step, Seen):
            yield from _flat(step)
        else:
            yield step
