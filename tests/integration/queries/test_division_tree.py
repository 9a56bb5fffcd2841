"""The tree of divisions as the read model's tables say it."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from projections.database import open_engine, writing
from projections.register.queries.division_tree import FRESH_FOR_S, DivisionTree
from projections.register.tables import CHECKPOINT, DIVISIONS, METADATA
from schemas.divisions import hainan
from tests.integration.queries.conftest import Make
from tests.support.register_rows import create_register, day, insert

TOWNSHIP, VILLAGE = "469024100000", "469024100201"


class Ticks:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def village(name: str, valid_to: int | None = None) -> tuple[object, ...]:
    return int(VILLAGE), "VILLAGE", name, "", int(TOWNSHIP), day("2018-01-01"), valid_to


def tell(engine: Engine, offset: int, *rows: tuple[object, ...]) -> None:
    """What an edition says, with the checkpoint that moves with it."""
    with writing(engine) as connection:
        connection.execute(CHECKPOINT.delete().where(CHECKPOINT.c.topic == "reference.events"))
        place = {"topic": "reference.events", "partition": 3, "position": offset, "known_before": offset}
        connection.execute(CHECKPOINT.insert().values(next_offset=offset, **place))
        for row in rows:
            connection.execute(DIVISIONS.delete().where(DIVISIONS.c.division == row[0]))
    insert(engine, DIVISIONS, *rows)


def test_it_has_what_is_shipped_and_what_the_log_added(new_register: Make) -> None:
    engine = new_register()
    tell(engine, 1, village("示例村"))
    tree = DivisionTree(lambda: engine, Ticks())()
    assert tree[VILLAGE].name_zh == "示例村"
    assert tree.name_path(VILLAGE, "zh") == ("海南省", "临高县", "临城镇", "示例村")
    assert len(tree) == len(hainan()) + 1
    assert tree["469024000000"].national_poverty_county


def test_a_new_edition_shows_within_a_second(new_register: Make) -> None:
    engine, ticks = new_register(), Ticks()
    tell(engine, 1, village("旧名"))
    tree = DivisionTree(lambda: engine, ticks)
    assert tree()[VILLAGE].name_zh == "旧名"
    tell(engine, 2, village("新名", valid_to=day("2020-12-31")))
    assert tree()[VILLAGE].name_zh == "旧名"
    ticks.now += FRESH_FOR_S + 0.1
    assert tree()[VILLAGE].name_zh == "新名"
    assert str(tree()[VILLAGE].valid_to) == "2020-12-31"


def test_it_is_made_again_only_when_the_log_said_something(new_register: Make) -> None:
    engine, ticks = new_register(), Ticks()
    tell(engine, 1, village("示例村"))
    tree = DivisionTree(lambda: engine, ticks)
    before = tree()
    with writing(engine) as connection:
        connection.execute(update(DIVISIONS).values(name_zh="改名"))
    ticks.now += 5
    assert tree() is before


def test_another_build_is_read_anew(tmp_path: Path) -> None:
    engines = [open_engine(f"sqlite:///{tmp_path / name}.db") for name in ("one", "two")]
    for number, engine in enumerate(engines):
        create_register(engine)
        tell(engine, 1, village(f"村{number}"))
    live, ticks = [engines[0]], Ticks()
    tree = DivisionTree(lambda: live[0], ticks)
    assert tree()[VILLAGE].name_zh == "村0"
    live[0] = engines[1]
    ticks.now += 5
    assert tree()[VILLAGE].name_zh == "村1"
    for engine in engines:
        engine.dispose()


@pytest.mark.parametrize("gone", ["no build", "no tables"])
def test_while_the_read_model_cannot_be_asked_what_was_known_holds(tmp_path: Path, gone: str) -> None:
    engine, empty = (open_engine(f"sqlite:///{tmp_path / name}.db") for name in ("one", "empty"))
    METADATA.create_all(engine)
    tell(engine, 1, village("示例村"))
    live: list[Engine | None] = [engine]
    ticks = Ticks()
    tree = DivisionTree(lambda: live[0], ticks)
    live[0] = None if gone == "no build" else empty
    ticks.now += 5
    assert tree()[VILLAGE].name_zh == "示例村"
    live[0] = engine
    ticks.now += 5
    assert VILLAGE in tree()
    engine.dispose()
    empty.dispose()


def test_without_any_read_model_it_is_what_is_shipped() -> None:
    assert DivisionTree(lambda: None, Ticks())() is hainan()
