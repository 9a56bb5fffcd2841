"""The village ledger of all farm households (T0a)."""

from registry.household.closing import CloseHousehold
from registry.household.ledger import VillageLedgerEntryUpserted
from tests.support.families import ledger_entry, members_known, opening
from tests.support.register import a_register, on
from tests.support.scenario import CLOSED_VILLAGE, HOUSEHOLD, OTHER_VILLAGE, TOWNSHIP, VILLAGE, day, seen


def test_the_ledger_brings_a_household_into_the_register() -> None:
    register = (
        a_register()
        .when(ledger_entry(groups=("DIBAO", "DISABLED")))
        .then(
            on(
                HOUSEHOLD,
                seen(
                    VillageLedgerEntryUpserted,
                    from_status="NONE",
                    to_status="NOT_REGISTERED",
                    size=3,
                    division=VILLAGE,
                    groups=["DIBAO", "DISABLED"],
                    hukou_kind="RURAL",
                ),
            )
        )
    )
    household = register.household(HOUSEHOLD)
    assert (household.status, household.size, household.division, household.members) == ("NOT_REGISTERED", 3, VILLAGE, {})


def test_the_same_entry_again_is_silent() -> None:
    a_register(ledger_entry(groups=("DIBAO", "DISABLED"))).when(
        ledger_entry(groups=("DISABLED", "DIBAO"), effective_on=day(9))
    ).then_nothing_happens()


def test_a_changed_entry_keeps_the_status() -> None:
    outcome = a_register(opening()).when(ledger_entry(effective_on=day(9)))
    register = outcome.then(on(HOUSEHOLD, seen(VillageLedgerEntryUpserted, from_status="REGISTERED", to_status="REGISTERED")))
    assert register.household(HOUSEHOLD).status_since == day(0)


def test_a_new_entry_changes_the_size_while_no_members_are_known() -> None:
    register = a_register(ledger_entry(), ledger_entry(size=5, effective_on=day(3)))
    assert register.household(HOUSEHOLD).size == 5


def test_the_size_is_that_of_the_known_members() -> None:
    outcome = a_register(ledger_entry(), members_known()).when(ledger_entry(size=4, effective_on=day(3)))
    assert outcome.then_refuses("E-LEDGER-SIZE").fields("E-LEDGER-SIZE") == ["size"]


def test_more_labour_than_people_is_refused() -> None:
    a_register().when(ledger_entry(size=2, labour_count=3)).then_refuses("E-LABOUR-COUNT")


def test_a_village_that_nobody_knows_is_refused() -> None:
    a_register().when(ledger_entry(division="469030100999")).then_refuses("E-DIVISION-UNKNOWN")


def test_a_household_belongs_to_a_village_not_to_a_township() -> None:
    a_register().when(ledger_entry(division=TOWNSHIP)).then_refuses("E-DIVISION-LEVEL")


def test_a_village_that_was_given_up_is_refused() -> None:
    a_register().when(ledger_entry(division=CLOSED_VILLAGE)).then_refuses("E-DIVISION-INACTIVE")


def test_an_entry_does_not_move_a_household() -> None:
    a_register(ledger_entry()).when(ledger_entry(division=OTHER_VILLAGE)).then_refuses("E-DIVISION-NOT-THERE")


def test_a_closed_household_is_not_entered_again() -> None:
    closed = CloseHousehold(household_id=HOUSEHOLD, effective_on=day(2), reason_code="NO_MEMBERS")
    a_register(ledger_entry(), closed).when(ledger_entry(effective_on=day(3))).then_refuses("E-STATE")


def test_codes_and_bounds_are_those_of_the_declaration() -> None:
    a_register().when(ledger_entry(size=0, labour_count=0, groups=("RICH",), hukou_kind="MOON")).then_refuses(
        "E-FIELD-RANGE", "E-CODE-UNKNOWN"
    )
