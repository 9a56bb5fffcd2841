"""`GET /v1/divisions/{code}/comparison-runs`: each comparison run, and how far what it found within a division is."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.division_path import BRIEF, brief, division_in_scope
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.json_schemas import count, record, rows
from projections.api.labels import LABELS, Labels
from projections.api.moment_parameters import CAMPAIGNS, MOMENT, MOMENT_TOLD, check_moment, moment_and_today, moment_told
from projections.api.parts import QueryParts
from projections.register.queries.campaigns import Campaign, Counted, Wanted, mismatch_counts, runs
from projections.register.queries.fields import DAY, ID, Document, day_text, id_text, or_null
from schemas.code_tables import table

ACTION: Final = "query.totals"
STATES, SECTORS, VERDICTS, OUTCOMES = "mismatch_state", "comparison_sector", "mismatch_verdict", "mismatch_outcome"
_BY: Final = {"by_state": (STATES, 1), "by_sector": (SECTORS, 2), "by_verdict": (VERDICTS, 3), "by_outcome": (OUTCOMES, 4)}
"""Figures: the code table, and the place of the code in what was counted."""


def _by(codes: str) -> Document:
    return record(f"By code table `{codes}`", **{code: count(code) for code in table(codes).codes})


RUN: Final = record(
    run_id=ID.schema,
    year={"type": "integer", "examples": [2018]},
    half={"type": "integer", "minimum": 1, "maximum": 2, "examples": [2]},
    window_from={**DAY.schema, "description": "The first day that the data are of"},
    window_to={**DAY.schema, "description": "The last one"},
    sectors={"type": "array", "items": {"type": "string"}, "examples": [["VEHICLE"]], "description": "Whose data were compared"},
    opened_on=DAY.schema,
    closed_on=or_null({**DAY.schema, "description": "null: it is open"}),
    found=count("Mismatches that were found", 214),
    overdue=count("Of these, those that wait for their verification beyond its day", 3),
    **{name: _by(codes) for name, (codes, _) in _BY.items()},
)
ANSWER: Final = record(
    division=BRIEF,
    **MOMENT_TOLD,
    today={**DAY.schema, "description": "The day by which something is overdue"},
    runs=rows(RUN, "The newest first"),
    labels=LABELS,
)


def get_division_comparison_runs(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        divisions = parts.divisions()
        division = division_in_scope(divisions, question, ACTION)
        with parts.reading() as connection:
            moment, today = moment_and_today(parts, connection, question.values, CAMPAIGNS)
            opened = runs(connection, moment)
            counted = mismatch_counts(connection, Wanted(division=division.code, today=today, moment=moment))
        labels = Labels(parts.code_tables(), divisions)
        for name, _ in _BY.values():
            for code in table(name).codes:
                labels.note_code(name, code)
        told = [_run(one, [row for row in counted if row[0] == one.campaign_id]) for one in opened]
        days = {**moment_told(moment), "today": day_text(today)}
        return json_answer({"division": brief(division), **days, "runs": told, "labels": labels.told})

    return Endpoint(
        path="/v1/divisions/{code}/comparison-runs",
        name="get_division_comparison_runs",
        tag="Campaigns",
        summary="Comparison runs of a division",
        description=(
            "Every comparison with the sectors' data, and how far its mismatches are that offices within the division have: the"
            " household's village as long as nobody was given it, then the township."
        ),
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=MOMENT,
        missing=("E-DIVISION-UNKNOWN",),
        problems=("E-AUTH-SCOPE", "E-DATE-FUTURE", "E-KNOWN-AT"),
        check=lambda values, faults: check_moment(parts, values, faults, CAMPAIGNS),
        view=view,
    )


def _run(run: Campaign, counted: Iterable[Counted]) -> Document:
    counted = list(counted)
    figures = {name: Counter[str]() for name in _BY}
    for row in counted:
        for name, (_, place) in _BY.items():
            figures[name][str(row[place])] += row[-1]
    return {
        "run_id": id_text(run.campaign_id),
        "year": run.year,
        "half": run.half,
        "window_from": None if run.window_from is None else day_text(run.window_from),
        "window_to": None if run.window_to is None else day_text(run.window_to),
        "sectors": list(run.sectors),
        "opened_on": day_text(run.opened_on),
        "closed_on": None if run.closed_on is None else day_text(run.closed_on),
        "found": sum(row[-1] for row in counted),
        "overdue": sum(row[-1] for row in counted if row[5]),
        **{name: {code: figures[name][code] for code in table(codes).codes} for name, (codes, _) in _BY.items()},
    }
