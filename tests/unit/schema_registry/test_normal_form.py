"""Which texts are one schema, and which are not."""

import copy
import json
from typing import Any

import pytest

from projections.schema_registry.normal_form import NoSchema, normal_form
from schemas.catalogue import registry_catalogue
from schemas.envelope import without_docs

CHANGED = registry_catalogue().latest("public.household_changed").definition
FORM = normal_form(CHANGED)


def altered(number: int, **field: Any) -> dict[str, Any]:
    """The schema with one field changed."""
    definition = copy.deepcopy(CHANGED)
    definition["fields"][number].update(field)
    return definition


def number_of(name: str) -> int:
    return [field["name"] for field in CHANGED["fields"]].index(name)


def test_every_schema_of_ours_has_a_form_of_its_own() -> None:
    schemas = registry_catalogue().list()
    assert len({normal_form(schema.definition) for schema in schemas}) == len(schemas)


@pytest.mark.parametrize(
    "same",
    [
        json.loads(json.dumps(CHANGED, sort_keys=True)),
        without_docs(CHANGED),
        {**{key: value for key, value in CHANGED.items() if key != "namespace"}, "name": "registry.public.v1.HouseholdChanged"},
        altered(number_of("kind"), type={"type": "string", "avro.java.string": "String"}),
        altered(number_of("household_id"), type="registry.public.v1.Id"),
        altered(number_of("kind"), order="ascending"),
    ],
    ids=["keys in another order", "without documentation", "full name in one", "as Java's classes have it", "full name", "order"],
)
def test_layout_and_documentation_make_no_difference(same: dict[str, Any]) -> None:
    assert normal_form(same) == FORM


@pytest.mark.parametrize(
    "other",
    [
        {**CHANGED, "name": "HouseholdChange"},
        {**CHANGED, "namespace": "registry.public.v2"},
        {**CHANGED, "fields": CHANGED["fields"][:-1]},
        {**CHANGED, "fields": [*CHANGED["fields"][:-2], *reversed(CHANGED["fields"][-2:])]},
        {**CHANGED, "aliases": ["Changed"]},
        altered(number_of("spell_no"), type="long"),
        altered(number_of("spell_no"), default=0),
        altered(number_of("effective_on"), type="int"),
        altered(number_of("recorded_at"), type={"type": "long", "logicalType": "timestamp-millis"}),
    ],
    ids=["name", "namespace", "field gone", "order of fields", "alias", "type", "default", "no logical type", "logical type"],
)
def test_what_is_written_or_read_otherwise_is_another_schema(other: dict[str, Any]) -> None:
    assert normal_form(other) != FORM


def deep(levels: int) -> Any:
    definition: Any = "string"
    for _ in range(levels):
        definition = {"type": "array", "items": definition}
    return definition


@pytest.mark.parametrize(
    "nonsense", [None, 3, {}, {"type": "record"}, ["null", "null", "Nobody"], {"type": "recrod"}, deep(5000)]
)
def test_what_is_no_schema_is_told(nonsense: Any) -> None:
    with pytest.raises(NoSchema):
        normal_form(nonsense)
