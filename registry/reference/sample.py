"""Sample checks: households drawn by lot from those of a place, and what was found at each.

Source: the national quality figures (wrong exits and missed households of those sampled, at most 2 % each; approval, 90 % at
least) and the three-year plan, item 30. A finding is a figure about a place and no fact of a household's life: a wrong exit that
it shows is put right by the household's own commands, with their own evidence.

Anybody can draw a sample again. Whom the lot may fall on is the register's state on a day as it was known at an instant, which
can be asked for at any time; on whom it falls follows from the seed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import ClassVar, Final
from uuid import UUID

from registry.command import Command, code, decides, number, staff
from registry.decision import Decision
from registry.reference.stream import ReferenceEvent, ReferenceStream
from registry.refusal import Refusals, refuse

FRAME_MAX: Final = 10_000_000
SIZE_MAX: Final = 2_000
SEED: Final = re.compile(r"[A-Za-z][A-Za-z0-9._:\-]{0,63}")
"""An identifier, so that nobody is named in it."""
PERSONS_MAX: Final = 99
NOT_REACHED: Final = "NOT_REACHED"
RESULTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "WRONG_EXIT": frozenset({"RIGHT_EXIT", "WRONG_EXIT", NOT_REACHED}),
        "MISSED": frozenset({"NOT_MISSED", "MISSED", NOT_REACHED}),
        "APPROVAL": frozenset({"APPROVES", "DISAPPROVES", NOT_REACHED}),
    }
)
"""What may be found at a household, by the kind of the sample."""

Found = tuple[str, int]
"""Result, and persons of the household."""


def draw(frame: Iterable[UUID], seed: str, size: int) -> tuple[UUID, ...]:
    """The `size` ids on which the lot falls: those with the smallest SHA-256 of seed and id, in that order.

    Each id's lot is its own: the same seed gives the same sample of the same frame, in whatever order it comes.
    """
    return tuple(sorted(frame, key=lambda one: sha256(seed.encode() + one.bytes).digest())[:size])


def digest_of(frame: Iterable[UUID]) -> bytes:
    """SHA-256 of the ids in their order: whether two frames are the same."""
    return sha256(b"".join(sorted(one.bytes for one in frame))).digest()


class SampleDrawn(ReferenceEvent):
    """Households drawn by lot, and everything that it takes to draw them again."""

    TOPIC = "reference.sample_drawn"
    sample_id: UUID
    place: str
    kind: str
    seed: str
    as_of: date
    known_at: datetime
    frame_size: int
    frame_sha256: bytes
    households: list[UUID]

    def apply(self, aggregate: "Sample") -> None:
        aggregate.division = self.division
        aggregate.kind = self.kind
        aggregate.drawn = tuple(self.households)
        aggregate.drawn_on = self.effective_on


class SampleCheckRecorded(ReferenceEvent):
    """What was found at a household of a sample. A later finding replaces it."""

    TOPIC = "reference.sample_check_recorded"
    sample_id: UUID
    household_id: UUID
    kind: str
    result: str
    persons: int
    checker: str

    def apply(self, aggregate: "Sample") -> None:
        aggregate.found[self.household_id] = self.result, self.persons


class Sample(ReferenceStream):
    """One sample: the households drawn, and what was found at each so far."""

    TOPIC: ClassVar[str] = "sample"

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.kind = ""
        self.drawn: tuple[UUID, ...] = ()
        self.drawn_on: date | None = None
        self.found: dict[UUID, Found] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawSample(Command):
    """Keep a sample that was drawn, by whoever drew it. `place`: 12 digits; `known_at`: aware, UTC.

    `frame_size`, `frame_sha256`: of the households on whom the lot could fall, as `digest_of` has them; `households`: in the
    order of the lot, at most 2,000.
    """

    sample_id: UUID
    place: str
    kind: str = code("sample_kind")
    seed: str
    as_of: date
    known_at: datetime
    frame_size: int = number(1, FRAME_MAX)
    frame_sha256: bytes
    households: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSampleCheck(Command):
    """Record what was found at a household of a sample, or what is found now. `persons`: who live in it."""

    sample_id: UUID
    household_id: UUID
    result: str = code("sample_result")
    persons: int = number(1, PERSONS_MAX)
    checker: str = staff()


@decides(DrawSample)
def draw_sample(sample: Sample, command: DrawSample, decision: Decision) -> None:
    """E-DIVISION-UNKNOWN, E-FIELD-TYPE, E-FIELD-RANGE, E-SAMPLE-TWICE, E-DATE-FUTURE, E-ID-TAKEN.

    The same sample again is silent.
    """
    refusals = Refusals()
    refusals.unless(command.place in decision.divisions, "E-DIVISION-UNKNOWN", at="place", division=command.place)
    refusals.unless(SEED.fullmatch(command.seed) is not None, "E-FIELD-TYPE", at="seed", expected="OPAQUE_ID")
    count, most = len(command.households), min(SIZE_MAX, command.frame_size)
    refusals.unless(1 <= count <= most, "E-FIELD-RANGE", at="households", minimum=1, maximum=most)
    refusals.unless(len(set(command.households)) == count, "E-SAMPLE-TWICE", at="households")
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    refusals.unless(command.as_of <= decision.today, "E-DATE-FUTURE", at="as_of", today=decision.today)
    refusals.unless(command.known_at <= decision.now, "E-DATE-FUTURE", at="known_at", today=decision.today)
    same = (sample.kind, sample.drawn) == (command.kind, command.households)
    refusals.unless(sample.version == 0 or same, "E-ID-TAKEN", at="sample_id")
    refusals.raise_any()
    if sample.version == 0:
        sample.trigger(
            SampleDrawn,
            decision,
            command.effective_on,
            evidence=command.evidence,
            division=command.place,
            sample_id=command.sample_id,
            place=command.place,
            kind=command.kind,
            seed=command.seed,
            as_of=command.as_of,
            known_at=command.known_at.astimezone(UTC),
            frame_size=command.frame_size,
            frame_sha256=command.frame_sha256,
            households=list(command.households),
        )


@decides(RecordSampleCheck)
def record_sample_check(sample: Sample, command: RecordSampleCheck, decision: Decision) -> None:
    """E-SAMPLE-UNKNOWN, E-SAMPLE-NOT-DRAWN, E-SAMPLE-RESULT (another kind's), E-DATE-ORDER before the draw, E-DATE-FUTURE.

    The same finding again is silent; another one replaces it.
    """
    if sample.version == 0:
        refuse("E-SAMPLE-UNKNOWN", at="sample_id")
    refusals = Refusals()
    refusals.unless(command.household_id in sample.drawn, "E-SAMPLE-NOT-DRAWN", at="household_id")
    refusals.unless(command.result in RESULTS[sample.kind], "E-SAMPLE-RESULT", at="result", kind=sample.kind)
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    in_order = sample.drawn_on is not None and sample.drawn_on <= command.effective_on
    refusals.unless(in_order, "E-DATE-ORDER", at="effective_on", first="drawn_on", then="effective_on")
    refusals.raise_any()
    if sample.found.get(command.household_id) == (command.result, command.persons):
        return
    sample.trigger(
        SampleCheckRecorded,
        decision,
        command.effective_on,
        evidence=command.evidence,
        sample_id=command.sample_id,
        household_id=command.household_id,
        kind=sample.kind,
        result=command.result,
        persons=command.persons,
        checker=command.checker,
    )
