"""Rows of the register's tables as the fold would leave them, for tests of the queries and for their benchmark.

A household's life is a list of `Known` facts on both clocks; `rectangles` turns it into rows of register_history by recomputing
the whole belief after each fact, which is slow and plain: a second opinion, not the fold.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from projections.bulk import insert_rows
from projections.checkpoints import Checkpoint, advance
from projections.database import FOREVER, NO_END, writing
from projections.register.codes import OVERLAY_NUMBERS, STATUS_NUMBERS
from projections.register.tables import CHECKPOINT, HISTORY, HOUSEHOLD, LEDGER_ENTRY, MEASURE, MEMBER, METADATA, SPELL
from schemas.divisions import Division, Divisions, Level, hainan

TOPIC = "household.events"
PARTITIONS = 12
EPOCH = date(1970, 1, 1)
CAUSES = ("ILLNESS", "DISABILITY", "SCHOOLING", "LABOUR", "SKILLS", "TRANSPORT")


def day(text: str) -> int:
    """Days since 1970 of `2019-03-31`."""
    return (date.fromisoformat(text) - EPOCH).days


def instant(text: str) -> int:
    """Microseconds since 1970 of an instant; UTC where it says nothing else."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()) * 1_000_000


@dataclass(frozen=True, slots=True)
class Shape:
    """What a household is believed to be on a day."""

    status: str
    overlay: str = "NONE"
    spell_no: int = 0
    division: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """From `effective_on` on the household has this shape; learnt at `recorded_at`."""

    effective_on: int
    recorded_at: int
    shape: Shape


def believed(facts: Iterable[Known], as_of: int, known_at: int) -> Shape | None:
    """The plain answer: of what was known by then, the latest fact that was true by then; of two in one instant, the second."""
    known = [f for f in facts if f.recorded_at <= known_at and f.effective_on <= as_of]
    return sorted(known, key=lambda f: (f.effective_on, f.recorded_at))[-1].shape if known else None


def rectangles(household_id: bytes, facts: Sequence[Known]) -> list[tuple[Any, ...]]:
    """Rows of register_history in the order of its columns. Facts come in the order in which they were recorded."""
    closed: list[tuple[Any, ...]] = []
    open_rows: dict[tuple[int, int, Shape], int] = {}
    for count, fact in enumerate(facts, 1):
        wanted = set(_steps(facts[:count]))
        for step in [step for step in open_rows if step not in wanted]:
            known_from = open_rows.pop(step)
            if known_from < fact.recorded_at:
                closed.append(_row(household_id, step, known_from, fact.recorded_at))
        for step in wanted - set(open_rows):
            open_rows[step] = fact.recorded_at
    return closed + [_row(household_id, step, known_from, FOREVER) for step, known_from in open_rows.items()]


def _steps(facts: Sequence[Known]) -> Iterator[tuple[int, int, Shape]]:
    latest = {f.effective_on: f for f in sorted(facts, key=lambda f: (f.effective_on, f.recorded_at))}
    days = [*sorted(latest), NO_END]
    for first, end in pairwise(days):
        yield first, end, latest[first].shape


def _row(household_id: bytes, step: tuple[int, int, Shape], known_from: int, known_to: int) -> tuple[Any, ...]:
    first, end, shape = step
    status, overlay = STATUS_NUMBERS[shape.status], OVERLAY_NUMBERS[shape.overlay]
    return (shape.division, household_id, first, known_from, end, known_to, status, overlay, shape.spell_no, shape.size)


HOUSEHOLD_DEFAULTS: Mapping[str, Any] = {
    "partition": 0,
    "version": 1,
    "position": 1,
    "recorded_at": instant("2020-06-01T02:00:00"),
    "status": STATUS_NUMBERS["REGISTERED"],
    "status_on": day("2019-04-01"),
    "overlay": OVERLAY_NUMBERS["NONE"],
    "size": 4,
    "ordered_on": day("2020-05-30"),
    "spell_no": 1,
    "entry_kind": "NEW",
    "attribute": "ORDINARY",
    "main_cause": "ILLNESS",
    "other_causes": "",
    "helper_id": "",
    "monitoring_category": "",
    "risks": "",
    "live_measures": 0,
    "live_categories": "",
}


def row_of(table: Any, **values: Any) -> tuple[Any, ...]:
    """A row in the order of the table's columns; what is not given is NULL."""
    unknown = set(values) - set(table.c.keys())
    assert not unknown, unknown
    return tuple(values.get(column.name) for column in table.columns)


def household_row(household_id: UUID, division: str, **changes: Any) -> tuple[Any, ...]:
    """A row of the table of households; status and overlay may be given as words."""
    for name, numbers in (("status", STATUS_NUMBERS), ("overlay", OVERLAY_NUMBERS)):
        if isinstance(changes.get(name), str):
            changes[name] = numbers[changes[name]]
    values = {**HOUSEHOLD_DEFAULTS, "household_id": household_id.bytes, "division": int(division), **changes}
    return row_of(HOUSEHOLD, **values)


def create_register(engine: Engine, known_before: int = instant("2021-04-05T16:00:00")) -> None:
    """The tables, and checkpoints that say up to when everything is in."""
    METADATA.create_all(engine)
    with writing(engine) as connection:
        after = {(TOPIC, number): Checkpoint(1000, 5000 + number, known_before + number) for number in range(PARTITIONS)}
        advance(connection, CHECKPOINT, {}, after)


def insert(engine: Engine, table: Any, *rows: tuple[Any, ...]) -> None:
    """Write rows in a transaction of their own."""
    with writing(engine) as connection:
        insert_rows(connection, table, rows)


