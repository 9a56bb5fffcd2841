"""The projector between a real log and real views: it goes on where the views are, and stops where a hole would open."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, select

from projections.checkpoints import AnotherProjector
from projections.register.codes import STATUSES
from projections.register.tables import CUT, DIVISIONS, HOUSEHOLD, SPELL, TIMELINE
from registry.event import RegistryEvent
from registry.household.corrections import CorrectFact
from registry.reference.division_set import ChangedDivision, ChangeDivisions
from tests.support.histories import RE_ENTERED_ON, REGISTERED_ON, RELAPSED_ON, re_entered, registered
from tests.support.pipeline import Pipeline, digested_rows, views
from tests.support.scenario import HOUSEHOLD as HOUSEHOLD_ID
from tests.support.scenario import by, day, noon_of


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


def test_the_views_say_where_to_go_on_whatever_was_committed(pipe: Pipeline, tmp_path: Path) -> None:
    pipe.execute(re_entered())
    pipe.flow()
    assert not any(pipe.projector.lag().values())
    empty = views(tmp_path / "empty.db")
    projector = pipe.new_projector(empty)
    waiting = sum(projector.lag().values())
    assert projector.drain() == waiting > 0
    assert 0 < projector.records_folded < projector.records_read, "a barrier among reference data changes nothing"
    assert digested_rows(empty) == digested_rows(pipe.engine)
    projector.close()
    empty.dispose()


def test_the_lag_is_what_is_not_folded_yet(pipe: Pipeline) -> None:
    pipe.execute(re_entered())
    pipe.relay()
    waiting = sum(pipe.projector.lag().values())
    assert waiting > 30
    small = pipe.new_projector(pipe.engine, batch_max=10)
    small.step()
    assert sum(small.lag().values()) == waiting - 10
    small.drain(stop=lambda: small.records_read >= 30)
    assert small.records_read == 30
    small.close()


def test_a_projector_goes_on_after_a_failure(pipe: Pipeline) -> None:
    class Trouble(Exception):
        """The database was away."""

    def fail(_connection: Connection) -> None:
        event.remove(pipe.engine, "commit", fail)
        raise Trouble

    pipe.execute(re_entered())
    pipe.relay()
    event.listen(pipe.engine, "commit", fail)
    with pytest.raises(Trouble):
        pipe.projector.drain()
    pipe.project()
    assert not any(pipe.projector.lag().values())


def test_what_another_projector_wrote_meanwhile_is_read_again(pipe: Pipeline, tmp_path: Path) -> None:
    life = re_entered()
    pipe.execute(life[:10])
    pipe.flow()
    pipe.execute(life[10:20])
    pipe.relay()
    other = pipe.new_projector(pipe.engine)
    other.drain()
    pipe.execute(life[20:])
    pipe.relay()
    with pytest.raises(AnotherProjector):
        pipe.projector.drain()
    pipe.projector.drain()
    fresh = views(tmp_path / "fresh.db")
    pipe.build(fresh)
    assert digested_rows(pipe.engine) == digested_rows(fresh)
    other.close()
    fresh.dispose()


def test_a_corrected_fact_is_marked_in_the_timeline(pipe: Pipeline) -> None:
    pipe.execute(registered())
    pipe.flow()
    identified = pipe.stored(HOUSEHOLD_ID)[-1]
    pipe.execute(by("COUNTY_OFFICER", correction(identified, day(19))), by("COUNTY_OFFICER", correction(identified, day(18))))
    pipe.flow()
    with pipe.engine.connect() as connection:
        told = connection.execute(select(TIMELINE).order_by(TIMELINE.c.version)).all()
        household = connection.execute(select(HOUSEHOLD)).one()
    first, once, twice = told[-3:]
    assert (first.event_id, first.replaced_by, first.corrects) == (identified.event_id.bytes, twice.version, None)
    assert (once.replaced_by, once.corrects) == (twice.version, first.event_id)
    assert (twice.replaced_by, twice.corrects) == (None, first.event_id)
    assert household.spell_started_on == household.status_on == _day(day(18))


def correction(event: RegistryEvent, on: date) -> CorrectFact:
    return CorrectFact(household_id=HOUSEHOLD_ID, corrects_event_id=event.event_id, effective_on=on)


def test_divisions_are_named_as_the_last_edition_names_them(pipe: Pipeline) -> None:
    for name, until in (("一村", None), ("二村", date(2019, 12, 31))):
        village = ChangedDivision(code="469030100217", level="VILLAGE", name_zh=name, valid_to=until)
        pipe.execute(ChangeDivisions(effective_on=day(0), edition=name, divisions=(village,)))
    pipe.flow()
    with pipe.engine.connect() as connection:
        (row,) = connection.execute(select(DIVISIONS)).all()
    assert (row.division, row.level, row.name_zh, row.parent) == (469030100217, "VILLAGE", "二村", 469030100000)
    assert row.valid_to == _day(date(2019, 12, 31))


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days
