"""Households from their rows, many at once."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Connection, Table

from projections.bulk import select_rows
from projections.database import FOREVER
from projections.register.state import Household, LedgerEntry, Measure, Member, Rectangle, Spell
from projections.register.tables import HISTORY, HOUSEHOLD, LEDGER_ENTRY, MEASURE, MEMBER, SPELL

_OWN: Final = [HOUSEHOLD.c[field.name] for field in fields(Household) if field.name in HOUSEHOLD.c]
_H: Final = HISTORY.c
_BELIEF: Final = (_H.household_id, _H.effective_from, _H.known_from, _H.effective_to, _H.known_to)
_SHAPE: Final = (_H.status, _H.overlay, _H.spell_no, _H.division, _H.size)


def load_households(connection: Connection, household_ids: Sequence[bytes]) -> dict[bytes, Household]:
    """Those of the households that have rows."""
    loaded = {row[0]: Household(*row) for row in select_rows(connection, _OWN, HOUSEHOLD.c.household_id, household_ids)}
    if not loaded:
        return loaded
    ids = list(loaded)
    for household_id, person_id, *values in _rows_of(connection, MEMBER, ids):
        loaded[household_id].members[person_id] = Member(*values)
    for household_id, measure_id, *values in _rows_of(connection, MEASURE, ids):
        loaded[household_id].measures[measure_id] = Measure(*values)
    for household_id, _, *values, voided in sorted(_rows_of(connection, SPELL, ids)):
        spell = Spell(*values)
        spell.voided = bool(voided)
        loaded[household_id].spells.append(spell)
    for household_id, *values in _rows_of(connection, LEDGER_ENTRY, ids):
        loaded[household_id].ledger = LedgerEntry(*values)
    # In order of the first day; a household's beliefs that have ended are few, and read too.
    for household_id, effective_from, known_from, effective_to, known_to, *shape in sorted(_beliefs(connection, ids)):
        status, overlay, spell_no, division, size = shape
        belief = Rectangle(effective_from, known_from, (status, overlay, spell_no, division, size), effective_to, known_to, True)
        loaded[household_id].beliefs.append(belief)
    return loaded


def _rows_of(connection: Connection, table: Table, ids: Sequence[bytes]) -> list[Any]:
    return list(select_rows(connection, list(table.columns), table.c.household_id, ids))


def _beliefs(connection: Connection, ids: Sequence[bytes]) -> list[Any]:
    """What is believed now of these households."""
    rows = select_rows(connection, (*_BELIEF, *_SHAPE), _H.household_id, ids)
    return [row for row in rows if row[4] == FOREVER]
