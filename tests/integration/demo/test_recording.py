"""What becomes of steps that do not go as they were meant to: they are told, and nothing of them is stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from deploy.clocks import HandSetClock
from deploy.composition.write_side import WriteSide, write_side
from deploy.demo.chunks import Chunk
from deploy.demo.days import FIRST_DAY
from deploy.demo.identity import IdentityNumbers, Newcomer
from deploy.demo.installation import begin
from deploy.demo.recording import Recorded, Recorder
from deploy.demo.registration import registration
from deploy.demo.seeds import SeededBytes
from deploy.demo.staff import PROVINCE_OFFICER, office_of
from deploy.demo.turn import Step
from registry.household.ledger import RecordLedgerHousehold
from registry.household.visits import RecordHomeVisit
from registry.reference.division_set import ChangedDivision, ChangeDivisions
from tests.support.demonstrations import TINY, settings_in

OFFICE = office_of("469024101200")
HOUSEHOLD, THREAD = UUID(int=11), UUID(int=12)
AT = datetime(2018, 9, 4, 2, tzinfo=UTC)
VILLAGES = ChangeDivisions(
    effective_on=FIRST_DAY, edition="2018", divisions=(ChangedDivision(code=OFFICE.village, level="VILLAGE", name_zh="村"),)
)
ENTRY = RecordLedgerHousehold(household_id=HOUSEHOLD, effective_on=FIRST_DAY, division=OFFICE.village, size=3, labour_count=1)


@dataclass
class Bench:
    """A recorder on an installation of its own, with one village."""

    side: WriteSide
    clock: HandSetClock
    ids: SeededBytes
    recorder: Recorder

    def record(self, *chunks: Chunk) -> list[Recorded]:
        return list(self.recorder.record(chunks))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    settings = settings_in(tmp_path)
    clock, ids = begin(settings, TINY)
    with write_side(settings, clock=clock, random_bytes=ids) as side, registration(settings, clock) as vault:
        bench = Bench(side, clock, ids, Recorder(side, clock, ids, vault))
        bench.record(chunk("villages", Step(PROVINCE_OFFICER, VILLAGES, None, THREAD)))
        yield bench


def chunk(key: str, *steps: Step) -> Chunk:
    return Chunk(key, FIRST_DAY, AT, list(steps))


def visit(on: date = FIRST_DAY, refused_for: str = "") -> Step:
    facts = {"visitor_role": "VILLAGE_CADRE", "visitor_id": "clerk-1", "purpose": "TOUR", "minutes": 20}
    command = RecordHomeVisit(household_id=HOUSEHOLD, effective_on=on, **facts)  # type: ignore[arg-type]
    return Step(OFFICE.clerk, command, HOUSEHOLD, THREAD, refused_for=refused_for)


def entry() -> Step:
    return Step(OFFICE.clerk, ENTRY, HOUSEHOLD, THREAD)


def test_a_step_that_is_refused_against_the_script_is_told_and_holds_up_nobody(bench: Bench) -> None:
    (recorded,) = bench.record(chunk("1", visit(), entry(), visit()))
    assert len(recorded.tally.not_meant) == 1
    assert "E-HOUSEHOLD-UNKNOWN" in recorded.tally.not_meant[0]
    assert len(list(bench.side.store.get(HOUSEHOLD))) == 2


def test_a_refusal_that_was_meant_is_counted(bench: Bench) -> None:
    (recorded,) = bench.record(chunk("1", entry(), visit(date(2018, 9, 9), refused_for="E-DATE-FUTURE")))
    assert (recorded.tally.commands, recorded.tally.meant, recorded.tally.not_meant) == (2, 1, [])


def test_a_refusal_for_another_reason_and_one_that_does_not_come_are_told(bench: Bench) -> None:
    another = visit(date(2018, 9, 9), refused_for="E-STATE")
    (recorded,) = bench.record(chunk("1", entry(), another, visit(refused_for="E-STATE")))
    assert recorded.tally.meant == 0
    assert ["E-DATE-FUTURE" in line or "accepted" in line for line in recorded.tally.not_meant] == [True, True]


def test_a_stored_chunk_is_passed_over_and_tells_what_it_told(bench: Bench) -> None:
    first = chunk("1", entry(), visit(date(2018, 9, 9), refused_for="E-DATE-FUTURE"))
    (recorded,) = bench.record(first)
    position = bench.side.store.recorder.head().position
    (again,) = bench.record(first)
    assert (recorded.replayed, again.replayed) == (False, True)
    assert again.tally == recorded.tally
    assert bench.side.store.recorder.head().position == position


def test_newcomers_are_in_the_vault_under_their_own_ids_before_anything_names_them(bench: Bench) -> None:
    born, numbers = date(1970, 3, 4), IdentityNumbers()
    people = [UUID(int=100 + place) for place in range(5)]
    newcomers = tuple(Newcomer(p, born, "MALE", numbers.next_sequence(born, "MALE"), noise=p.int) for p in people)
    step = Step(OFFICE.clerk, ENTRY, HOUSEHOLD, THREAD, newcomers=newcomers)
    bench.record(chunk("1", step))
    known = bench.side.vault.find_all([n.personal_data().id_number for n in newcomers], PROVINCE_OFFICER, "AUDIT")
    assert known == people
