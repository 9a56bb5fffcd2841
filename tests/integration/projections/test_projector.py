"""The projector between a real log and real views: it goes on where the views are, and stops where a hole would open."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from projections.register.codes import STATUSES
from projections.register.tables import CUT, HOUSEHOLD, SPELL, TIMELINE
from tests.support.histories import RE_ENTERED_ON, REGISTERED_ON, RELAPSED_ON, re_entered
from tests.support.pipeline import Pipeline, digested_rows, views
from tests.support.scenario import noon_of


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Pipeline]:
    pipe = Pipeline(tmp_path)
    yield pipe
    pipe.close()


def test_a_life_goes_from_commands_to_rows(pipe: Pipeline) -> None:
    pipe.execute(re_entered())
    pipe.flow()
    with pipe.engine.connect() as connection:
        household = connection.execute(select(HOUSEHOLD)).one()
        spells = connection.execute(select(SPELL).order_by(SPELL.c.ordinal)).all()
        timeline = connection.execute(select(TIMELINE.c.version).order_by(TIMELINE.c.version)).scalars().all()
    assert (STATUSES[household.status], household.size, household.spell_no) == ("REGISTERED", 3, 2)
    assert [(s.entry_kind, s.started_on, s.end_kind) for s in spells] == [
        ("NEW", _day(REGISTERED_ON), "EXITED"),
        ("RELAPSE", _day(RELAPSED_ON), None),
    ]
    assert timeline == list(range(1, household.version + 1))


def test_what_was_folded_is_not_folded_again(pipe: Pipeline) -> None:
    pipe.execute(re_entered())
    pipe.flow()
    rows = digested_rows(pipe.engine)
    again = pipe.new_projector(pipe.engine)
    assert again.drain() == 0
    assert digested_rows(pipe.engine) == rows
    again.close()


def test_other_views_of_the_same_log_have_the_same_rows(pipe: Pipeline, tmp_path: Path) -> None:
    pipe.execute(re_entered())
    pipe.close_periods(noon_of(RE_ENTERED_ON))
    pipe.flow()
    other = views(tmp_path / "other.db")
    pipe.build(other, batch_max=3)
    assert digested_rows(other) == digested_rows(pipe.engine)
    with other.connect() as connection:
        assert connection.execute(select(func.count()).select_from(CUT)).scalar_one() > 12 * 40
    other.dispose()


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days
