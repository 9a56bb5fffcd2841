"""The settlements behind a case: where, when, what kind of care and how much. Not whose they are, nor what for."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from projections.days import DAY_US, SHANGHAI_US
from projections.expenses.queries.expenses import counts
from projections.expenses.settlements import REVERSED
from projections.expenses.tables import SETTLEMENT
from projections.register.queries.fields import DAY, FLAG, ID, TEXT, YUAN, Document, Field, Shape

_S = SETTLEMENT.c
SETTLEMENT_SHAPE: Final = Shape(
    [
        Field("expense_id", _S.expense_id, ID, "The settlement", always=True),
        Field("institution", _S.institution, TEXT, "The hospital, by its national code", always=True),
        Field("reversed", _S.kind == REVERSED, FLAG, "The hospital has taken it back: it counts no more", always=True),
        Field("care", _S.care, TEXT, "Kind of care", "care_kind"),
        Field("stage", _S.stage, TEXT, "A notice of a stay, or settled for good", "expense_stage"),
        Field("admitted_on", _S.admitted_on, DAY, "The first day"),
        Field("discharged_on", _S.discharged_on, DAY, "The last day; null: not discharged yet"),
        Field("settled_on", (_S.settled_at + SHANGHAI_US) // DAY_US, DAY, "The day in the province on which it was settled"),
        Field("total_fee", _S.total_fee, YUAN, "All of the cost"),
        Field("personal_pay", _S.personal_pay, YUAN, "What is left to the patient"),
        Field("personal_in_scope", _S.personal_in_scope, YUAN, "The part of it that the insurance's catalogue covers"),
    ]
)


def settlements_of(connection: Connection, expense_ids: Sequence[str]) -> list[Document]:
    """What counts of these settlements, the earliest first; those that are kept no more are left out."""
    ids = [UUID(one).bytes for one in expense_ids]
    statement = select(*SETTLEMENT_SHAPE.columns).where(_S.expense_id.in_(ids), counts())
    rows = connection.execute(statement.order_by(_S.discharged_on, _S.settled_at, _S.expense_id)).all()
    return [SETTLEMENT_SHAPE.document(row) for row in rows]
