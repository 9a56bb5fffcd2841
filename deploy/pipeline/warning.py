"""The warner's task: whatever is new about a person's expenses is told to the register, which warns; and each day what is due.

It runs beside the intake, with its rights. It needs both read models: while one of them is being made it waits, and where one was
swapped it is opened anew on the new build.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final
from uuid import UUID

from sqlalchemy import Engine

from consumers.warning.assessor import Assessor, Warned
from consumers.warning.timers import command_of_the_day
from consumers.warning.warner import TOPICS, WARNER, Tell, Warner
from deploy.composition.intake_side import INTAKE_ACTOR
from deploy.composition.log_side import open_consumer, open_producer
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import PROVINCE, WriteSide, write_side
from deploy.pipeline.task import Reopen, Step
from deploy.process_log import process_logger
from deploy.settings import Settings
from projections.database import snapshot
from projections.expenses.queries.open_cases import open_cases
from projections.expenses.read_model import EXPENSES
from projections.register.read_model import REGISTER
from projections.views.views import Views
from registry.application.batch import Batch
from registry.application.request import Request
from registry.command import Command
from registry.early_warning.command import WarningCommand
from registry.early_warning.warnings import stream_id_of
from registry.refusal import Refused
from schemas.catalogue import registry_catalogue
from schemas.clock import Clock, shanghai_date

TASK: Final = "warner"
SOURCE: Final = "SYSTEM"
WAIT_S: Final = 0.25
TIMERS_S: Final = 60.0
"""How often it looks whether a day has brought something about."""
_AT_ONCE: Final = 250
"""Commands of one transaction: others want to write too."""

_log = process_logger("deploy.pipeline")


@contextmanager
def opened_warner(settings: Settings, clock: Clock, ticks: Callable[[], float] = time.monotonic) -> Iterator[Step]:
    """A warner that goes on from its mark. ticks: seconds of a clock that never goes back, for the timers.

    Raises StoreMissing, StoreUnavailable, VaultUnavailable, KeyRefused, LogUnavailable, LogDamaged, UnknownTopic, SQLAlchemy's
    OperationalError; the steps also raise ProducerFenced.
    """
    with ExitStack() as stack:
        side = stack.enter_context(write_side(settings, clock=clock))
        views = stack.enter_context(opened_views(settings))
        live = _live(views)
        if live is None:
            yield _waiting(views)
            return
        expenses, register = live
        warner = _warner(settings, side, expenses, register)
        stack.callback(warner.close)
        looked = ticks() - TIMERS_S

        def step() -> int:
            nonlocal looked
            if _live(views) != live:
                raise Reopen
            if ticks() - looked >= TIMERS_S:
                looked = ticks()
                _what_is_due(side, expenses)
            done = warner.step(WAIT_S)
            if not done:
                time.sleep(WAIT_S)
            return done

        yield step


def _live(views: Views) -> tuple[Engine, Engine] | None:
    expenses, register = views.live(EXPENSES), views.live(REGISTER)
    return None if expenses is None or register is None else (expenses, register)


def _waiting(views: Views) -> Step:
    """There is no build of one of them yet."""

    def step() -> int:
        time.sleep(WAIT_S)
        if _live(views) is not None:
            raise Reopen
        return 0

    return step


def _warner(settings: Settings, side: WriteSide, expenses: Engine, register: Engine) -> Warner:
    today = lambda: shanghai_date(side.clock.now())  # noqa: E731
    assessor = Assessor(expenses, register, side.shelf.policy_for, warned_by(side), today, PROVINCE)
    consumer = open_consumer(settings, WARNER, TOPICS)
    try:
        producer = open_producer(settings, WARNER, side.clock)
        return Warner(consumer, producer, expenses, assessor, teller(side), catalogue=registry_catalogue())
    except BaseException:
        consumer.close()
        raise


def warned_by(side: WriteSide) -> Warned:
    """By the store itself, in one statement for many."""

    def warned(subjects: Collection[UUID]) -> Collection[UUID]:
        streams = {stream_id_of(subject_id): subject_id for subject_id in subjects}
        return {streams[stream_id] for stream_id in side.store.recorder.existing(streams)}

    return warned


def teller(side: WriteSide) -> Tell:
    """Commands carry no key: the same assessment, or the same day's, changes nothing the second time."""

    def tell(commands: Sequence[WarningCommand], cause: UUID) -> None:
        batch = Batch(side.service, lambda given, refused: _refused(given.command, refused))
        for start in range(0, len(commands), _AT_ONCE):
            for command in commands[start : start + _AT_ONCE]:
                try:
                    batch.add(command, Request(INTAKE_ACTOR, SOURCE, side.next_id(), cause))
                except Refused as refused:
                    _refused(command, refused)
            batch.save()

    return tell


def _what_is_due(side: WriteSide, expenses: Engine) -> None:
    """Tell higher up of overdue cases, and close those whose linked case is complete."""
    tell = teller(side)
    with snapshot(expenses) as connection:
        cases = open_cases(connection)
    today = shanghai_date(side.clock.now())
    due: list[WarningCommand] = []
    for case in cases:
        try:
            command = command_of_the_day(case, side.shelf.policy_for, today)
        except Refused as refused:
            # Nobody knows the working days of its year.
            _log.warning("not carried out", case=str(UUID(bytes=case.case_id)), codes=_codes(refused))
        else:
            due += [] if command is None else [command]
    # What was told, visited or closed since the read model was read is refused, or changes nothing.
    tell(due, side.next_id())


def _refused(command: Command, refused: Refused) -> None:
    subject = str(getattr(command, "subject_id", ""))
    _log.warning("refused", command=type(command).__name__, subject=subject, codes=_codes(refused))


def _codes(refused: Refused) -> list[str]:
    return [violation.code for violation in refused.violations]
