"""One batch being folded: what each event changes in its household, in what is believed of it, and in the balance."""

from collections.abc import Iterator, MutableMapping
from typing import Any, Final

from sqlalchemy import Connection, select

from projections.event_reader import Event, EventReader, Plan
from projections.read_model import ReadModelStopped
from projections.register.anew import VOIDED, Told, facts_of, fold_again, replaced_by, segments_of
from projections.register.batch import Batch
from projections.register.campaigns import take_campaign
from projections.register.cuts import Cuts
from projections.register.divisions import division_rows
from projections.register.exit_plans import PLAN_SET, plan_row, step_row
from projections.register.facts.fact import Fact
from projections.register.flows import CORRECTED
from projections.register.history import ALL_DAYS, believe
from projections.register.samples import take_sample
from projections.register.state import Household, Shape
from projections.register.supervision import take_step
from projections.register.sync import sync_row
from projections.register.tables import TIMELINE
from projections.register.teams import team_row
from projections.register.visits import FLAGGED, RECORDED, take_visit
from schemas.messages import Record

Reader = EventReader[Fact]
VISITS: Final = frozenset({RECORDED, FLAGGED})
_UNKNOWN: Final = -1
_STORED: Final = TIMELINE.columns.keys().index("stored")


class Fold:
    """Folds events into a batch. `households`: those known so far that the batch concerns, by id."""

    def __init__(self, connection: Connection, reader: Reader, cuts: Cuts, households: MutableMapping[bytes, Household]) -> None:
        self.batch = Batch()
        self._connection = connection
        self._reader = reader
        self._cuts = cuts
        self._households = households

    def household_event(self, record: Record, plan: Plan[Fact], event: Event, position: int) -> None:
        """Fold an event of a household; drop it if its version was folded. Raises ReadModelStopped."""
        household_id = event["aggregate_id"]
        household = self._households.get(household_id)
        if household is None:
            household = self._households[household_id] = Household(household_id, record.partition)
        if not _is_next(household, record, event):
            self.batch.repeated += 1
            return
        batch = self.batch
        batch.changed += 1
        batch.households[household_id] = household
        household.version = event["version"]
        household.position = position
        household.recorded_at = event["recorded_at"]
        row = _timeline_row(record, plan, event, position)
        rows = batch.timeline.get(household_id)
        if rows is None:
            batch.timeline[household_id] = [row]
        else:
            rows.append(row)
        try:
            if event["corrects_event_id"] is not None:
                self._correct(household, plan.event_type, event)
            else:
                if plan.target is not None:
                    self._apply(household, plan.target, event)
                if plan.event_type in VISITS:
                    take_visit(batch, plan.event_type, event, event)
        # These come only where the stream contradicts itself, as one does from which events are missing.
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            what = f"{plan.event_type} version {event['version']} does not fold: {type(error).__name__} {error}"
            raise ReadModelStopped(f"{place_of(record)}: {what}") from error

    def close_period(self, record: Record, event: Event, position: int) -> None:
        """Cut the partition that the barrier has reached."""
        self.batch.changed += self._cuts.close(self._connection, self.batch, record.partition, event, position)

    def change_divisions(self, event: Event) -> None:
        """Take in an edition of divisions."""
        self.batch.changed += 1
        self.batch.divisions.update(division_rows(event))

    def plan_or_step(self, event_type: str, event: Event) -> None:
        """Take in a plan of exits, or a step of the exit of a place."""
        self.batch.changed += 1
        if event_type == PLAN_SET:
            self.batch.exit_plans.append(plan_row(event))
        else:
            self.batch.exit_steps.append(step_row(event_type, event))

    def team(self, event: Event, position: int) -> None:
        """Take in that a county was given to a supervision team."""
        self.batch.changed += 1
        self.batch.team_counties.append(team_row(event, position))

    def sync(self, event_type: str, event: Event) -> None:
        """Take in a difference from the national system, or what came of it."""
        self.batch.changed += 1
        self.batch.sync_events.append(sync_row(event_type, event))

    def campaign(self, event_type: str, event: Event) -> None:
        """Take in what happened in a comparison run or a sweep."""
        self.batch.changed += 1
        take_campaign(self.batch, event_type, event)

    def sample(self, event_type: str, event: Event) -> None:
        """Take in a sample, or what was found at one of its households."""
        self.batch.changed += 1
        take_sample(self.batch, event_type, event)

    def supervision_step(self, event_type: str, event: Event) -> None:
        """Take in a step of a finding or a complaint."""
        self.batch.changed += 1
        take_step(self.batch, event_type, event)

    def _apply(self, household: Household, fact: Fact, event: Event) -> None:
        if not fact.shapes:
            fact.apply(household, event)
            return
        before = household.shape
        fact.apply(household, event)
        after = household.shape
        day, at, history = event["effective_on"], event["recorded_at"], self.batch.history
        if day < household.ordered_on:
            late = segments_of(facts_of(list(self._stream(household, shaping=True))), day)
            believe(household, day, late, at, history)
        else:
            household.ordered_on = day
            if after != before:
                believe(household, day, ((day, after),), at, history)
        if after != before:
            self._moved(household, None if fact.flow is None else fact.flow(event), before, after)

    def _correct(self, household: Household, event_type: str, event: Event) -> None:
        """Fold the household again: a fact is no longer what it was."""
        stream = list(self._stream(household))
        facts = list(facts_of(stream))
        again = fold_again(household, facts)
        batch = self.batch
        self._households[household.household_id] = batch.households[household.household_id] = again
        batch.replaced += ((event["version"], household.household_id, version) for version in replaced_by(stream, event))
        if event_type in VISITS:
            first = next(told.event for told in stream if told.event["event_id"] == event["corrects_event_id"])
            take_visit(batch, event_type, event, first)
        believe(again, ALL_DAYS, segments_of(facts), event["recorded_at"], batch.history)
        before, after = household.shape, again.shape
        if before != after:
            self._moved(again, CORRECTED, before, after)

    def _moved(self, household: Household, kind: str | None, before: Shape, after: Shape) -> None:
        partition = household.partition
        self.batch.reshaped.setdefault(partition, {}).setdefault(household.household_id, before)
        if kind is not None:
            self.batch.flows.count((partition, self._cuts.bucket(self._connection, partition)), kind, before, after)

    def _stream(self, household: Household, *, shaping: bool = False) -> Iterator[Told]:
        """The household's events so far, this batch's too; `shaping`: only those that say what shapes the history."""
        household_id = household.household_id
        t = TIMELINE.c
        rows = select(t.stored).where(t.household_id == household_id).order_by(t.version)
        stored: list[Any] = [row[0] for row in self._connection.execute(rows)]
        stored += (row[_STORED] for row in self.batch.timeline[household_id])
        for value in stored:
            plan = self._reader.plan_of(value)
            fact = plan.target
            if not shaping or plan.event_type == VOIDED or (fact is not None and fact.shapes):
                yield Told(plan.event_type, fact, self._reader.read(value)[1])


def place_of(record: Record) -> str:
    """Where in the log a record is, for a message."""
    key = "no key" if record.key is None else record.key.decode(errors="replace")
    return f"{record.topic} partition {record.partition} offset {record.offset} ({key})"


def _is_next(household: Household, record: Record, event: Event) -> bool:
    """Whether this is the household's next version; False for one that was folded. Raises ReadModelStopped on a gap."""
    known, version = household.version, event["version"]
    if version <= known:
        return False
    # A stream may begin at version 0 or 1.
    if version == known + 1 or (known == _UNKNOWN and version == 1):
        return True
    after = "none" if known == _UNKNOWN else f"version {known}"
    raise ReadModelStopped(f"{place_of(record)}: version {version} follows {after} of household {event['aggregate_id'].hex()}")


def _timeline_row(record: Record, plan: Plan[Fact], event: Event, position: int) -> tuple[object, ...]:
    return (
        event["aggregate_id"],
        event["version"],
        event["event_id"],
        plan.schema_id,
        event["effective_on"],
        event["recorded_at"],
        position,
        event["actor"]["role"],
        event["policy_version"],
        event["corrects_event_id"],
        None,
        record.value,
    )
