"""The ledger of one village (item 23): every household that lives in it, on the register or not, with its ledger entry."""

from typing import Any, Final

from sqlalchemy import Connection, select

from projections.register.codes import NO_STATUS, STATUS_NUMBERS
from projections.register.queries.fields import Document, Shape
from projections.register.queries.shapes import HOUSEHOLD_SHAPE, LEDGER_SHAPE
from projections.register.tables import HOUSEHOLD, LEDGER_ENTRY

_OWN: Final = ("household_id", "status", "overlay", "size", "head_id", "spell_no", "main_cause", "helper_id", "last_visit_on")
LINE_SHAPE: Final = Shape([field for field in HOUSEHOLD_SHAPE.fields if field.name in _OWN])

_CLOSED: Final = STATUS_NUMBERS["CLOSED"]
_LINES: Final = select(*LINE_SHAPE.columns, *LEDGER_SHAPE.columns).select_from(
    HOUSEHOLD.outerjoin(LEDGER_ENTRY, LEDGER_ENTRY.c.household_id == HOUSEHOLD.c.household_id)
)


def village_ledger(connection: Connection, village: str) -> list[Document]:
    """The village's lines in order of household id; households that are closed have left it."""
    here = _LINES.where(HOUSEHOLD.c.division == int(village), HOUSEHOLD.c.status.not_in((NO_STATUS, _CLOSED)))
    return [_line(tuple(row)) for row in connection.execute(here.order_by(HOUSEHOLD.c.household_id))]


def _line(row: tuple[Any, ...]) -> Document:
    entry = row[len(LINE_SHAPE.fields) :]
    # A household of the opening balance was never entered by itself.
    entered = entry[0] is not None
    return {**LINE_SHAPE.document(row), "ledger_entry": LEDGER_SHAPE.document(entry) if entered else None}
