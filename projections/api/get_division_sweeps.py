"""`GET /v1/divisions/{code}/sweeps`: each annual sweep, and how far it is within a division, by group and result."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.division_path import BRIEF, brief, division_in_scope
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.json_schemas import count, record, rows
from projections.api.labels import LABELS, Labels
from projections.api.moment_parameters import CAMPAIGNS, MOMENT, MOMENT_TOLD, check_moment, moment_and_today, moment_told
from projections.api.parts import QueryParts
from projections.register.queries.campaigns import Campaign, Swept, sweep_counts, sweeps
from projections.register.queries.fields import DAY, ID, Document, day_text, id_text, or_null
from schemas.code_tables import table

ACTION: Final = "query.totals"
GROUPS, RESULTS = "sweep_group", "sweep_result"
PROGRESS: Final = record(listed=count("Households to be looked at", 1_240), checked=count("Of these, looked at", 1_105))
SWEEP: Final = record(
    sweep_id=ID.schema,
    year={"type": "integer", "examples": [2018]},
    opened_on=DAY.schema,
    closed_on=or_null({**DAY.schema, "description": "null: it is open"}),
    **PROGRESS["properties"],
    by_result=record("By code table `sweep_result`", **{code: count(code) for code in table(RESULTS).codes}),
    by_group=record("By code table `sweep_group`; a household may be of several", **dict.fromkeys(table(GROUPS).codes, PROGRESS)),
)
ANSWER: Final = record(division=BRIEF, **MOMENT_TOLD, sweeps=rows(SWEEP, "The newest first"), labels=LABELS)


def get_division_sweeps(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        divisions = parts.divisions()
        division = division_in_scope(divisions, question, ACTION)
        with parts.reading() as connection:
            moment, _ = moment_and_today(parts, connection, question.values, CAMPAIGNS)
            opened = sweeps(connection, moment)
            counted = sweep_counts(connection, division.code, moment)
        labels = Labels(parts.code_tables(), divisions)
        for name in (GROUPS, RESULTS):
            for code in table(name).codes:
                labels.note_code(name, code)
        told = [_sweep(one, [row for row in counted if row[0] == one.campaign_id]) for one in opened]
        return json_answer({"division": brief(division), **moment_told(moment), "sweeps": told, "labels": labels.told})

    return Endpoint(
        path="/v1/divisions/{code}/sweeps",
        name="get_division_sweeps",
        tag="Campaigns",
        summary="Annual sweeps of a division",
        description=(
            "Every annual sweep, and of the households listed within the division how many were looked at and what came of it:"
            " the last result of each. Whoever qualifies is admitted by the usual steps; the sweep itself changes no status."
        ),
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=MOMENT,
        missing=("E-DIVISION-UNKNOWN",),
        problems=("E-AUTH-SCOPE", "E-DATE-FUTURE", "E-KNOWN-AT"),
        check=lambda values, faults: check_moment(parts, values, faults, CAMPAIGNS),
        view=view,
    )


def _sweep(sweep: Campaign, counted: Sequence[Swept]) -> Document:
    results = Counter[str]()
    for _, _, result, number in counted:
        results[result] += number
    return {
        "sweep_id": id_text(sweep.campaign_id),
        "year": sweep.year,
        "opened_on": day_text(sweep.opened_on),
        "closed_on": None if sweep.closed_on is None else day_text(sweep.closed_on),
        **_progress(counted),
        "by_result": {code: results[code] for code in table(RESULTS).codes},
        "by_group": {code: _progress([row for row in counted if code in row[1]]) for code in table(GROUPS).codes},
    }


def _progress(counted: Iterable[Swept]) -> Document:
    counted = list(counted)
    return {
        "listed": sum(number for *_, number in counted),
        "checked": sum(number for _, _, result, number in counted if result),
    }
