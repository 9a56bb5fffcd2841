"""Importing households: what is recorded, and what every wrong row is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from registry.household.household import Household
from registry.importing.importer import Import
from registry.person.person import Person
from registry.refusal import Refused
from registry.vault.id_number import synthetic_id
from tests.support.importing import COUNTY_OFFICE, ELSEWHERE, PROVINCE_OFFICE, TOWNSHIP_OFFICE, Office, found, only
from tests.support.spreadsheets import BEFORE, Record, couple, head, household, id_of, in_ledger, member, number_of, spouse

Rows = list[dict[str, Any]]


def test_a_registered_household_is_taken_over_with_its_members(office: Office, number: int) -> None:
    facts = {
        "other_causes": "因学、缺技术",
        "income_pc": "2850.5",
        "spell_no": 2,
        "health": "长期慢性病；残疾",
        "work_area": "省外",
    }
    running = office.take_in([head(number, **facts), spouse(number, labour="无劳动力", school_status="大专及以上")])
    assert found(running) == []
    assert (running.tally.recorded, running.tally.events) == (1, 3)
    (event,) = office.events(number)
    assert (event.TOPIC, event.source, event.effective_on) == ("household.household_imported", "IMPORT", BEFORE)
    assert (event.to_status, event.division, event.spell_start) == ("REGISTERED", "469030100201", date(2014, 5, 1))
    assert (event.other_causes, event.income_pc, event.spell_no) == (["SCHOOLING", "LACK_OF_SKILL"], Decimal("2850.50"), 2)
    man, wife = event.members
    assert (man["relation"], man["sex"], man["birth_month"]) == ("HEAD", "MALE", date(1975, 1, 1))
    assert (man["health"], man["work_area"], man["social_assistance"]) == (["CHRONIC", "DISABLED"], "OUTSIDE_PROVINCE", "NONE")
    assert (wife["relation"], wife["sex"], wife["labour"], wife["school_status"]) == ("SPOUSE", "FEMALE", "NONE", "COLLEGE")
    person = office.side.application.load(Person, man["person_id"])
    assert person.household_id == office.household_id(number)


def test_an_exited_household_is_taken_over(office: Office, number: int) -> None:
    office.take_in([head(number, status="脱贫（享受政策）", exited_on="2017年12月1日")])
    (event,) = office.events(number)
    assert (event.to_status, event.exited_on, event.retention_until) == (
        "EXITED_WITH_POLICY",
        date(2017, 12, 1),
        date(2020, 12, 31),
    )


def test_a_household_of_the_ledger_without_members_has_a_size(office: Office, number: int) -> None:
    rows = [in_ledger(number, groups="残疾人、低保户", hukou_kind="城镇")]
    running = office.take_in(rows, actor=TOWNSHIP_OFFICE)
    assert found(running) == []
    (event,) = office.events(number)
    assert (event.size, event.labour_count, event.groups, event.hukou_kind) == (3, 2, ["DISABLED", "DIBAO"], "URBAN")


def test_a_household_of_the_ledger_with_members_counts_them(office: Office, number: int) -> None:
    first = in_ledger(number, size="", labour_count="") | member(2 * number, "HEAD")
    running = office.take_in([first, spouse(number, labour="WEAK")], actor=TOWNSHIP_OFFICE)
    assert found(running) == []
    assert running.tally.events == 5
    ledger, man, wife = office.events(number)
    assert (ledger.size, ledger.labour_count) == (2, 1)
    assert (man.relation, wife.relation) == ("HEAD", "SPOUSE")
    assert len(office.side.application.load(Household, office.household_id(number)).members) == 2


def test_the_members_of_a_ledger_household_may_come_later(office: Office, number: int) -> None:
    office.take_in([in_ledger(number, size=2, labour_count=1)], actor=TOWNSHIP_OFFICE)
    rows = [in_ledger(number, size=2, labour_count=1) | member(2 * number, "HEAD"), spouse(number)]
    running = office.take_in(rows, actor=TOWNSHIP_OFFICE)
    assert found(running) == []
    assert running.tally.recorded == 1
    assert office.types(number) == ["VillageLedgerEntryUpserted", "MemberAdded", "MemberAdded"]


def test_the_rows_of_a_household_may_be_scattered_and_its_head_come_last(office: Office, number: int) -> None:
    rows = [spouse(number), *couple(number + 1), household(number) | member(2 * number, "HEAD")]
    running = office.take_in(rows)
    assert found(running) == []
    assert running.tally.recorded == 2
    assert [record["relation"] for record in office.events(number)[0].members] == ["HEAD", "SPOUSE"]


def test_a_household_stands_for_data_of_today_where_it_names_no_day(office: Office, number: int) -> None:
    office.take_in([head(number, effective_on="")])
    assert office.events(number)[0].effective_on == date(2020, 3, 4)


def test_a_bad_row_refuses_its_household_and_no_other(office: Office, number: int) -> None:
    bad = [head(number), spouse(number, relation="堂妹")]
    running = office.take_in([*bad, *couple(number + 1)])
    assert found(running) == [(2, "", "E-IMPORT-OTHER-ROW"), (3, "relation", "E-CODE-UNKNOWN")]
    assert (running.tally.recorded, running.tally.refused) == (1, 1)
    assert office.types(number) == []
    assert only(running, "E-IMPORT-OTHER-ROW").params == {"row": 3}


def test_everything_that_is_wrong_with_a_household_is_said_at_once(office: Office, number: int) -> None:
    first = head(number, division="46903010020", spell_start="2014-13-01", sex="女", birth_date="1976-01-01", education="")
    second = spouse(number, relation="HEAD", id_number="469999198504120017", attribute="TEKUN")
    running = office.take_in([first | {"income_pc": "a lot"}, second])
    assert found(running) == [
        (2, "birth_date", "E-ID-BIRTHDATE"),
        (2, "division", "E-DIVISION-UNKNOWN"),
        (2, "education", "E-FIELD-MISSING"),
        (2, "income_pc", "E-FIELD-TYPE"),
        (2, "relation", "E-HEAD"),
        (2, "sex", "E-ID-SEX-MISMATCH"),
        (2, "spell_start", "E-FIELD-TYPE"),
        (3, "attribute", "E-IMPORT-DISAGREES"),
        (3, "id_number", "E-ID-CHECKSUM"),
    ]


WRONG: dict[str, tuple[Callable[[int], Rows], list[tuple[int, str, str]]]] = {
    "no household number": (lambda n: [head(n, household_number="")], [(2, "household_number", "E-FIELD-MISSING")]),
    "no village, no status": (
        lambda n: [head(n, division="", status="")],
        [(2, "division", "E-FIELD-MISSING"), (2, "status", "E-FIELD-MISSING")],
    ),
    "a village that nobody knows": (lambda n: [head(n, division="469030100299")], [(2, "division", "E-DIVISION-UNKNOWN")]),
    "a township": (lambda n: [head(n, division="469030100000")], [(2, "division", "E-DIVISION-LEVEL")]),
    "a status that is none of an opening": (lambda n: [head(n, status="RELAPSED")], [(2, "status", "E-STATUS-NOT-OPENING")]),
    "tomorrow's data": (lambda n: [head(n, effective_on="2020-03-05")], [(2, "effective_on", "E-DATE-FUTURE")]),
    "a spell that begins after the data": (
        lambda n: [head(n, spell_start="2020-03-03")],
        [(2, "spell_start", "E-DATE-ORDER")],
    ),
    "no main cause": (lambda n: [head(n, main_cause="")], [(2, "main_cause", "E-FIELD-MISSING")]),
    "marriage as the main cause": (lambda n: [head(n, main_cause="因婚")], [(2, "main_cause", "E-CAUSE-NOT-MAIN")]),
    "the same cause twice": (lambda n: [head(n, other_causes="因病")], [(2, "other_causes", "E-CAUSE-REPEATED")]),
    "three other causes": (
        lambda n: [head(n, other_causes="因学、因残、因灾")],
        [(2, "other_causes", "E-CAUSE-TOO-MANY")],
    ),
    "an exit without its day": (lambda n: [head(n, status="EXITED_STABLE")], [(2, "exited_on", "E-FIELD-MISSING")]),
    "a day of exit without an exit": (lambda n: [head(n, exited_on="2017-01-01")], [(2, "exited_on", "E-FIELD-NOT-ALLOWED")]),
    "an income below nothing": (lambda n: [head(n, income_pc=-1)], [(2, "income_pc", "E-FIELD-RANGE")]),
    "no members": (lambda n: [household(n)], [(2, "name", "E-NO-LIVING-MEMBER")]),
    "no head": (
        lambda n: [head(n, relation="SON"), spouse(n, relation="DAUGHTER")],
        [(2, "relation", "E-HEAD"), (3, "", "E-IMPORT-OTHER-ROW")],
    ),
    "two heads": (lambda n: [head(n), spouse(n, relation="户主")], [(2, "relation", "E-HEAD"), (3, "", "E-IMPORT-OTHER-ROW")]),
    "a son who is a woman": (
        lambda n: [head(n), spouse(n, relation="之子")],
        [(2, "", "E-IMPORT-OTHER-ROW"), (3, "relation", "E-RELATION-SEX")],
    ),
    "a number of the thirteenth month": (
        lambda n: [head(n, id_number="46999919851312001X")],
        [(2, "id_number", "E-ID-BIRTHDATE"), (2, "id_number", "E-ID-CHECKSUM")],
    ),
    "a certificate of somebody else": (
        lambda n: [head(n, disability_certificate=id_of(3) + "42")],
        [(2, "disability_certificate", "E-DISABILITY-CERT")],
    ),
    "a name that goes on and on": (lambda n: [head(n, name="长" * 201)], [(2, "name", "E-FIELD-TOO-LONG")]),
    "a size that is not the members'": (lambda n: [head(n, size=3)], [(2, "size", "E-LEDGER-SIZE")]),
    "the ledger's columns in the opening balance": (
        lambda n: [head(n, labour_count=1, groups="DISABLED")],
        [(2, "groups", "E-FIELD-NOT-ALLOWED"), (2, "labour_count", "E-FIELD-NOT-ALLOWED")],
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_row_is_told_which_column_and_which_rule(office: Office, number: int, wrong: str) -> None:
    rows, expected = WRONG[wrong]
    before = office.head()
    running = office.take_in(rows(number))
    assert found(running) == expected
    assert (running.tally.refused, running.tally.recorded) == (1, 0)
    assert office.head() == before


WRONG_IN_LEDGER: dict[str, tuple[Callable[[int], Rows], list[tuple[int, str, str]]]] = {
    "neither size nor members": (
        lambda n: [in_ledger(n, size="", labour_count="")],
        [(2, "labour_count", "E-FIELD-MISSING"), (2, "size", "E-FIELD-MISSING")],
    ),
    "more able than there are": (lambda n: [in_ledger(n, labour_count=4)], [(2, "labour_count", "E-LABOUR-COUNT")]),
    "a crowd": (lambda n: [in_ledger(n, size=61)], [(2, "size", "E-FIELD-RANGE")]),
    "columns of the opening balance": (
        lambda n: [in_ledger(n) | {"main_cause": "ILLNESS", "attribute": "", "spell_start": ""}],
        [(2, "main_cause", "E-FIELD-NOT-ALLOWED")],
    ),
    "members without a head": (
        lambda n: [in_ledger(n, size=1, labour_count=1) | member(2 * n, "SON")],
        [(2, "relation", "E-HEAD")],
    ),
    "a member born after the data": (
        lambda n: [
            in_ledger(n, size="", labour_count="", effective_on="2020-02-28") | member(2 * n, "HEAD"),
            {"household_number": number_of(n)}
            | member(0, "SON", id_number=synthetic_id(date(2020, 3, 1), 2 * n + 1), labour="NONE"),
        ],
        [(2, "", "E-IMPORT-OTHER-ROW"), (3, "id_number", "E-DATE-ORDER")],
    ),
    "data that are too old for a township": (
        lambda n: [in_ledger(n, effective_on="2019-01-01")],
        [(2, "effective_on", "E-DATE-TOO-OLD")],
    ),
}


@pytest.mark.parametrize("wrong", WRONG_IN_LEDGER)
def test_a_wrong_row_of_the_ledger_is_told_too(office: Office, number: int, wrong: str) -> None:
    rows, expected = WRONG_IN_LEDGER[wrong]
    running = office.take_in(rows(number), actor=TOWNSHIP_OFFICE)
    assert found(running) == expected
    assert office.types(number) == []


def test_nobody_stands_in_a_file_twice(office: Office, number: int) -> None:
    twin = id_of(2 * number)
    running = office.take_in([*couple(number), head(number + 1, id_number=f" {twin.lower()}"), head(number + 2)])
    assert found(running) == [
        (2, "id_number", "E-IMPORT-PERSON-TWICE"),
        (3, "", "E-IMPORT-OTHER-ROW"),
        (4, "id_number", "E-IMPORT-PERSON-TWICE"),
    ]
    assert running.tally.recorded == 1


def test_nobody_joins_a_second_household(office: Office, number: int) -> None:
    office.take_in(couple(number))
    other = head(number + 1, id_number=id_of(2 * number))
    running = office.take_in([other, spouse(number + 1)])
    assert found(running)[0] == (2, "id_number", "E-PERSON-ALREADY-LIVE")
    in_the_ledger = [in_ledger(number + 2, size="", labour_count="") | member(2 * number, "HEAD")]
    running = office.take_in(in_the_ledger, actor=TOWNSHIP_OFFICE)
    assert (2, "id_number", "E-PERSON-ALREADY-LIVE") in found(running)
    assert office.types(number + 1) == office.types(number + 2) == []


def test_many_households_of_the_ledger_may_be_refused_for_their_members(office: Office, number: int) -> None:
    office.take_in([row for n in range(number, number + 8) for row in couple(n)])
    rows: list[Record] = [
        in_ledger(n + 5000, size="", labour_count="") | member(2 * n, "HEAD") for n in range(number, number + 8)
    ]
    running = office.take_in(rows, actor=TOWNSHIP_OFFICE)
    assert running.tally.refused == 8


def test_labour_that_is_odd_for_the_age_is_recorded_and_told(office: Office, number: int) -> None:
    child = {"household_number": number_of(number)} | member(0, "SON", id_number=id_of(number, born=2010))
    running = office.take_in([head(number), child])
    assert found(running) == [(3, "labour", "W-AGE-LABOUR")]
    assert running.tally.recorded == 1


def test_a_cell_under_no_column_name_is_a_shifted_row(office: Office, number: int) -> None:
    path = office.folder / "shifted.csv"
    path.write_text(f"household_number,division,status,size,labour_count\n{number_of(number)},469030100201,一般农户,3,2,村东,\n")
    running = office.take_in_file(path, actor=TOWNSHIP_OFFICE)
    assert found(running) == [(2, "", "E-IMPORT-WIDTH")]
    assert only(running, "E-IMPORT-WIDTH").params == {"count": 1}


@pytest.mark.parametrize(
    ("actor", "rows", "expected"),
    [
        (ELSEWHERE, couple, (2, "division", "E-AUTH-SCOPE")),
        (TOWNSHIP_OFFICE, couple, (2, "", "E-AUTH-ROLE")),
        (PROVINCE_OFFICE, lambda n: [in_ledger(n)], (2, "", "E-AUTH-ROLE")),
        (COUNTY_OFFICE, lambda n: [in_ledger(n)], (2, "", "E-AUTH-ROLE")),
    ],
)
def test_each_row_is_asked_whether_the_actor_may(office: Office, number: int, actor: Any, rows: Any, expected: Any) -> None:
    running = office.take_in(rows(number), actor=actor)
    assert found(running)[0] == expected
    assert office.types(number) == []


def test_a_role_that_imports_nothing_is_refused_at_once(office: Office, number: int) -> None:
    with pytest.raises(Refused, match="E-AUTH-ROLE"):
        office.take_in(couple(number), actor=replace(COUNTY_OFFICE, role="AUDITOR"))
    assert office.side.vault.find(id_of(2 * number), COUNTY_OFFICE, "AUDIT") is None


def test_who_may_not_act_there_does_not_learn_what_is_there(office: Office, number: int) -> None:
    office.take_in(couple(number))
    for rows in (couple(number), [head(number, attribute="TEKUN"), spouse(number)]):
        running: Import = office.take_in(rows, actor=ELSEWHERE)
        assert found(running) == [(2, "division", "E-AUTH-SCOPE"), (3, "", "E-IMPORT-OTHER-ROW")]
