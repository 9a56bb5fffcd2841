"""Effects outside happen once for each cause, by the live build alone: what a build in the making causes is held back."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from consumers.projector import emitting
from consumers.projector.emitting import Emitter
from consumers.rebuild.rebuild import Rebuild
from deploy.composition.read_side import opened_views
from deploy.settings import Settings
from projections.database import writing
from projections.effects import Effect
from tests.support.event_counts import EVENT_COUNTS
from tests.support.exit_notices import CHECKPOINT, EFFECT, EXIT_NOTICES
from tests.support.long_log import write_log
from tests.support.rebuilding import log_at
from tests.support.renewing import installation_with_log, project

HOUSEHOLDS = 24


class Outside:
    """Receives effects, and remembers them in their order."""

    def __init__(self) -> None:
        self.received: list[Effect] = []
        self.dies = False

    def __call__(self, effects: Sequence[Effect]) -> None:
        self.received += effects
        if self.dies:
            raise Died

    @property
    def keys(self) -> list[str]:
        return [effect.key for effect in self.received]


class Died(BaseException):
    """The end of the process, for all that the code can tell."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    options = {} if request.param == "sqlite" else {"views_url": request.getfixturevalue("postgres_uri")}
    return installation_with_log(tmp_path / "data", HOUSEHOLDS, **options)


def caused(settings: Settings) -> int:
    """How many effects the live build's rows say of."""
    with opened_views(settings) as views, views.open_live(EXIT_NOTICES).connect() as connection:
        return connection.execute(select(func.count()).select_from(EFFECT)).scalar_one()


def more(settings: Settings, first: int) -> None:
    """As many households again."""
    write_log(settings.path("log.db"), HOUSEHOLDS, first)


def rebuilt(settings: Settings) -> None:
    """Another build of the same version, swapped in."""
    with opened_views(settings) as views:
        assert Rebuild(views, EXIT_NOTICES, log_at(settings.path("log.db")), workers=1).run().swapped


def test_each_happens_once_as_it_is_folded(settings: Settings) -> None:
    outside = Outside()
    project(settings, EXIT_NOTICES, outside)
    first = caused(settings)
    assert len(outside.keys) == len(set(outside.keys)) == first > 5
    project(settings, EXIT_NOTICES, outside)
    assert len(outside.keys) == first
    more(settings, 1000)
    project(settings, EXIT_NOTICES, outside)
    assert len(outside.keys) == len(set(outside.keys)) == caused(settings) > first


def test_what_a_version_without_effects_has_shown_before_the_swap_is_never_emitted(settings: Settings) -> None:
    project(settings, EVENT_COUNTS)
    outside = Outside()
    project(settings, EXIT_NOTICES, outside)
    held_back = caused(settings)
    assert held_back > 5
    assert outside.received == []
    more(settings, 1000)
    project(settings, EXIT_NOTICES, outside)
    assert len(set(outside.keys)) == len(outside.keys) == caused(settings) - held_back > 5


def test_a_new_build_goes_on_where_the_old_one_was(settings: Settings) -> None:
    outside = Outside()
    project(settings, EXIT_NOTICES, outside)
    more(settings, 1000)
    # Folded by the old build, which had no time to emit it.
    project(settings, EXIT_NOTICES)
    told = len(outside.keys)
    rebuilt(settings)
    assert len(outside.keys) == told, "what is made anew causes nothing"
    more(settings, 2000)
    project(settings, EXIT_NOTICES, outside)
    assert len(set(outside.keys)) == len(outside.keys) == caused(settings) > told


def test_the_projector_of_the_old_build_emits_nothing_after_the_swap(settings: Settings) -> None:
    outside = Outside()
    with opened_views(settings) as views:
        engine = views.open_live(EXIT_NOTICES)
        emitter = Emitter(views, EXIT_NOTICES, views.generation(EXIT_NOTICES), engine, outside)
        project(settings, EXIT_NOTICES)
        rebuilt(settings)
        assert emitter.step() == 0
        assert outside.received == []
        new = Emitter(views, EXIT_NOTICES, views.generation(EXIT_NOTICES), views.open_live(EXIT_NOTICES), outside)
        assert new.step() == len(outside.received) == caused(settings)


def test_what_was_emitted_when_the_process_died_comes_again_with_the_same_key(settings: Settings) -> None:
    outside = Outside()
    outside.dies = True
    with pytest.raises(Died):
        project(settings, EXIT_NOTICES, outside)
    before = list(outside.keys)
    outside.dies = False
    project(settings, EXIT_NOTICES, outside)
    assert outside.keys[len(before) : 2 * len(before)] == before
    assert len(set(outside.keys)) == caused(settings)


def test_many_go_in_several_transactions_and_those_of_one_record_together(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emitting, "AT_ONCE", 4)
    outside = Outside()
    with opened_views(settings) as views:
        engine = views.open_live(EXIT_NOTICES)
        causes = [(3, 0)] * 6 + [(3, 1)] * 2 + [(3, 2)] * 3 + [(5, 7)] * 1
        with writing(engine) as connection:
            for number, (partition, offset) in enumerate(causes):
                row = {"topic": "t", "partition": partition, "log_offset": offset, "ordinal": number}
                connection.execute(insert(EFFECT).values(**row, kind="exited", body=""))
            for partition in (3, 5):
                row = {"topic": "t", "partition": partition, "next_offset": 8, "position": 1, "known_before": 1}
                connection.execute(insert(CHECKPOINT).values(**row))
        emitter = Emitter(views, EXIT_NOTICES, views.generation(EXIT_NOTICES), engine, outside)
        steps = [emitter.step() for _ in range(6)]
    assert steps == [6, 2, 3, 1, 0, 0]
    assert len(set(outside.keys)) == len(causes)
