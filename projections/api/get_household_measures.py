"""`GET /v1/households/{household_id}/measures`: every assistance measure, running or not."""

from typing import Final

from flask import Response

from projections.api.access import HOUSEHOLD
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.household_part import PROBLEMS, answer_part, part_schema
from projections.api.json_schemas import rows
from projections.api.labels import Labels
from projections.api.parameters import codes
from projections.api.parts import QueryParts
from projections.api.waiting import MIN_VERSION, Waiting
from projections.register.queries.fields import Document
from projections.register.queries.household_now import measures_of
from projections.register.queries.shapes import MEASURE_SHAPE

STATE: Final = codes("state", "Only those that run, were completed or were stopped", "measure_state", example="LIVE")


def get_household_measures(parts: QueryParts, waiting: Waiting) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        states = question.values["state"]

        def tell(measures: list[Document], labels: Labels) -> Document:
            shown = [measure for measure in measures if not states or measure["state"] in states]
            labels.note_all(MEASURE_SHAPE, shown)
            return {"measures": shown}

        return answer_part(parts, waiting, question, measures_of, tell)

    return Endpoint(
        path="/v1/households/{household_id}/measures",
        name="get_household_measures",
        tag="Households",
        summary="Assistance measures of a household",
        description="By the day from which they run.",
        action=HOUSEHOLD,
        answers={JSON: part_schema(measures=rows(MEASURE_SHAPE.schema))},
        parameters=(STATE, *MIN_VERSION),
        problems=PROBLEMS,
        versioned=True,
        view=view,
    )
