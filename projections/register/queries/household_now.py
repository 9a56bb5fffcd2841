"""One household as it is now: itself, who belongs to it, its spells and its measures."""

from typing import Final

from sqlalchemy import bindparam, select

from projections.database import ID as ID_TYPE
from projections.register.queries.fields import Document
from projections.register.queries.prepared import Driver, Prepared
from projections.register.queries.shapes import HOUSEHOLD_SHAPE, LEDGER_SHAPE, MEASURE_SHAPE, MEMBER_SHAPE, SPELL_SHAPE
from projections.register.tables import HOUSEHOLD, LEDGER_ENTRY, MEASURE, MEMBER, SPELL

_WANTED: Final = bindparam("household_id", type_=ID_TYPE)

_HOUSEHOLD: Final = Prepared(select(*HOUSEHOLD_SHAPE.columns).where(HOUSEHOLD.c.household_id == _WANTED))
_MEMBERS: Final = Prepared(
    select(*MEMBER_SHAPE.columns)
    # Of some persons only facts are known: they never were members, or not yet.
    .where(MEMBER.c.household_id == _WANTED, MEMBER.c.joined_on.is_not(None))
    .order_by(MEMBER.c.joined_on, MEMBER.c.person_id)
)
_SPELLS: Final = Prepared(select(*SPELL_SHAPE.columns).where(SPELL.c.household_id == _WANTED).order_by(SPELL.c.ordinal))
_MEASURES: Final = Prepared(
    select(*MEASURE_SHAPE.columns)
    .where(MEASURE.c.household_id == _WANTED, MEASURE.c.starts_on.is_not(None))
    .order_by(MEASURE.c.starts_on, MEASURE.c.measure_id)
)
_LEDGER: Final = Prepared(select(*LEDGER_SHAPE.columns).where(LEDGER_ENTRY.c.household_id == _WANTED))
_STATE: Final = Prepared(select(HOUSEHOLD.c.version, HOUSEHOLD.c.division).where(HOUSEHOLD.c.household_id == _WANTED))


def state_of(driver: Driver, household_id: bytes) -> tuple[int, int] | None:
    """Version and division (as a number), which is all that authorisation and waiting ask; None where there is no household."""
    row = _STATE.row(driver, household_id=household_id)
    return None if row is None else (row[0], row[1])


def household_now(driver: Driver, household_id: bytes) -> Document | None:
    """The household's own facts; None where there is no such household."""
    row = _HOUSEHOLD.row(driver, household_id=household_id)
    return None if row is None else HOUSEHOLD_SHAPE.document(row)


def belongings(driver: Driver, household_id: bytes) -> Document:
    """Members and former members, spells, measures, and the household's entry in the village ledger."""
    people = [MEMBER_SHAPE.document(row) for row in _MEMBERS.rows(driver, household_id=household_id)]
    entry = _LEDGER.row(driver, household_id=household_id)
    return {
        "members": [person for person in people if person["left_on"] is None],
        "former_members": [person for person in people if person["left_on"] is not None],
        "spells": spells_of(driver, household_id),
        "measures": measures_of(driver, household_id),
        "ledger_entry": None if entry is None else LEDGER_SHAPE.document(entry),
    }


def spells_of(driver: Driver, household_id: bytes) -> list[Document]:
    """Every poverty spell, voided ones too, in the order in which they began."""
    return [SPELL_SHAPE.document(row) for row in _SPELLS.rows(driver, household_id=household_id)]


def measures_of(driver: Driver, household_id: bytes) -> list[Document]:
    """Every assistance measure, by the day from which it runs."""
    return [MEASURE_SHAPE.document(row) for row in _MEASURES.rows(driver, household_id=household_id)]
