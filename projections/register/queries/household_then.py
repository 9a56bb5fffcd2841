"""One household at a moment on both clocks."""

from typing import Final

from sqlalchemy import Connection, select

from projections.register.queries.fields import Document, id_text
from projections.register.queries.moments import Moment, believed
from projections.register.queries.shapes import BELIEF_SHAPE
from projections.register.tables import HISTORY

_BELIEF: Final = select(*BELIEF_SHAPE.columns)


def household_then(connection: Connection, household_id: bytes, moment: Moment) -> Document | None:
    """What was believed of it; None where the register did not have it then, or knew nothing of it yet."""
    statement = _BELIEF.where(HISTORY.c.household_id == household_id, believed(moment))
    row = connection.execute(statement).one_or_none()
    return None if row is None else BELIEF_SHAPE.document(row)


def not_yet_there(household_id: bytes) -> Document:
    """A household at a moment at which the register did not have it."""
    nothing = {"division": None, "status": "NONE", "overlay": "NONE", "spell_no": None, "size": 0}
    return {"household_id": id_text(household_id), **nothing}
