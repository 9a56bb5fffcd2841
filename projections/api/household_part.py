"""Part of a household (its timeline, spells, measures): one gate, one validator and one form of answer for all of them."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Response

from projections.api.access import unknown_household, visible_version
from projections.api.answers import json_answer, unchanged, versioned
from projections.api.endpoint import Question
from projections.api.json_schemas import merged, record
from projections.api.labels import LABELS, Labels
from projections.api.parts import QueryParts
from projections.api.waiting import Waiting
from projections.register.queries.fields import ID, WHOLE
from projections.register.queries.prepared import Driver

T = TypeVar("T")
VERSION: Final = {**WHOLE.schema, "description": "The household's version"}
PROBLEMS: Final = ("E-HOUSEHOLD-UNKNOWN", "E-NOT-YET")


def part_schema(**properties: Any) -> dict[str, Any]:
    """The JSON schema of such an answer."""
    return merged(record(household_id=ID.schema, version=VERSION), record(**properties, labels=LABELS))


def answer_part(
    parts: QueryParts,
    waiting: Waiting,
    question: Question,
    read: Callable[[Driver, bytes], T],
    tell: Callable[[T, Labels], dict[str, Any]],
) -> Response:
    """Wait, look whether the actor may see the household and has it already; `read` what is asked, then `tell` it.

    Raises QueryRefused (E-HOUSEHOLD-UNKNOWN), NotYet, ViewUnavailable.
    """
    household_id = question.path["household_id"]
    waiting.for_household(parts, question)
    with parts.driver() as driver:
        version = visible_version(driver, question.actor, household_id.bytes)
        if version is None:
            raise unknown_household()
        if (response := unchanged(question.http, version)) is not None:
            return response
        found = read(driver, household_id.bytes)
    labels = Labels(parts.code_tables(), parts.divisions())
    told = tell(found, labels)
    return versioned(json_answer({"household_id": str(household_id), "version": version, **told, "labels": labels.told}), version)
