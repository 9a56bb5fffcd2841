"""The intake's task: from the hospitals' topics to the accepted expenses, in the same log.

A hospital of which too many records are dead letters is stopped, and the others go on. Its records wait in its own topic.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Final, Protocol

from consumers.intake.dead_letter_share import DeadLetterShare, Taken
from consumers.intake.intake import INTAKE, institution_of
from consumers.intake.letters import DEAD_LETTERS
from consumers.intake.recounting import recounted
from deploy.composition.intake_side import hospital_topics, open_intake
from deploy.composition.log_side import open_consumer, open_producer, read_marks
from deploy.composition.write_side import write_side
from deploy.pipeline.stopping import stop_exceeded
from deploy.pipeline.task import Reopen, Step
from deploy.settings import Settings
from registry.application.hospital_intakes import HospitalIntakes
from schemas.clock import Clock
from schemas.log_errors import OffsetOutOfRange

TASK: Final = "intake"
WAIT_S: Final = 0.25
RECOUNT: Final = f"{INTAKE}.recount"
"""The group that the hour before is read by."""
LOOK_S: Final = 5.0
"""How often it looks whether a hospital has come, or was stopped or resumed."""


class WatchedIntake(Protocol):
    """Learns what the intake does: for metrics."""

    def took_in(self, taken: Sequence[Taken]) -> None:
        """A batch that is stored."""
        ...

    def stopped(self, institutions: frozenset[str]) -> None:
        """Those that are stopped now."""
        ...


@contextmanager
def opened_intake(
    settings: Settings, clock: Clock, watched: WatchedIntake | None = None, share: DeadLetterShare | None = None
) -> Iterator[Step]:
    """An intake that goes on from its mark, for the hospitals that there are and that run; opened anew where that changes.

    share: outlives each opening, so that no stop is forgotten because the store was away, and begins with what the log has of the
    hour before; without one no hospital is stopped.

    Raises StoreMissing, StoreUnavailable, VaultUnavailable, KeyRefused, LogUnavailable, LogDamaged, UnknownTopic; the steps also
    raise ProducerFenced.
    """
    there = hospital_topics(settings)
    with ExitStack() as stack:
        side = stack.enter_context(write_side(settings, clock=clock))
        intakes = HospitalIntakes(side.store.events_of_types)
        if share is not None:
            for institution, at in intakes.resumed_at.items():
                share.resumed(institution, int(at.timestamp() * 1000))
            if not share.begun:
                # This ends the transaction that a killed intake left open in Kafka, behind which nobody could read its mark.
                if there:
                    open_producer(settings, INTAKE, clock).close()
                share.count(_before(settings))
                share.begun = True
            if stop_exceeded(side, share, intakes.stopped):
                intakes.look()
        if watched is not None:
            watched.stopped(intakes.stopped)
        topics = [topic for topic in there if institution_of(topic) not in intakes.stopped]

        def told(taken: Sequence[Taken]) -> None:
            if watched is not None:
                watched.took_in(taken)
            if share is not None:
                share.count(taken)

        intake = open_intake(side, topics, told) if topics else None
        if intake is not None:
            stack.callback(intake.close)
        looked, anew = time.monotonic(), False

        def step() -> int:
            nonlocal looked, anew
            if anew:
                raise Reopen
            if time.monotonic() - looked > LOOK_S:
                looked = time.monotonic()
                if intakes.look() or hospital_topics(settings) != there:
                    raise Reopen
            if intake is None:
                time.sleep(WAIT_S)
                return 0
            taken_in = intake.step(WAIT_S)
            anew = bool(taken_in) and share is not None and stop_exceeded(side, share, intakes.stopped)
            return taken_in

        yield step


def _before(settings: Settings) -> Sequence[Taken]:
    """What was taken in before this process began; nothing where the log has it no more. Raises LogUnavailable, LogDamaged."""
    mark = read_marks(settings, [INTAKE]).get(INTAKE)
    if mark is None:
        return ()
    there = {topic: int(offset) for topic, offset in mark.value.items()}
    try:
        return recounted(partial(open_consumer, settings, RECOUNT), DEAD_LETTERS, there)
    except OffsetOutOfRange:
        return ()
