"""The canonical digest: equal for equal rows on both engines, different for any difference, which is then located."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Float, MetaData, Table, create_engine, insert

from projections.database import CODE, DAY, ID, INSTANT, SMALL, open_engine, snapshot, writing
from projections.difference import first_difference
from projections.digest import BLOCK_ROWS, ViewDigest, digest_view
from projections.table_rows import shape_of
from tests.support.event_counts import HOUSEHOLD_COUNT, TYPE_COUNT

TABLES = (HOUSEHOLD_COUNT, TYPE_COUNT)
SHAPES = tuple(shape_of(table) for table in TABLES)

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=6)
numbers = st.integers(0, 2**31 - 1)
households = st.lists(
    st.tuples(
        st.binary(min_size=16, max_size=16),
        numbers,
        st.integers(-(2**63), 2**63 - 1),
        numbers,
        texts,
        st.none() | texts,
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda row: row[0],
)
counts = st.lists(st.tuples(texts, st.integers(0, 99), numbers), max_size=12, unique_by=lambda row: row[:2])


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory, new_postgres_database: Any) -> Iterator[tuple[Engine, Engine]]:
    """The same empty tables on both engines."""
    both = open_engine(f"sqlite:///{tmp_path_factory.mktemp('digest') / 'view.db'}"), open_engine(new_postgres_database())
    for engine in both:
        HOUSEHOLD_COUNT.metadata.create_all(engine)
    yield both
    for engine in both:
        engine.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'view.db'}")
    HOUSEHOLD_COUNT.metadata.create_all(engine)
    yield engine
    engine.dispose()


def fill(engine: Engine, *rows_of_tables: Sequence[Sequence[Any]]) -> None:
    """Replace the rows of the tables."""
    with writing(engine) as connection:
        for table, rows in zip(TABLES, rows_of_tables, strict=True):
            connection.execute(table.delete())
            for row in rows:
                connection.execute(insert(table).values(tuple(row)))


def digest(engine: Engine) -> ViewDigest:
    with snapshot(engine) as connection:
        return digest_view(connection, SHAPES)


def household(number: int, **changes: Any) -> tuple[Any, ...]:
    row = {
        "id": number.to_bytes(16, "big"),
        "version": 3,
        "at": 10**15,
        "on": 17778,
        "type": "t",
        "reason": None,
        "corrected": False,
    }
    return tuple((row | changes).values())


@settings(max_examples=25, deadline=None)
@given(households=households, counts=counts, data=st.data())
@pytest.mark.postgres
def test_both_engines_give_one_digest_for_the_same_rows_in_any_order(
    engines: tuple[Engine, Engine], households: list[Any], counts: list[Any], data: st.DataObject
) -> None:
    sqlite, postgres = engines
    fill(sqlite, households, counts)
    fill(postgres, data.draw(st.permutations(households)), data.draw(st.permutations(counts)))
    assert digest(sqlite) == digest(postgres)


@settings(max_examples=40, deadline=None)
@given(one=st.tuples(households, counts), other=st.tuples(households, counts))
def test_other_rows_have_another_digest(one: Any, other: Any) -> None:
    engine = create_engine("sqlite://")
    HOUSEHOLD_COUNT.metadata.create_all(engine)
    fill(engine, *one)
    first = digest(engine)
    fill(engine, *other)
    same = all(sorted(mine, key=repr) == sorted(theirs, key=repr) for mine, theirs in zip(one, other, strict=True))
    assert (digest(engine).text == first.text) == same
    engine.dispose()


def test_the_form_is_frozen(sqlite: Engine) -> None:
    fill(sqlite, [household(1), household(2, reason="理由", corrected=True)], [("household.exit", 3, 7)])
    assert digest(sqlite).text == "v1:sha256:a7688636eb59355497858365b4f3f2e210d1d32ca18c912f8d5c97b046e7c912"


def test_a_table_of_several_blocks_is_told_row_by_row(sqlite: Engine) -> None:
    many = BLOCK_ROWS * 2 + 5
    fill(sqlite, [household(number) for number in range(many)], [])
    told: list[int] = []
    with snapshot(sqlite) as connection:
        whole = digest_view(connection, SHAPES, told.append)
    assert (sum(told), whole.rows, max(told)) == (many, many, BLOCK_ROWS)


def test_what_moves_from_one_value_to_the_next_shows(sqlite: Engine) -> None:
    fill(sqlite, [], [("ab", 1, 1), ("c", 1, 1)])
    first = digest(sqlite)
    fill(sqlite, [], [("a", 1, 1), ("bc", 1, 1)])
    assert digest(sqlite).differing(first) == ["type_count"]


@pytest.mark.parametrize("value", ["'x'", "1.5", "x'00'"])
def test_a_value_of_a_foreign_kind_shows(sqlite: Engine, value: str) -> None:
    fill(sqlite, [household(1)], [])
    before = digest(sqlite)
    with writing(sqlite) as connection:
        connection.exec_driver_sql(f"UPDATE household_count SET version = {value}")
    assert digest(sqlite).differing(before) == ["household_count"]


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("other", "where", "what"),
    [
        ([household(1), household(2, version=4, reason="R"), household(3)], 2, "version, reason differ"),
        ([household(1), household(3)], 2, "missing"),
        ([household(1), household(2), household(3), household(9)], 9, "added"),
        ([household(2), household(3)], 1, "missing"),
        ([], 1, "missing"),
    ],
)
def test_the_first_difference_is_located(engines: tuple[Engine, Engine], other: list[Any], where: int, what: str) -> None:
    ours, theirs = engines
    fill(ours, [household(1), household(2), household(3)], [])
    fill(theirs, other, [])
    with snapshot(ours) as one, snapshot(theirs) as another:
        found = first_difference(one, another, SHAPES[0])
        assert first_difference(one, one, SHAPES[0]) is None
    assert str(found) == f"household_count (household_id 00000000-0000-0000-0000-{where:012}): {what}"


def test_a_key_of_several_columns_is_told_whole(sqlite: Engine, tmp_path: Path) -> None:
    fill(sqlite, [], [("b", 2, 1), ("b", 10, 1)])
    other = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    HOUSEHOLD_COUNT.metadata.create_all(other)
    fill(other, [], [("b", 2, 1), ("b", 10, 2)])
    with snapshot(sqlite) as one, snapshot(other) as another:
        assert str(first_difference(one, another, SHAPES[1])) == "type_count (event_type b, partition 10): events differ"
    other.dispose()


def test_a_column_that_engines_keep_in_different_ways_has_no_form() -> None:
    table = Table("t", MetaData(), Column("id", ID, primary_key=True), Column("share", Float))
    with pytest.raises(ValueError, match=r"t\.share: FLOAT has no canonical form"):
        shape_of(table)


def test_every_kind_of_column_of_the_read_models_has_a_form() -> None:
    columns = [Column(f"c{number}", kind) for number, kind in enumerate((ID, DAY, INSTANT, SMALL, CODE))]
    assert [c.kind for c in shape_of(Table("t", MetaData(), *columns)).columns] == ["bytes", "number", "number", "number", "text"]
