"""The same file again, a file that was corrected, and a register that says otherwise."""

from dataclasses import replace

import pytest

from registry.household.corrections import CorrectFact
from registry.household.members import AddMember, RemoveMember
from registry.household.new_member import NewMember
from registry.importing.recorder import Tally
from registry.vault.personal_data import PersonalData
from tests.support.importing import COUNTY_OFFICE, PROVINCE_OFFICE, TOWNSHIP_OFFICE, Office, found
from tests.support.spreadsheets import couple, head, id_of, in_ledger, member, spouse, write_csv, write_xlsx


def test_the_same_file_again_doubles_nothing(office: Office, number: int) -> None:
    rows = [*couple(number), *couple(number + 1)]
    first = office.take_in(rows)
    head_after = office.head()
    again = office.take_in(rows)
    assert first.tally == Tally(recorded=2, events=6)
    assert again.tally == Tally(already=2)
    assert (found(again), office.head()) == ([], head_after)


def test_the_same_rows_are_known_in_another_form_and_order(office: Office, number: int) -> None:
    rows = [*couple(number), *couple(number + 1)]
    office.take_in(rows)
    turned = [dict(reversed(row.items())) for row in rows[2:] + rows[:2]]
    again = office.take_in_file(write_xlsx(office.folder / "again.xlsx", turned))
    assert again.tally == Tally(already=2)
    by_somebody_else = office.take_in(rows, actor=COUNTY_OFFICE)
    assert by_somebody_else.tally == Tally(already=2)


def test_of_a_corrected_file_only_what_is_new_is_recorded(office: Office, number: int) -> None:
    wrong = [*couple(number), head(number + 1, relation="?"), spouse(number + 1)]
    first = office.take_in(wrong)
    assert (first.tally.recorded, first.tally.refused) == (1, 1)
    second = office.take_in([*couple(number), *couple(number + 1)])
    assert second.tally == Tally(recorded=1, already=1, events=3)


def test_a_refused_household_is_taken_once_the_register_has_room_for_it(office: Office, number: int) -> None:
    office.take_in([head(number)])
    rows = [*couple(number + 1), head(number + 2, id_number=id_of(2 * number))]
    assert office.take_in(rows).tally == Tally(recorded=1, refused=1, events=3)
    leaving = RemoveMember(
        household_id=office.household_id(number),
        effective_on=office.events(number)[0].effective_on,
        reason_code="OTHER",
        person_id=office.events(number)[0].members[0]["person_id"],
    )
    office.side.service.execute(leaving, replace(office.circumstances().request, actor=TOWNSHIP_OFFICE))
    assert office.take_in(rows).tally == Tally(recorded=1, already=1, events=2)


def test_what_differs_from_the_register_is_told_and_not_changed(office: Office, number: int) -> None:
    office.take_in(couple(number))
    before = office.events(number)
    other = [head(number, main_cause="因残", income_pc=3000, spell_start="2015-01-01"), spouse(number, labour="SKILLED")]
    running = office.take_in(other)
    assert found(running) == [
        (2, "income_pc", "E-IMPORT-DIFFERS"),
        (2, "main_cause", "E-IMPORT-DIFFERS"),
        (2, "spell_start", "E-IMPORT-DIFFERS"),
        (3, "labour", "E-IMPORT-DIFFERS"),
    ]
    assert running.tally == Tally(refused=1)
    assert [vars(event) for event in office.events(number)] == [vars(event) for event in before]


def test_a_member_more_or_less_than_in_the_register_is_told(office: Office, number: int) -> None:
    office.take_in(couple(number))
    son = {"household_number": head(number)["household_number"]} | member(0, "SON", id_number=id_of(number, born=1999))
    assert found(office.take_in([*couple(number), son]))[-1] == (4, "id_number", "E-IMPORT-DIFFERS")
    assert found(office.take_in([head(number)])) == [(2, "", "E-IMPORT-DIFFERS")]


def test_a_household_that_has_gone_on_living_is_there_already(office: Office, number: int) -> None:
    office.take_in(couple(number))
    request = replace(office.circumstances().request, actor=TOWNSHIP_OFFICE)
    (born,) = office.side.vault.register(
        [PersonalData(name="示例子", id_number=id_of(number, born=2018))], TOWNSHIP_OFFICE, "REGISTRATION"
    )
    event = office.events(number)[0]
    child = NewMember(
        person_id=born.person_id,
        relation="SON",
        sex="MALE",
        birth_month=event.members[0]["birth_month"].replace(year=2018),
        ethnicity="LI",
        labour="NONE",
        education="PRESCHOOL",
    )
    add = AddMember(household_id=event.originator_id, effective_on=event.effective_on, reason_code="BIRTH", member=child)
    office.side.service.execute(add, request)
    again = office.take_in([*couple(number), *couple(number + 1)])
    assert again.tally == Tally(recorded=1, already=1, events=3)


