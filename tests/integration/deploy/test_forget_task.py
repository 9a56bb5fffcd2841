"""The forgetter's task: whose expenses are gone is found no more, members of households and those with expenses are."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from deploy.clocks import HandSetClock
from deploy.composition.intake_side import INTAKE_ACTOR, PURPOSE
from deploy.composition.log_side import open_producer
from deploy.composition.write_side import register_clock, write_side
from deploy.pipeline.forgetting import FORGET_S, KEPT_FOR, opened_forgetter
from deploy.pipeline.projecting import opened_projector
from deploy.pipeline.task import Reopen
from deploy.settings import Settings
from projections.expenses.read_model import EXPENSES
from registry.vault.personal_data import PersonalData
from tests.support.expense_facts import LETTERS, source_record
from tests.support.expenses import amounts, settlement
from tests.support.installation import CLERK, new_installation
from tests.support.intake import id_number

NUMBERS = [id_number(number) for number in range(4)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """The read model on either engine."""
    views = request.getfixturevalue("postgres_uri") if request.param == "postgresql" else ""
    return new_installation(tmp_path, views_url=views, synthetic_ids=True)


@pytest.fixture
def clock(settings: Settings) -> HandSetClock:
    return HandSetClock(register_clock(settings).now() + timedelta(hours=1))


class Minutes:
    """A clock that counts seconds and is set by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def seen(settings: Settings, clock: HandSetClock) -> list[UUID]:
    """The ids of the four; the third has become a household's."""
    with write_side(settings, clock=clock) as side:
        ids = side.vault.identify(NUMBERS, INTAKE_ACTOR, PURPOSE)
        side.vault.register([PersonalData(name="符小明", id_number=NUMBERS[2])], CLERK, "REGISTRATION")
    return ids


def found(settings: Settings, clock: HandSetClock) -> list[UUID | None]:
    with write_side(settings, clock=clock) as side:
        return side.vault.find_all(NUMBERS, INTAKE_ACTOR, PURPOSE)


def spend(settings: Settings, clock: HandSetClock, person_id: UUID, guardian_id: UUID | None = None) -> None:
    """An expense is accepted, and the read model has it."""
    producer = open_producer(settings, None, clock)
    values = settlement(1, **amounts("100.00", "10.00"))
    message = LETTERS.accepted(source_record(1), values, "REPORTED", (person_id, guardian_id), clock.now(), settled=True)
    producer.append([message])
    producer.close()
    with opened_projector(settings, EXPENSES) as step:
        while not step():
            pass


def test_who_was_not_heard_of_for_as_long_as_expenses_are_kept_is_forgotten(settings: Settings, clock: HandSetClock) -> None:
    ids = seen(settings, clock)
    clock.set(clock.now() + KEPT_FOR - timedelta(days=1))
    spend(settings, clock, UUID(int=7), guardian_id=ids[1])
    ticks = Minutes()
    with opened_forgetter(settings, clock, ticks) as step:
        assert step() == 0
        clock.set(clock.now() + timedelta(days=2))
        assert step() == 0, "not before a day is over"
        ticks.seconds = FORGET_S
        assert step() == 2
        ticks.seconds *= 2
        assert step() == 0
    assert found(settings, clock) == [None, ids[1], ids[2], None]


def test_while_there_is_no_read_model_nobody_is_forgotten(settings: Settings, clock: HandSetClock) -> None:
    ids = seen(settings, clock)
    clock.set(clock.now() + 2 * KEPT_FOR)
    with opened_forgetter(settings, clock) as step:
        assert step() == 0
        assert found(settings, clock) == ids
        spend(settings, clock, ids[0])
        with pytest.raises(Reopen):
            step()
