"""Several imports at once: of the same file, of files that meet, and of rows whose order matters."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy.composition.write_side import WriteSide, write_side
from registry.application.planning import Loader
from registry.household.household import Household
from registry.importing.recorder import Tally
from registry.store.application import RegistryApplication
from registry.vault.personal_data import PersonalData
from tests.support.importing import PROVINCE_OFFICE, TOWNSHIP_OFFICE, Office, found
from tests.support.installation import CLERK
from tests.support.spreadsheets import couple, head, id_of, in_ledger, measure, member, write_csv


class Overtaken:
    """A store before whose first save somebody else does something: the moment at which another process came first."""

    def __init__(self, application: RegistryApplication, first: Callable[[], object]) -> None:
        self._application = application
        self._first: Callable[[], object] | None = first

    def save(self, *aggregates: Any, command: Any = None) -> Any:
        first, self._first = self._first, None
        if first is not None:
            first()
        return self._application.save(*aggregates, command=command)

    def find_command_result(self, actor: str, key: str) -> Any:
        return self._application.find_command_result(actor, key)


def overtaken(office: Office, other: Office, first: Callable[[Office], object]) -> Office:
    """The office, whose next save comes after what the other one does."""
    store = Overtaken(office.side.application, lambda: first(other))
    return replace(office, side=replace(office.side, service=replace(office.side.service, store=store)))


class Torn:
    """A loader beside which somebody else does something as soon as it has read its first household."""

    def __init__(self, loader: Loader, first: Callable[[], object]) -> None:
        self._loader = loader
        self._first = first

    def household(self, household_id: UUID) -> Household:
        household = self._loader.household(household_id)
        self._first()
        return household

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


def torn(office: Office, other: Office, first: Callable[[Office], object]) -> Office:
    """The office, between two of whose reads the other one does something, once."""
    left = [first]
    service = office.side.service

    def once() -> None:
        if left:
            left.pop()(other)

    return replace(
        office, side=replace(office.side, service=replace(service, new_loader=lambda: Torn(service.new_loader(), once)))
    )


@pytest.fixture
def other(office: Office, tmp_path: Path) -> Any:
    """Another process on the same data."""
    with write_side(office.side.settings) as side:
        yield Office(tmp_path, side)


def all_events(side: WriteSide) -> list[str]:
    return [event_type for _, _, event_type, _, _ in side.store.recorder.select_raw(0, 1_000_000)]


def test_who_comes_second_with_the_same_file_finds_it_recorded(office: Office, other: Office, number: int) -> None:
    rows = [*couple(number), *couple(number + 1)]
    late = overtaken(office, other, lambda o: o.take_in(rows))
    assert late.take_in(rows).tally == Tally(already=2)
    assert len(office.events(number)) == len(office.events(number + 1)) == 1


@pytest.mark.parametrize("in_the_ledger", [False, True])
def test_the_same_file_between_two_reads_is_no_refusal(office: Office, other: Office, number: int, in_the_ledger: bool) -> None:
    """The members are in the vault already, so all is looked for; the household is read before they join it, they after."""
    rows = [in_ledger(number, size="", labour_count="") | member(2 * number, "HEAD")] if in_the_ledger else couple(number)
    persons = [PersonalData(**{name: row[name] for name in ("id_number", "name", "phone") if row.get(name)}) for row in rows]
    other.side.vault.register(persons, CLERK, "IMPORT")
    actor = TOWNSHIP_OFFICE if in_the_ledger else PROVINCE_OFFICE
    late = torn(office, other, lambda o: o.take_in(rows, actor=actor))
    running = late.take_in(rows, actor=actor)
    assert (found(running), running.tally) == ([], Tally(already=1))


def test_who_comes_second_with_a_file_that_meets_another_records_the_rest(office: Office, other: Office, number: int) -> None:
    late = overtaken(office, other, lambda o: o.take_in(couple(number + 1)))
    running = late.take_in([row for n in range(number, number + 3) for row in couple(n)])
    assert running.tally == Tally(recorded=2, already=1, events=6)


def test_who_comes_second_with_other_facts_is_told_of_the_difference(office: Office, other: Office, number: int) -> None:
    late = overtaken(office, other, lambda o: o.take_in([in_ledger(number, size=5)], actor=TOWNSHIP_OFFICE))
    running = late.take_in([in_ledger(number), in_ledger(number + 1)], actor=TOWNSHIP_OFFICE)
    assert (found(running), running.tally) == ([(2, "size", "E-IMPORT-DIFFERS")], Tally(recorded=1, refused=1, events=1))
    assert office.types(number) == ["VillageLedgerEntryUpserted"]


def test_somebody_taken_in_elsewhere_meanwhile_is_refused(office: Office, other: Office, number: int) -> None:
    late = overtaken(office, other, lambda o: o.take_in([head(number + 1, id_number=id_of(2 * number))]))
    running = late.take_in(couple(number))
    assert found(running) == [(2, "id_number", "E-PERSON-ALREADY-LIVE"), (3, "", "E-IMPORT-OTHER-ROW")]
    assert office.types(number) == []


def test_a_household_of_the_ledger_is_not_recorded_without_its_members(office: Office, other: Office, number: int) -> None:
    rows = [in_ledger(number, size="", labour_count="") | member(2 * number, "HEAD"), in_ledger(number + 1)]
    late = overtaken(office, other, lambda o: o.take_in([head(number + 2, id_number=id_of(2 * number))]))
    running = late.take_in(rows, actor=TOWNSHIP_OFFICE)
    assert found(running) == [(2, "id_number", "E-PERSON-ALREADY-LIVE")]
    assert (office.types(number), len(office.types(number + 1))) == ([], 1)


def test_steps_of_a_measure_are_not_told_twice(office: Office, other: Office, number: int) -> None:
    office.take_in(couple(number))
    steps = [
        measure(number),
        *(measure(number, "PROGRESS", effective_on=f"2020-03-0{d}", progress_pct=d * 20) for d in (2, 3, 4)),
    ]
    late = overtaken(office, other, lambda o: o.take_in(steps[:3], actor=TOWNSHIP_OFFICE))
    assert late.take_in(steps, actor=TOWNSHIP_OFFICE).tally == Tally(recorded=1, already=3, events=1)
    assert [event.progress_pct for event in office.events(number)[2:]] == [40, 60, 80]


@pytest.mark.parametrize("processes", [3])
def test_processes_with_the_same_file_record_it_once(office: Office, processes: int) -> None:
    path = write_csv(office.folder / "at_once.csv", [row for n in range(300_000, 300_900) for row in couple(n)])
    before = len(all_events(office.side))
    who = ("--role", "PROVINCE_OFFICER", "--division", "460000000000")
    command = [sys.executable, "-m", "deploy.cli", "--lang", "en", "import", str(path), "--data", office.side.settings.data, *who]
    environment = {**os.environ, "REGISTRY_SYNTHETIC_IDS": "1"}
    running = [
        subprocess.Popen([*command, "--user", f"u-{n % 2}"], env=environment, stdout=subprocess.PIPE, text=True)
        for n in range(processes)
    ]
    told = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0] * processes
    assert len(all_events(office.side)) - before == 2700
    counts = [dict(part.rsplit(" ", 1) for part in text.split(";")[0].splitlines()[-1].split(", ")) for text in told]
    assert sum(int(count["recorded"]) for count in counts) == 900
    assert all(int(count["recorded"]) + int(count["there already"]) == 900 for count in counts)
