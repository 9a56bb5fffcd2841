"""`GET /v1/households/{household_id}`: one household, now or at a moment on both clocks."""

from typing import Final

from flask import Response
from sqlalchemy import Connection

from projections.api.access import HOUSEHOLD, may_see, unknown_household, visible_version
from projections.api.answers import json_answer, unchanged, versioned
from projections.api.endpoint import JSON, Endpoint, Question
from projections.api.get_household_spells import note_spells
from projections.api.json_schemas import merged, record, rows, words
from projections.api.labels import LABELS, Labels, place_path
from projections.api.moment_parameters import MOMENT, MOMENT_TOLD, check_moment, is_now, moment_of, moment_told
from projections.api.parts import QueryParts
from projections.api.waiting import MIN_VERSION, Waiting
from projections.register.queries.fields import DIVISION, or_null
from projections.register.queries.household_now import belongings, household_now
from projections.register.queries.household_then import household_then, not_yet_there
from projections.register.queries.prepared import Driver, driver_of
from projections.register.queries.shapes import (
    BELIEF_SHAPE,
    HOUSEHOLD_SHAPE,
    LEDGER_SHAPE,
    MEASURE_SHAPE,
    MEMBER_SHAPE,
    SPELL_SHAPE,
)
from schemas.code_tables import table

PLACE: Final = rows(
    record(
        code=DIVISION.schema,
        level=or_null({"type": "string", "enum": list(table("division_level").codes), "examples": ["VILLAGE"]}),
        zh=words("Chinese name", "临高县"),
        en=words("English name, or the Chinese one where there is none", "Lingao"),
    ),
    "From the province down to the village",
)
NOW: Final = merged(
    HOUSEHOLD_SHAPE.schema,
    record(
        place=PLACE,
        members=rows(MEMBER_SHAPE.schema),
        former_members=rows(MEMBER_SHAPE.schema),
        spells=rows(SPELL_SHAPE.schema),
        measures=rows(MEASURE_SHAPE.schema),
        ledger_entry=or_null(LEDGER_SHAPE.schema),
        labels=LABELS,
    ),
)
THEN: Final = merged(BELIEF_SHAPE.schema, record(division=or_null(DIVISION.schema), **MOMENT_TOLD, place=PLACE, labels=LABELS))
ANSWER: Final = {"anyOf": [{**NOW, "title": "Now"}, {**THEN, "title": "At a moment"}]}


def get_household(parts: QueryParts, waiting: Waiting) -> Endpoint:
    """The endpoint."""

    def view(question: Question) -> Response:
        waiting.for_household(parts, question)
        if is_now(question.values):
            with parts.driver() as driver:
                return _now(parts, driver, question)
        with parts.reading() as connection:
            return _then(parts, connection, question)

    return Endpoint(
        path="/v1/households/{household_id}",
        name="get_household",
        tag="Households",
        summary="One household",
        description=(
            "Everything that is known of a household now: statuses, members, spells, measures. With `as_of` or `known_at`: what"
            " was believed of it at that moment; status NONE where the register did not have it."
        ),
        action=HOUSEHOLD,
        answers={JSON: ANSWER},
        parameters=(*MOMENT, *MIN_VERSION),
        problems=("E-HOUSEHOLD-UNKNOWN", "E-DATE-FUTURE", "E-KNOWN-AT", "E-NOT-YET"),
        check=lambda values, faults: check_moment(parts, values, faults),
        versioned=True,
        view=view,
    )


def _now(parts: QueryParts, driver: Driver, question: Question) -> Response:
    household_id: bytes = question.path["household_id"].bytes
    household = household_now(driver, household_id)
    if household is None or not may_see(question.actor, household["division"]):
        raise unknown_household()
    if (response := unchanged(question.http, household["version"])) is not None:
        return response
    document = {**household, **belongings(driver, household_id)}
    divisions = parts.divisions()
    labels = Labels(parts.code_tables(), divisions)
    labels.note(HOUSEHOLD_SHAPE, household)
    labels.note_all(MEMBER_SHAPE, document["members"])
    labels.note_all(MEMBER_SHAPE, document["former_members"])
    labels.note_all(MEASURE_SHAPE, document["measures"])
    note_spells(labels, document["spells"])
    if document["ledger_entry"] is not None:
        labels.note(LEDGER_SHAPE, document["ledger_entry"])
    document["place"] = place_path(divisions, household["division"])
    return versioned(json_answer({**document, "labels": labels.told}), household["version"])


def _then(parts: QueryParts, connection: Connection, question: Question) -> Response:
    """Shown to whoever may see where the household is now, or where it was then, as a list of that moment would show it."""
    moment = moment_of(connection, question.values)
    household_id: bytes = question.path["household_id"].bytes
    believed = household_then(connection, household_id, moment)
    now_visible = visible_version(driver_of(connection), question.actor, household_id) is not None
    then_visible = believed is not None and may_see(question.actor, believed["division"])
    if not now_visible and not then_visible:
        raise unknown_household()
    document = believed or not_yet_there(household_id)
    divisions = parts.divisions()
    labels = Labels(parts.code_tables(), divisions)
    labels.note(BELIEF_SHAPE, document)
    place = [] if document["division"] is None else place_path(divisions, document["division"])
    return json_answer({**document, **moment_told(moment), "place": place, "labels": labels.told})
