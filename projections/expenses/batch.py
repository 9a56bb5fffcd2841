"""One batch being folded: rows of accepted records and dead letters, and the events of persons, warnings and hospitals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from projections.bulk import delete_rows, insert_rows, select_rows, upsert_rows
from projections.event_reader import Event, EventReader, Plan
from projections.expenses import hospitals, settlements
from projections.expenses.cases import PREFIX, Case, fold_case, word_of
from projections.expenses.history import Belief, Step, beliefs_of
from projections.expenses.memberships import PersonsMemberships
from projections.expenses.tables import (
    CASE,
    CASE_EVENT,
    CASE_HISTORY,
    DEAD_LETTER,
    EARLIER_ACCEPTANCE,
    HOSPITAL,
    HOSPITAL_INTAKE,
    MEMBERSHIP,
    SETTLEMENT,
    WARNINGS,
)
from projections.read_model import ReadModelStopped
from schemas.messages import Record

_UNKNOWN: Final = -1
_HELD: Final = CASE_HISTORY.columns.keys()[5:]

Row = tuple[Any, ...]
Told = tuple[Record, Plan[None], Event]


@dataclass(slots=True)
class Batch:
    """What is to be written, by table.

    earlier: rows of `earlier_acceptance`; changed, repeated: how many events changed something, and were folded before.
    """

    accepted: dict[Row, Row] = field(default_factory=dict)
    earlier: set[Row] = field(default_factory=set)
    buried: list[Row] = field(default_factory=list)
    persons: list[Told] = field(default_factory=list)
    warnings: list[Told] = field(default_factory=list)
    hospitals: list[Told] = field(default_factory=list)
    changed: int = 0
    repeated: int = 0

    def accept(self, row: Row) -> None:
        """Take in an accepted record."""
        key = settlements.key_of(row)
        self.accepted[key] = self._last(row, self.accepted.get(key, row))
        self.changed += 1

    def bury(self, row: Row) -> None:
        """Take in a dead letter."""
        self.buried.append(row)
        self.changed += 1

    def write(self, connection: Connection, reader: EventReader[None]) -> None:
        """Write it all, within the connection's transaction; `reader` reads what is stored already. Raises ReadModelStopped."""
        self._write_settlements(connection)
        insert_rows(connection, DEAD_LETTER, self.buried)
        self._write_memberships(connection)
        self._write_warnings(connection, reader)
        self._write_hospitals(connection)

    def _write_settlements(self, connection: Connection) -> None:
        ids = sorted({expense_id for expense_id, _ in self.accepted})
        for row in select_rows(connection, SETTLEMENT.columns.values(), SETTLEMENT.c.expense_id, ids):
            key = settlements.key_of(tuple(row))
            if key in self.accepted:
                self.accepted[key] = self._last(self.accepted[key], tuple(row))
        upsert_rows(connection, SETTLEMENT, list(self.accepted.values()))
        upsert_rows(connection, EARLIER_ACCEPTANCE, sorted(self.earlier))

    def _last(self, one: Row, other: Row) -> Row:
        """The acceptance of the two that came last; the other one is kept too."""
        before = settlements.earlier(one, other)
        if before is not None:
            self.earlier.add(before)
        return settlements.later(one, other)

    def _write_memberships(self, connection: Connection) -> None:
        rows: dict[bytes, list[Row]] = {event["aggregate_id"]: [] for _, _, event in self.persons}
        for row in select_rows(connection, MEMBERSHIP.columns.values(), MEMBERSHIP.c.person_id, sorted(rows)):
            rows[row[0]].append(tuple(row))
        persons = {person_id: PersonsMemberships(known) for person_id, known in rows.items()}
        for record, plan, event in self.persons:
            try:
                self._count(folded=persons[event["aggregate_id"]].fold(plan.event_type, event))
            except ValueError as error:
                raise ReadModelStopped(f"{place_of(record)}: version {event['version']}: {error}") from error
        upsert_rows(connection, MEMBERSHIP, [row for person in persons.values() for row in person.changed()])

    def _write_warnings(self, connection: Connection, reader: EventReader[None]) -> None:
        streams = sorted({event["aggregate_id"] for _, _, event in self.warnings})
        rows = select_rows(connection, WARNINGS.columns.values(), WARNINGS.c.stream_id, streams)
        reached: dict[bytes, int] = dict(tuple(row) for row in rows)
        case_ids = sorted({event["case_id"] for _, _, event in self.warnings})
        cases = _by_case(select_rows(connection, CASE.columns.values(), CASE.c.case_id, case_ids))
        changed: dict[bytes, Case] = {}
        written: list[Row] = []
        steps: dict[bytes, list[Step]] = {}
        for record, plan, event in self.warnings:
            stream_id, version = event["aggregate_id"], event["version"]
            known = reached.get(stream_id, _UNKNOWN)
            self._count(folded=version > known)
            if version <= known:
                continue
            # A stream may begin at version 0 or 1.
            if version != known + 1 and (known, version) != (_UNKNOWN, 1):
                raise ReadModelStopped(f"{place_of(record)}: version {version} follows {known}")
            reached[stream_id] = version
            kind, before = plan.event_type.removeprefix(PREFIX), cases.get(event["case_id"])
            days = (None, None) if before is None else (before["due_on"], before["begun_at"])
            try:
                case = fold_case(before, kind, event)
            except LookupError as error:
                raise ReadModelStopped(f"{place_of(record)}: {plan.event_type} does not fold: {error}") from error
            cases[event["case_id"]] = changed[event["case_id"]] = case
            steps.setdefault(event["case_id"], []).append((kind, event))
            written.append(_event_row(record, plan, event, (kind, case["warning_level"], *days, word_of(kind, event))))
        self._write_history(connection, reader, steps)
        insert_rows(connection, CASE_EVENT, written)
        upsert_rows(connection, WARNINGS, [(stream_id, reached[stream_id]) for stream_id in streams])
        names = CASE.columns.keys()
        upsert_rows(connection, CASE, [tuple(case[name] for name in names) for case in changed.values()])

    @staticmethod
    def _write_history(connection: Connection, reader: EventReader[None], fresh: Mapping[bytes, Sequence[Step]]) -> None:
        """Believe what the fresh events make of each case, beside those that are written already."""
        e, h, case_ids = CASE_EVENT.c, CASE_HISTORY.c, sorted(fresh)
        steps: dict[bytes, list[Step]] = {case_id: [] for case_id in case_ids}
        rows = select_rows(connection, (e.case_id, e.version, e.stored), e.case_id, case_ids)
        for case_id, _, stored in sorted(rows, key=lambda row: row[1]):
            plan, event = reader.read(bytes(stored))
            steps[case_id].append((plan.event_type.removeprefix(PREFIX), event))
        columns = h.case_id, h.effective_from, h.known_from, h.effective_to, h.known_to
        stored_ends = {tuple(row[:3]): tuple(row[3:]) for row in select_rows(connection, columns, h.case_id, case_ids)}
        changed: list[Row] = []
        for case_id, more in fresh.items():
            since = more[0][1]["recorded_at"]
            for belief in beliefs_of([*steps[case_id], *more]):
                ends = stored_ends.pop((case_id, belief.effective_from, belief.known_from), None)
                # What was learnt at the very instant of a fresh event may be another by now.
                if ends != (belief.effective_to, belief.known_to) or belief.known_from >= since:
                    changed.append(history_row(belief))
        delete_rows(connection, CASE_HISTORY, ("case_id", "effective_from", "known_from"), sorted(stored_ends))
        upsert_rows(connection, CASE_HISTORY, changed)

    def _write_hospitals(self, connection: Connection) -> None:
        registered, intakes = list[Row](), list[Row]()
        for _, plan, event in self.hospitals:
            if plan.event_type == hospitals.CHANGED:
                registered += hospitals.hospital_rows(event)
            else:
                intakes.append(hospitals.intake_row(plan.event_type, event))
        for table, rows in ((HOSPITAL, registered), (HOSPITAL_INTAKE, intakes)):
            codes = sorted({row[0] for row in rows})
            newest = {row[0]: tuple(row) for row in select_rows(connection, table.columns.values(), table.c.institution, codes)}
            known = dict(newest)
            for row in rows:
                before = newest.get(row[0])
                self._count(folded=before is None or before[-1] < row[-1])
                if before is None or before[-1] < row[-1]:
                    newest[row[0]] = row
            upsert_rows(connection, table, [newest[code] for code in codes if newest[code] != known.get(code)])

    def _count(self, *, folded: bool) -> None:
        self.changed += folded
        self.repeated += not folded


def place_of(record: Record) -> str:
    """Where in the log a record is, for a message. A dead letter's key is not told."""
    return f"{record.topic} partition {record.partition} offset {record.offset}"


def _by_case(rows: Iterable[Sequence[Any]]) -> dict[bytes, Case]:
    names = CASE.columns.keys()
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def history_row(belief: Belief) -> Row:
    """A rectangle as its row."""
    case = belief.case
    days = belief.effective_from, belief.known_from, belief.effective_to, belief.known_to
    return (case["case_id"], *days, *(case[name] for name in _HELD))


def _event_row(record: Record, plan: Plan[None], event: Event, figures: Row) -> Row:
    return (
        event["case_id"],
        event["version"],
        event["event_id"],
        plan.schema_id,
        event["effective_on"],
        event["recorded_at"],
        int(event["division"]),
        event["actor"]["role"],
        event["policy_version"],
        *figures,
        record.value,
    )
