"""What expenses come to, as a case's reader is told it: the same as the rules reckon, by window, person and kind of care."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from consumers.warning.belonging import of_household
from consumers.warning.reading import read_known
from projections.database import snapshot
from projections.expenses.queries.burden import CALENDAR_YEAR, ROLLING_365, Burden, burdens
from registry.early_warning.burden import by_care, by_person, calendar_year, rolling
from tests.support.families import FATHER, MOTHER, opening
from tests.support.scenario import HOUSEHOLD, day, person
from tests.support.warning_bench import WarningBench

ALONE = person(40)
UNTIL = date(2019, 2, 10)


def told(bench: WarningBench, kind: str, subject_id: UUID, until: date = UNTIL) -> list[Burden]:
    bench.flow()
    with snapshot(bench.expenses) as connection:
        return burdens(connection, kind, subject_id, until)


def spend_two_winters(bench: WarningBench) -> None:
    bench.pipe.execute(opening())
    bench.spend(FATHER, 1000, date(2018, 2, 10), 1)  # the day before the window begins
    bench.spend(FATHER, 2000, date(2018, 2, 11), 2)
    bench.spend(FATHER, 4000, date(2018, 12, 31), 3, med_type="14")
    bench.spend(MOTHER, 8000, date(2019, 1, 1), 4)
    bench.spend(MOTHER, 16, UNTIL, 5, med_type="11")
    bench.spend(MOTHER, 500, UNTIL + timedelta(days=1), 6)
    bench.spend(FATHER, 30_000, date(2019, 2, 1), 7, stage="IN_HOSPITAL_NOTICE")


def test_sums_are_those_that_the_rules_reckon(bench: WarningBench) -> None:
    spend_two_winters(bench)
    found = {(one.window, one.person_id, one.care): one for one in told(bench, "HOUSEHOLD", HOUSEHOLD)}
    with snapshot(bench.expenses) as expenses, snapshot(bench.pipe.engine) as register:
        known = read_known(expenses, register, [FATHER])
    own = of_household(known.bills_of(known.members[HOUSEHOLD]), known.memberships, HOUSEHOLD)
    expected: dict[tuple[str, UUID | None, str | None], tuple[Decimal, Decimal, Decimal, int]] = {}
    for window, reckon in ((ROLLING_365, rolling), (CALENDAR_YEAR, calendar_year)):
        for who, some in ((None, own), *by_person(own).items()):
            for care in (None, *by_care(some, UNTIL)):
                sums = reckon([each for each in some if care in (None, each.care)], UNTIL)
                if sums.expenses:
                    key = window, who, care
                    expected[key] = sums.gross, sums.personal, sums.personal_in_scope, len(sums.expenses)
    yuan = {
        key: (Decimal(one.gross) / 100, Decimal(one.personal) / 100, Decimal(one.personal_in_scope) / 100, one.settlements)
        for key, one in found.items()
    }
    assert yuan == expected
    assert found[ROLLING_365, None, None].personal == 14_016_00
    assert found[CALENDAR_YEAR, None, None].personal == 8_016_00
    assert {care for _, _, care in found} == {None, "INPATIENT", "CHRONIC_OUTPATIENT", "OUTPATIENT"}


def test_of_a_person_in_no_household_only_his_own_counts(bench: WarningBench) -> None:
    bench.pipe.execute(opening())
    bench.spend(ALONE, 700, day(10), 1)
    bench.spend(FATHER, 900, day(10), 2)
    sums = told(bench, "PERSON", ALONE, day(12))
    assert {(one.person_id, one.personal) for one in sums} == {(None, 70_000), (ALONE, 70_000)}


def test_where_nothing_is_known_the_sums_are_nothing(bench: WarningBench) -> None:
    bench.pipe.execute(opening())
    assert [(one.window, one.settlements, one.gross) for one in told(bench, "HOUSEHOLD", HOUSEHOLD)] == [
        (ROLLING_365, 0, 0), (CALENDAR_YEAR, 0, 0),
    ]  # fmt: skip
