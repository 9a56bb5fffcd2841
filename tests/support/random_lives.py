"""Random lives for the read side: what households of all kinds may have recorded, early, late, corrected and voided.

`random_life` is one household through its deciders; `random_neighbourhood` several that split, merge and move. Both give events
as a store would have them, in the order of recording. `as_another` makes other households of the same life.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from registry.application.parsing import parse
from registry.command import Command, decider_of
from registry.event import RegistryEvent
from registry.household.corrections import CorrectFact, Record, Restatement, VoidFact, find_fact
from registry.household.head import ChangeHead
from registry.household.household import Household
from registry.household.ledger import RecordLedgerHousehold
from registry.household.measure_progress import CompleteMeasure, RecordMeasureProgress
from registry.household.measures import StartMeasure, StopMeasure
from registry.household.members import AddMember, ChangeMemberAttributes, RemoveMember
from registry.household.merge import MergeHouseholds
from registry.household.monitoring import ReviewMonitoring
from registry.household.relocation import RelocateHousehold
from registry.household.social_assistance import ChangeSocialAssistanceStatus
from registry.household.split import Mover, SplitHousehold
from registry.household.visits import RecordHomeVisit
from registry.refusal import Refused
from tests.support import histories
from tests.support.families import CHILD_HOUSEHOLD, OTHER_HOUSEHOLD, exited, neighbours, newcomer, opening
from tests.support.histories import OFFICE, do, grown_up
from tests.support.next_step import imported, next_commands
from tests.support.random_commands import any_command, single_household_commands, somebody
from tests.support.register import Register
from tests.support.scenario import FAR_VILLAGE, HOUSEHOLD, OTHER_VILLAGE, VILLAGE, By, Scenario, actor, day, given, person, ref

BEGINNINGS: tuple[Callable[[], list[Any]], ...] = (
    *(list, histories.in_ledger, histories.approved, histories.helped, histories.exited, histories.stable),
    *(histories.relapsed, histories.re_entered, lambda: histories.cleared_out(histories.helped(), day(30))),
)
VILLAGES = (VILLAGE, OTHER_VILLAGE, FAR_VILLAGE)


def random_life(seed: int, steps: int = 12) -> list[RegistryEvent]:
    """One household's events, corrections among them."""
    chance = Random(seed)
    beginning = chance.choice(BEGINNINGS)()
    scenario = given(beginning or [imported(day(1), chance)])
    for _ in range(steps):
        if chance.random() < 0.5:
            scenario.now += timedelta(days=chance.choice((0, 1, 3, 10, 40, 200)))
        for command in _some_commands(scenario, chance):
            scenario.when(By(somebody(command, chance), command))
        for _ in range(chance.choice((0, 0, 1, 2)) if scenario.history else 0):
            corrections = [event for event in scenario.history if event.corrects_event_id is not None]
            correct(scenario, chance.choice(corrections if chance.random() < 0.3 and corrections else scenario.history), chance)
    return scenario.history


def _some_commands(scenario: Scenario, chance: Random) -> Iterator[Command]:
    """What an official would do next; what moves people in and out, often late; or anything."""
    today = scenario.now.date()
    options = list(next_commands(scenario.household, today, chance))
    for _ in range(chance.randint(1, 4)):
        kind = chance.random()
        if kind < 0.5 and options:
            yield chance.choice(options)
        elif kind < 0.8:
            yield any_change(scenario.household, today - timedelta(days=chance.choice((0, 0, 2, 30, 300))), chance)
        else:
            yield any_command(chance.choice(single_household_commands()), today, chance)


