"""Households from their rows, many at once."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from projections.database import FOREVER
from projections.register.state import Household, LedgerEntry, Measure, Member, Rectangle, Spell
from projections.register.tables import HISTORY, HOUSEHOLD, LEDGER_ENTRY, MEASURE, MEMBER, SPELL

_AT_ONCE: Final = 500
_OWN: Final = [c for c in HOUSEHOLD.columns if c.name in Household.__dataclass_fields__]


def load_households(connection: Connection, household_ids: Sequence[bytes]) -> dict[bytes, Household]:
    """Those of the households that have rows."""
    found: dict[bytes, Household] = {}
    for start in range(0, len(household_ids), _AT_ONCE):
        ids = household_ids[start : start + _AT_ONCE]
        loaded = {row[0]: Household(**row._mapping) for row in _rows(connection, HOUSEHOLD, ids, _OWN)}
        if loaded:
            _add_parts(connection, loaded)
            found |= loaded
    return found


def _add_parts(connection: Connection, households: dict[bytes, Household]) -> None:
    ids = list(households)
    for row in _rows(connection, MEMBER, ids):
        households[row[0]].members[row[1]] = Member(*row[2:])
    for row in _rows(connection, MEASURE, ids):
        households[row[0]].measures[row[1]] = Measure(*row[2:])
    for row in sorted(_rows(connection, SPELL, ids), key=lambda row: row[1]):
        households[row[0]].spells.append(Spell(*row[2:]))
    for row in _rows(connection, LEDGER_ENTRY, ids):
        households[row[0]].ledger = LedgerEntry(*row[1:])
    for household_id, rectangle in _beliefs(connection, ids):
        households[household_id].beliefs.append(rectangle)


def _rows(connection: Connection, table: Table, ids: Sequence[bytes], columns: Sequence[Any] = ()) -> list[Any]:
    return list(connection.execute(select(*(columns or table.columns)).where(table.c.household_id.in_(ids))))


def _beliefs(connection: Connection, ids: Sequence[bytes]) -> Iterator[tuple[bytes, Rectangle]]:
    h = HISTORY.c
    columns = (h.household_id, h.effective_from, h.known_from, h.effective_to)
    shape = (h.status, h.overlay, h.spell_no, h.division, h.size)
    believed = select(*columns, *shape).where(h.household_id.in_(ids), h.known_to == FOREVER)
    for household_id, effective_from, known_from, effective_to, *values in connection.execute(
        believed.order_by(h.effective_from)
    ):
        status, overlay, spell_no, division, size = values
        yield (
            household_id,
            Rectangle(effective_from, known_from, (status, overlay, spell_no, division, size), effective_to, stored=True),
        )
