"""`GET /v1/households/{household_id}/spells`: every poverty spell, with how it began, when, how and why it ended."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.api.access import HOUSEHOLD
from projections.api.endpoint import JSON, Endpoint
from projections.api.household_part import PROBLEMS, answer_part, part_schema
from projections.api.json_schemas import rows
from projections.api.labels import Labels
from projections.api.parts import QueryParts
from projections.api.waiting import MIN_VERSION, Waiting
from projections.register.queries.fields import Document
from projections.register.queries.household_now import spells_of
from projections.register.queries.shapes import SPELL_END_REASONS, SPELL_SHAPE


def get_household_spells(parts: QueryParts, waiting: Waiting) -> Endpoint:
    """The endpoint."""

    def tell(spells: list[Document], labels: Labels) -> Document:
        note_spells(labels, spells)
        return {"spells": spells}

    return Endpoint(
        path="/v1/households/{household_id}/spells",
        name="get_household_spells",
        tag="Households",
        summary="Poverty spells of a household",
        description="In the order in which they began. A spell whose relapse was revoked stays, and says that it does not count.",
        action=HOUSEHOLD,
        answers={JSON: part_schema(spells=rows(SPELL_SHAPE.schema))},
        parameters=MIN_VERSION,
        problems=PROBLEMS,
        versioned=True,
        view=lambda question: answer_part(parts, waiting, question, spells_of, tell),
    )


def note_spells(labels: Labels, spells: Iterable[Mapping[str, Any]]) -> None:
    """The words of some spells; which table a reason is from, how the spell ended says."""
    for spell in spells:
        labels.note(SPELL_SHAPE, spell)
        table = SPELL_END_REASONS.get(spell["end_kind"] or "")
        if table is not None and spell["end_reason"] is not None:
            labels.note_code(table, spell["end_reason"])
