"""The tasks of notices: one gathers them from the log into the outbox, one delivers what is due there."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from consumers.notices.database import opened_outbox
from consumers.notices.delivering import Delivering, Watched
from consumers.notices.gathering import read_anew
from consumers.notices.outbox import Outbox
from consumers.projector.losses import IN_A_GROUP
from consumers.projector.projector import Projector
from deploy.composition.log_side import join_group, on_kafka
from deploy.composition.notice_side import TOPICS, gathering, opened_divisions, recipients, senders
from deploy.pipeline.task import Reopen, Step, Stop
from deploy.process_log import process_logger
from deploy.settings import Settings
from registry.store.revision import is_postgresql
from schemas.clock import Clock
from schemas.log_errors import OffsetOutOfRange

GATHER: Final = "notices"
DELIVER: Final = "deliver"
"""The tasks; the second is the consumer group too."""
WAIT_S: Final = 0.25

_log = process_logger("deploy.pipeline")


@contextmanager
def opened_gathering(settings: Settings, clock: Clock) -> Iterator[Step]:
    """Gathers from where the outbox says that it was.

    Raises Refused (the file of recipients), SettingWrong, StoreMissing, StoreUnavailable, LogUnavailable, LogDamaged,
    UnknownTopic, and SQLAlchemy's OperationalError; the steps also raise NoticesStopped, AnotherProjector.
    """
    with ExitStack() as stack:
        divisions = stack.enter_context(opened_divisions(settings, clock))
        known = recipients(settings, divisions())
        engine = stack.enter_context(opened_outbox(settings.notices))
        consumer = join_group(settings, DELIVER, TOPICS)
        losses_max = IN_A_GROUP if on_kafka(settings) else 0
        projector = Projector(consumer, gathering(engine, known, divisions, clock), losses_max=losses_max)
        stack.callback(projector.close)

        def step() -> int:
            try:
                return projector.step(WAIT_S)
            except OffsetOutOfRange:
                # Another log, or one restored from an older copy. To read a record again tells nobody again.
                _log.warning("reading the log anew", task=GATHER)
                read_anew(engine)
                raise Reopen from None

        yield step


@contextmanager
def opened_delivering(settings: Settings, clock: Clock, stop: Stop, watched: Watched | None = None) -> Iterator[Step]:
    """Delivers what is due. Raises as above; the steps raise SQLAlchemy's OperationalError."""
    with ExitStack() as stack:
        with opened_divisions(settings, clock) as divisions:
            known = recipients(settings, divisions())
        outbox = Outbox(stack.enter_context(opened_outbox(settings.notices)))
        if not is_postgresql(settings.notices):
            outbox.release()  # whoever held a claim on this file held the folder's lock too, and is gone
        sending = senders(settings, known)
        delivering = Delivering(outbox, sending, known.book.still_at, known.schedule, clock, watched=watched)
        stack.callback(delivering.close)

        def step() -> int:
            attempts = delivering.step(stop.is_set)
            if not attempts:
                stop.wait(WAIT_S)
            return attempts

        yield step