def any_change(household: Household, on: date, chance: Random) -> Command:
    """Somebody comes, goes, changes or becomes the head; the ledger's size changes; the household moves; help begins and ends."""
    members = sorted(household.members)
    measures = sorted(household.measures)
    options: list[Command] = [
        do(AddMember, on, reason_code="OTHER", member=grown_up(chance.randint(3, 9))),
        do(RelocateHousehold, on, to_division=chance.choice(VILLAGES)),
        do(RecordLedgerHousehold, on, division=household.division or VILLAGE, **_ledger(len(members), chance)),
        do(ReviewMonitoring, on, risks=("ACCIDENT", "ILLNESS")),
        do(StartMeasure, on, category="HEALTH", subtype="FAMILY_DOCTOR", unit=OFFICE, person_id=chance.choice((*members, None))),
    ]
    visit = {"visitor_role": "HELPER", "visitor_id": "helper-1", "purpose": "HELP", "minutes": 40, "fields_compared": 3}
    options.append(do(RecordHomeVisit, on, visit_id=ref(chance.randint(700, 720)), **visit))
    if members:
        who = chance.choice(members)
        options += [
            do(RemoveMember, on, reason_code="OTHER", person_id=who),
            do(ChangeHead, on, person_id=who),
            do(ChangeMemberAttributes, on, person_id=who, **_attributes(chance)),
            do(ChangeSocialAssistanceStatus, on, person_id=who, to_state=chance.choice(("NONE", "DIBAO", "TEKUN"))),
        ]
    if measures:
        measure_id = chance.choice(measures)
        options += [
            do(RecordMeasureProgress, on, measure_id=measure_id, progress_pct=chance.randint(1, 99)),
            do(CompleteMeasure, on, measure_id=measure_id, income_gained=Decimal(chance.randint(0, 900))),
            do(StopMeasure, on, measure_id=measure_id, reason_code="PROJECT_FAILED"),
        ]
    return chance.choice(options)


def _ledger(members: int, chance: Random) -> dict[str, Any]:
    return {"size": members or chance.randint(1, 6), "labour_count": 1, "groups": (chance.choice(("DISABLED", "DIBAO")),)}


def _attributes(chance: Random) -> dict[str, Any]:
    return {
        "health": (chance.choice(("HEALTHY", "CHRONIC", "DISABLED")),),
        "labour": chance.choice(("ORDINARY", "LOST")),
        "education": "JUNIOR",
        "school_status": "NOT_IN_SCHOOL",
        "insurance": ("RESIDENT_MEDICAL",),
        "social_assistance": chance.choice(("NONE", "DIBAO")),
    }


def correct(scenario: Scenario, event: RegistryEvent, chance: Random) -> bool:
    """Void the fact of an event, or say it again for another day; whether it was accepted."""
    household, today = scenario.household, scenario.now.date()
    record = Record(household, list(scenario.history))
    decision = scenario.decision(actor("COUNTY_OFFICER", 9))
    try:
        if chance.random() < 0.4:
            decider_of(VoidFact)(record, do(VoidFact, today, corrects_event_id=event.event_id), decision)
        else:
            fact = find_fact(record.stream, event.event_id)
            on = fact.now.effective_on + timedelta(days=chance.choice((-20, -5, -1, 1, 5)))
            correction = CorrectFact(household_id=HOUSEHOLD, effective_on=on, corrects_event_id=event.event_id)
            values = {**fact.statement.values_of(fact.now), "household_id": HOUSEHOLD, "effective_on": on}
            decider_of(CorrectFact)(record, Restatement(correction, parse(fact.statement.command, values)), decision)
    except Refused:
        return False
    recorded = household.collect_events()
    scenario.history += recorded
    return bool(recorded)


def random_neighbourhood(seed: int, steps: int = 8) -> list[RegistryEvent]:
    """Two households that split, merge, move, and take people in; every save's events, in order."""
    chance = Random(seed)
    register = Register()
    recorded: list[RegistryEvent] = []
    first = chance.choice((opening, exited))
    for command in (first(), neighbours(division=chance.choice(VILLAGES))):
        recorded += register.take(command)
    for _ in range(steps):
        register.now += timedelta(days=chance.choice((0, 5, 40)))
        today = register.now.date() - timedelta(days=chance.choice((0, 0, 3, 60)))
        recorded += register.when(_any_regrouping(register, today, chance)).recorded
    return recorded


