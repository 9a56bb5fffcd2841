"""`GET /v1/digests`: the weeks that are closed, the newest first, and the supervision teams that have counties."""

from typing import Final

from flask import Response

from projections.api.answers import json_answer
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.json_schemas import record, rows
from projections.api.parameters import whole
from projections.api.parts import QueryParts
from projections.days import date_of
from projections.register.queries.fields import DAY, Document
from projections.weekly.assignments import assigned_teams
from projections.weekly.reading import closed_weeks
from projections.weekly.window import week

ACTION: Final = "query.totals"
WEEKS, WEEKS_MAX = 60, 600
WEEK: Final = {"type": "string", "pattern": r"^\d{4}-W\d{2}$", "examples": ["2019-W10"]}
ANSWER: Final = record(
    weeks=rows(record(week=WEEK, first_day=DAY.schema, last_day=DAY.schema), "Those that are closed, the newest first"),
    teams={
        "type": "array",
        "items": {"type": "integer"},
        "examples": [[1, 2, 3]],
        "description": "The supervision teams that ever had a county",
    },
)


def get_digests(parts: QueryParts) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        with parts.reading() as connection:
            labels, teams = closed_weeks(connection, question.values["limit"]), assigned_teams(connection)
        return json_answer({"weeks": [_week(label) for label in labels], "teams": list(teams)})

    return Endpoint(
        path="/v1/digests",
        name="get_digests",
        tag="Digests",
        summary="Weeks that have a digest",
        description="A week is from Monday 00:00 until the next one in the province, by when the register learnt of things.",
        action=ACTION,
        answers={JSON: ANSWER},
        parameters=(whole("limit", "How many weeks at most", 1, WEEKS_MAX, default=WEEKS, example=WEEKS),),
        view=view,
    )


def _week(label: str) -> Document:
    monday = week(label).monday
    return {"week": label, "first_day": date_of(monday).isoformat(), "last_day": date_of(monday + 6).isoformat()}
