"""`GET /v1/divisions/{code}/balance`: opening, flows and closing of a week or a month, for households and persons."""

import re
from typing import Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.division_path import BRIEF, brief, division_in_scope
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.errors import refuse
from projections.api.json_schemas import count, record, rows, words
from projections.api.labels import LABELS, Labels
from projections.api.parameters import Parameter, ParameterWrong
from projections.api.parts import QueryParts
from projections.register.codes import STOCKS
from projections.register.queries.balance import Amount, StockBalance, balance, find_period
from projections.register.queries.fields import FLAG, INSTANT, Document, instant_text
from schemas.code_tables import table

ACTION: Final = "query.totals"
PERIOD: Final = re.compile(r"\d{4}-(W\d\d|\d\d)")
STOCK_WORDS: Final = [stock for stock in STOCKS if stock]
KINDS: Final = table("period_kind").codes

_SIGNED: Final = {"type": "integer", "examples": [3]}
_AMOUNT: Final = record(households=count("Households", 120), persons=count("Persons in them", 466))
_FLOW: Final = record(
    kind=words("Code table `flow_kind`", "NEW"),
    households={**_SIGNED, "description": "What came in; negative: went out"},
    persons=_SIGNED,
)
ANSWER: Final = record(
    division=BRIEF,
    period=record(
        kind={"type": "string", "enum": list(KINDS), "examples": ["WEEK"]},
        period=words("Which", "2019-W13"),
        cut_off={**INSTANT.schema, "description": "When it ended"},
    ),
    stocks=rows(
        record(
            stock={"type": "string", "enum": STOCK_WORDS, "description": "Code table `register_stock`", "examples": ["H1"]},
            opening=_AMOUNT,
            flows=rows(_FLOW),
            closing=_AMOUNT,
            holds={**FLAG.schema, "description": "Closing is opening plus flows", "examples": [True]},
        )
    ),
    labels=LABELS,
)


def _read_period(text: str) -> str:
    if not PERIOD.fullmatch(text):
        raise ParameterWrong("E-PERIOD-UNKNOWN")
    return text


def get_division_balance(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        division = division_in_scope(parts.divisions(), question, ACTION)
        with parts.reading() as connection:
            period = find_period(connection, question.values["period"])
            if period is None:
                refuse("E-PERIOD-UNKNOWN", at="period")
            stocks = balance(connection, division.code, period)
        labels = Labels(parts.code_tables(), parts.divisions())
        labels.note_code("period_kind", period.kind)
        told = [_stock(stock, labels) for stock in stocks]
        of = {"kind": period.kind, "period": period.name, "cut_off": instant_text(period.cut_off)}
        return json_answer({"division": brief(division), "period": of, "stocks": told, "labels": labels.told})

    return Endpoint(
        path="/v1/divisions/{code}/balance",
        name="get_division_balance",
        tag="Divisions",
        summary="Balance of a division",
        description=(
            "Closing = opening + what came in - what went out, for the households not yet exited (H1), those who keep their"
            " policies and those who have left for good. Stocks are counted at the cuts and flows from the events: `holds` says"
            " whether they agree. Moves within the division are no flows of it."
        ),
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=(
            Parameter(
                name="period",
                read=_read_period,
                schema={"type": "string", "pattern": f"^{PERIOD.pattern}$"},
                means="A week (2018-W37) or a month (2018-09) that has ended; the last week unless given",
                example="2019-03",
            ),
        ),
        missing=("E-DIVISION-UNKNOWN",),
        problems=("E-AUTH-SCOPE", "E-PERIOD-UNKNOWN"),
        view=view,
    )


def _stock(of: StockBalance, labels: Labels) -> Document:
    labels.note_code("register_stock", of.stock)
    for kind in of.flows:
        labels.note_code("flow_kind", kind)
    flows = [{"kind": kind, **_amount(amount)} for kind, amount in of.flows.items()]
    return {"stock": of.stock, "opening": _amount(of.opening), "flows": flows, "closing": _amount(of.closing), "holds": of.holds}


def _amount(amount: Amount) -> Document:
    households, persons = amount
    return {"households": households, "persons": persons}