def _any_regrouping(register: Register, on: date, chance: Random) -> Command:
    ids = [HOUSEHOLD, OTHER_HOUSEHOLD, CHILD_HOUSEHOLD]
    one, other = chance.sample(ids, 2)
    members = sorted(register.household(one).members)
    match chance.randrange(5):
        case 0 if len(members) > 1:
            head = register.household(one).head
            chosen = [m for m in chance.sample(members, chance.randint(1, len(members) - 1)) if m != head]
            relations = ["HEAD"] + ["OTHER"] * len(chosen)
            movers = tuple(Mover(person_id=m, relation=r) for m, r in zip(chosen, relations, strict=False))
            return SplitHousehold(
                household_id=one, effective_on=on, child_household_id=CHILD_HOUSEHOLD, movers=movers, same_dwelling=False
            )
        case 1 if members and chance.random() < 0.4:
            movers = tuple(Mover(person_id=m, relation="OTHER") for m in members)
            return MergeHouseholds(household_id=one, effective_on=on, into_household_id=other, movers=movers)
        case 2:
            return RelocateHousehold(household_id=one, effective_on=on, to_division=chance.choice(VILLAGES))
        case 3 if members:
            return RemoveMember(household_id=one, effective_on=on, reason_code="OTHER", person_id=members[-1])
    member = newcomer(person(chance.randint(20, 40)), "OTHER", "MALE")
    return AddMember(household_id=one, effective_on=on, reason_code="OTHER", member=member)


def random_patients(seed: int, steps: int = 14) -> list[RegistryEvent]:
    """As `random_neighbourhood`, with social assistance, much of it late, and facts that are said again or were none."""
    chance = Random(seed)
    register = Register()
    recorded: list[RegistryEvent] = []
    for command in (exited(), neighbours(division=chance.choice(VILLAGES))):
        recorded += register.take(command)
    for _ in range(steps):
        register.now += timedelta(days=chance.choice((0, 5, 40)))
        today = register.now.date()
        late = today - timedelta(days=chance.choice((0, 0, 3, 60)))
        kind = chance.random()
        if kind < 0.4:
            recorded += register.when(_any_assistance(register, late, chance)).recorded
        elif kind < 0.7:
            recorded += register.when(_any_doubt(register, recorded, today, chance)).recorded
        else:
            recorded += register.when(_any_regrouping(register, late, chance)).recorded
    return recorded


def _any_assistance(register: Register, on: date, chance: Random) -> Command:
    one = chance.choice((HOUSEHOLD, OTHER_HOUSEHOLD))
    who = chance.choice([*sorted(register.household(one).members), person(1)])
    state = chance.choice(("NONE", "DIBAO", "TEKUN", "TEKUN"))
    return ChangeSocialAssistanceStatus(household_id=one, effective_on=on, person_id=who, to_state=state)


def _any_doubt(register: Register, recorded: Sequence[RegistryEvent], on: date, chance: Random) -> Command:
    """Void a fact of a household, or say it again for another day."""
    event = chance.choice([e for e in recorded if e.originator_id in (HOUSEHOLD, OTHER_HOUSEHOLD)])
    one = event.originator_id
    if chance.random() < 0.5:
        return VoidFact(household_id=one, effective_on=on, corrects_event_id=event.event_id)
    day_said = event.effective_on + timedelta(days=chance.choice((-20, -5, 1, 5)))
    return CorrectFact(household_id=one, effective_on=day_said, corrects_event_id=event.event_id, facts={})


def as_another(life: Sequence[RegistryEvent], number: int) -> list[RegistryEvent]:
    """The same life of other households; the person ids stay, and nobody minds here."""
    shift = number << 96

    def others(event: RegistryEvent) -> dict[str, Any]:
        ids = {name: getattr(event, name) for name in ("originator_id", "event_id", "corrects_event_id")}
        return {name: UUID(int=id.int ^ shift) for name, id in ids.items() if id is not None}

    return [replace(event, **others(event)) for event in life]