def test_a_corrected_fact_may_be_told_as_it_was_recorded_or_as_it_was_corrected(office: Office, number: int) -> None:
    office.take_in(couple(number))
    (event,) = office.events(number)
    correction = CorrectFact(
        household_id=event.originator_id,
        effective_on=event.effective_on,
        reason_code="TYPING_ERROR",
        corrects_event_id=event.event_id,
        facts={"main_cause": "DISABILITY"},
    )
    office.side.service.execute(correction, replace(office.circumstances().request, actor=COUNTY_OFFICE))
    others = couple(number + 1)
    for cause in ("因病", "因残"):
        again = office.take_in([head(number, main_cause=cause), spouse(number), *others, in_ledger(number + 2)])
        assert (again.tally.refused, [each for each in found(again) if each[0] < 4]) == (1, [])
    neither = office.take_in([head(number, main_cause="因灾"), spouse(number), *others])
    assert found(neither)[0] == (2, "main_cause", "E-IMPORT-DIFFERS")


def test_the_ledger_is_compared_too(office: Office, number: int) -> None:
    with_members = [in_ledger(number, size="", labour_count="") | member(2 * number, "HEAD"), spouse(number)]
    office.take_in(with_members, actor=TOWNSHIP_OFFICE)
    others = [in_ledger(number + 1)]
    assert office.take_in([*with_members, *others], actor=TOWNSHIP_OFFICE).tally == Tally(recorded=1, already=1, events=1)
    changed = [in_ledger(number + 1, size=4, groups="OTHER")]
    assert found(office.take_in(changed, actor=TOWNSHIP_OFFICE)) == [
        (2, "groups", "E-IMPORT-DIFFERS"),
        (2, "size", "E-IMPORT-DIFFERS"),
    ]
    married = [with_members[0], spouse(number, relation="OTHER", ethnicity="HAN")]
    assert found(office.take_in(married, actor=TOWNSHIP_OFFICE))[-2:] == [
        (3, "ethnicity", "E-IMPORT-DIFFERS"),
        (3, "relation", "E-IMPORT-DIFFERS"),
    ]


@pytest.mark.parametrize("first", ["opening", "ledger"])
def test_a_household_is_in_the_opening_balance_or_in_the_ledger(office: Office, number: int, first: str) -> None:
    opening, ledger = (couple(number), PROVINCE_OFFICE), ([in_ledger(number)], TOWNSHIP_OFFICE)
    one, other = (opening, ledger) if first == "opening" else (ledger, opening)
    office.take_in(one[0], actor=one[1])
    running = office.take_in(other[0], actor=other[1])
    assert found(running)[0] == (2, "status", "E-IMPORT-DIFFERS")


def test_a_known_persons_data_are_kept_and_the_difference_is_told_without_them(office: Office, number: int) -> None:
    office.take_in(couple(number), actor=COUNTY_OFFICE)
    corrected = [head(number, phone="00000999999"), spouse(number, name="示例改")]
    running = office.take_in(corrected, actor=COUNTY_OFFICE)
    assert found(running) == [(2, "phone", "W-IMPORT-PERSON-KEPT"), (3, "name", "W-IMPORT-PERSON-KEPT")]
    assert all(finding.params == {} for finding in running.findings)
    assert running.tally == Tally(already=1)
    person = office.events(number)[0].members[0]["person_id"]
    known = office.side.vault.read([person], COUNTY_OFFICE, "AUDIT", ["phone"])
    assert known[person] == {"phone": head(number)["phone"]}


def test_who_may_not_read_the_vault_is_not_told_of_differences_in_it(office: Office, number: int) -> None:
    office.take_in(couple(number))
    running = office.take_in([head(number, phone="00000999999"), spouse(number)])
    assert found(running) == []


def test_doubts_are_told_again_with_rows_that_were_recorded_before(office: Office, number: int) -> None:
    rows = [head(number), spouse(number, labour="NONE")]
    (told,) = {tuple(found(office.take_in(rows))) for _ in range(2)}
    assert told == ((3, "labour", "W-AGE-LABOUR"),)


def test_a_rehearsal_finds_the_same_and_records_nothing(office: Office, number: int) -> None:
    office.take_in(couple(number))
    rows = [*couple(number), *couple(number + 1), head(number + 2, division="469030100299"), head(number + 3, sex="?")]
    before = office.head()
    rehearsed = office.take_in(rows, rehearse=True)
    assert rehearsed.tally == Tally(recorded=1, already=1, refused=2)
    assert office.head() == before
    assert office.side.vault.find(id_of(2 * number + 2), PROVINCE_OFFICE, "AUDIT") is None
    assert found(office.take_in(rows)) == found(rehearsed)


def test_a_rehearsal_compares_households_whose_members_nobody_knows(office: Office, number: int) -> None:
    office.take_in([in_ledger(number)], actor=TOWNSHIP_OFFICE)
    rehearsed = office.take_in(couple(number), rehearse=True)
    assert found(rehearsed)[0] == (2, "status", "E-IMPORT-DIFFERS")


def test_a_large_file_goes_in_by_chunks_and_is_known_again(office: Office) -> None:
    rows = [row for n in range(50_000, 51_200) for row in couple(n)]
    path = write_csv(office.folder / "large.csv", rows)
    assert office.take_in_file(path).tally == Tally(recorded=1200, events=3600)
    assert office.take_in_file(path).tally == Tally(already=1200)
    rows[0] = rows[0] | {"labour": "?"}
    changed = office.take_in(rows)
    assert changed.tally == Tally(already=1199, refused=1)
