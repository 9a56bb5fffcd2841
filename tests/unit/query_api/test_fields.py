"""Values of the tables as they are told, and the schemas that describe them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator

from projections.api.json_schemas import example_of, merged, record, rows, words
from projections.register.queries.event_telling import told
from projections.register.queries.fields import (
    CODES,
    DAY,
    INSTANT,
    STATUS,
    TEXT,
    Shape,
    day_number,
    day_text,
    id_text,
    instant_text,
    micros,
    yuan_text,
)
from projections.register.queries.places import bounds, digits_below, gathered_code
from projections.register.queries.shapes import (
    BELIEF_SHAPE,
    HOUSEHOLD_SHAPE,
    LEDGER_SHAPE,
    MEASURE_SHAPE,
    MEMBER_SHAPE,
    SPELL_END_REASONS,
    SPELL_SHAPE,
)
from projections.register.queries.timeline import ENTRY_SHAPE
from schemas.code_tables import shipped
from schemas.division_codes import covers
from schemas.divisions import hainan

SHAPES = (BELIEF_SHAPE, ENTRY_SHAPE, HOUSEHOLD_SHAPE, LEDGER_SHAPE, MEASURE_SHAPE, MEMBER_SHAPE, SPELL_SHAPE)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_days_are_told_in_iso(day: date) -> None:
    assert day_text(day_number(day)) == day.isoformat()


@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_instants_are_told_to_the_microsecond(instant: datetime) -> None:
    text = instant_text(micros(instant))
    assert datetime.fromisoformat(text) == instant
    assert len(text) == len("2019-04-02T01:30:00.000000Z")


@given(st.integers(-(10**12), 10**12))
def test_amounts_are_told_exactly(fen: int) -> None:
    text = yuan_text(fen)
    assert Decimal(text) == Decimal(fen) / 100
    assert text.rpartition(".")[2].isdigit()
    assert len(text.rpartition(".")[2]) == 2


@given(st.uuids())
def test_ids_are_told_as_uuids(key: UUID) -> None:
    assert id_text(key.bytes) == str(key)


@pytest.mark.parametrize("division", [division.code for division in hainan()][::7])
def test_the_numbers_of_a_division_are_those_that_it_covers(division: str) -> None:
    first, beyond = bounds(division)
    assert covers(division, f"{first:012}")
    assert covers(division, f"{beyond - 1:012}")
    assert not covers(division, f"{beyond:012}")
    assert not covers(division, f"{first - 1:012}")


def test_children_are_told_apart_by_their_first_digits() -> None:
    for division in hainan():
        digits = digits_below(division.code)
        for child in hainan().children(division.code):
            assert gathered_code(int(child.code[:digits]), digits) == child.code


@pytest.mark.parametrize("shape", SHAPES)
def test_every_coded_field_has_a_table(shape: Shape) -> None:
    assert shape.coded
    assert {table for _, table in shape.coded} <= set(shipped().names)
    assert set(SPELL_END_REASONS.values()) <= set(shipped().names)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_example_of_a_shape_fits_its_schema(shape: Shape) -> None:
    assert not list(OAS31Validator(shape.schema).iter_errors(example_of(shape.schema)))


def test_a_row_becomes_a_document() -> None:
    row = (bytes(15) + b"\x07", 469024100201, 4, 2, 0, 3)
    assert BELIEF_SHAPE.document(row) == {
        "household_id": "00000000-0000-0000-0000-000000000007",
        "division": "469024100201",
        "status": "REGISTERED",
        "overlay": "ACTIVE",
        "spell_no": 0,
        "size": 3,
    }


def test_what_is_not_there_is_null_and_several_codes_are_a_list() -> None:
    by_name = {field.name: field for field in HOUSEHOLD_SHAPE.fields}
    assert by_name["helper_id"].kind is TEXT
    assert by_name["risks"].kind is CODES
    assert CODES.show is not None
    assert CODES.show("") == []
    assert CODES.show("A,B") == ["A", "B"]
    assert {"null", "string"} == set(by_name["helper_id"].schema["type"])
    assert by_name["status"].kind is STATUS
    assert None not in by_name["status"].schema["enum"]


def test_a_decoded_event_is_told_in_the_terms_of_json() -> None:
    key = UUID(int=7)
    body = {
        "id": key,
        "on": date(2019, 3, 31),
        "at": datetime(2019, 3, 31, 1, tzinfo=UTC),
        "amount": Decimal("12.50"),
        "hash": b"\xcd" * 32,
        "flag": True,
        "none": None,
        "list": [{"count": 3}],
    }
    assert told(body) == {
        "id": str(key),
        "on": "2019-03-31",
        "at": "2019-03-31T01:00:00.000000Z",
        "amount": "12.50",
        "hash": "cd" * 32,
        "flag": True,
        "none": None,
        "list": [{"count": 3}],
    }


def test_examples_are_made_of_the_examples_of_their_leaves() -> None:
    schema = merged(
        record(code=words("A code", "X")), record("More", days=rows(DAY.schema), at=INSTANT.schema, any={"type": "null"})
    )
    assert example_of(schema) == {
        "code": "X",
        "days": ["2019-03-31"],
        "at": "2019-04-02T01:30:00.000000Z",
        "any": None,
    }
    assert not list(OAS31Validator(schema).iter_errors(example_of(schema)))