def with_villages(per_township: int) -> Divisions:
    """Hainan with as many made-up villages in each real township."""
    villages = [
        Division(f"{int(t.code) + 200 + n}", Level.VILLAGE, f"示例村{n}", parent=t.code)
        for t in hainan().at_level(Level.TOWNSHIP)
        for n in range(1, per_township + 1)
    ]
    return hainan().with_added(villages)


_LIFE = ("IN_IDENTIFICATION", "REGISTERED", "REGISTERED", "PRE_EXIT", "EXITED_WITH_POLICY", "EXITED_STABLE")


def random_life(chance: Random, division: int, facts: int) -> list[Known]:
    """A household's facts in the order of their recording; every tenth is back-dated."""
    effective, recorded = day("2018-01-01") + chance.randrange(200), instant("2018-09-04T00:00:00")
    shape = Shape("NOT_REGISTERED", "NONE", 0, division, chance.randrange(1, 8))
    life: list[Known] = []
    for number in range(facts):
        late = chance.randrange(200) if life and chance.random() < 0.1 else 0
        life.append(Known(effective - late, recorded, shape))
        effective += 1 + chance.randrange(90)
        recorded += (1 + chance.randrange(60 * 24 * 3600)) * 1_000_000
        overlay = "ACTIVE" if chance.random() < 0.1 else "NONE"
        status = _LIFE[min(number // 2, len(_LIFE) - 1)]
        size = max(1, shape.size + chance.choice((-1, 1)))
        shape = replace(shape, status=status, overlay=overlay, spell_no=1, size=size)
    return life


def fill(engine: Engine, divisions: Divisions, households: int, *, facts: int = 11, seed: int = 1) -> list[UUID]:
    """A register of random lives spread over the villages; the ids of its households."""
    chance, villages = Random(seed), [int(d.code) for d in divisions.at_level(Level.VILLAGE)]
    ids = [UUID(int=chance.getrandbits(128), version=4) for _ in range(households)]
    for start in range(0, households, 2000):
        with writing(engine) as connection:
            rows: dict[Any, list[tuple[Any, ...]]] = {t: [] for t in (HISTORY, HOUSEHOLD, MEMBER, SPELL, MEASURE, LEDGER_ENTRY)}
            for household_id in ids[start : start + 2000]:
                _live(rows, household_id, chance, chance.choice(villages), facts)
            for table, values in rows.items():
                insert_rows(connection, table, values)
    return ids


def _live(rows: dict[Any, list[tuple[Any, ...]]], household_id: UUID, chance: Random, division: int, facts: int) -> None:
    life = random_life(chance, division, facts)
    rows[HISTORY] += rectangles(household_id.bytes, life)
    now = max(life, key=lambda f: (f.effective_on, f.recorded_at)).shape
    rows[HOUSEHOLD].append(
        household_row(
            household_id,
            f"{division:012}",
            partition=chance.randrange(PARTITIONS),
            version=facts,
            status=now.status,
            overlay=now.overlay,
            size=now.size,
            recorded_at=life[-1].recorded_at,
            spell_no=now.spell_no,
            main_cause=chance.choice(CAUSES),
            other_causes=",".join(chance.sample(CAUSES, chance.randrange(3))),
            helper_id=f"staff-{chance.randrange(2000):05}" if chance.random() < 0.9 else "",
            last_visit_on=day("2019-06-01") + chance.randrange(600) if chance.random() < 0.8 else None,
            income_per_head=chance.randrange(100_000, 900_000) if chance.random() < 0.9 else None,
            exited_on=day("2019-01-01") + chance.randrange(700) if now.status.startswith("EXITED") else None,
        )
    )
    _belongings(rows, household_id, chance, now)


def _belongings(rows: dict[Any, list[tuple[Any, ...]]], household_id: UUID, chance: Random, now: Shape) -> None:
    key = household_id.bytes
    for number in range(now.size):
        person = UUID(int=chance.getrandbits(128), version=4).bytes
        facts = {"relation": "SON" if number else "HEAD", "sex": "MALE", "ethnicity": "01", "health": "HEALTHY"}
        facts |= {"labour": "ORDINARY", "education": "PRIMARY", "school_status": "NOT_IN_SCHOOL", "insurance": "RESIDENT_MEDICAL"}
        known = {"birth_month": day("1980-05-01"), "joined_on": day("2018-09-04")}
        known |= {"social_assistance": "NONE", "assistance_past": ""}
        rows[MEMBER].append(row_of(MEMBER, household_id=key, person_id=person, **facts, **known))
    if now.spell_no:
        spell = {"ordinal": 0, "spell_no": 1, "entry_kind": "NEW", "started_on": day("2018-10-01"), "main_cause": "ILLNESS"}
        rows[SPELL].append(row_of(SPELL, household_id=key, voided=False, **spell))
        for _ in range(2):
            kind = {"category": "INDUSTRY", "subtype": "PLANTING", "unit": "", "state": "LIVE"}
            days = {"starts_on": day("2019-03-01"), "state_on": day("2019-03-01"), "expected_income": 150_000}
            measure_id = UUID(int=chance.getrandbits(128), version=4).bytes
            rows[MEASURE].append(row_of(MEASURE, household_id=key, measure_id=measure_id, **kind, **days))
    ledger = {"entered_on": day("2018-09-10"), "size": now.size, "labour_count": 1, "groups": "", "hukou_kind": "RURAL"}
    rows[LEDGER_ENTRY].append(row_of(LEDGER_ENTRY, household_id=key, **ledger))
