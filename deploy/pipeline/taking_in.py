"""The intake's task: from the hospitals' topics to the accepted expenses, in the same log.

A hospital of which too many records are dead letters is stopped, and the others go on. Its records wait in its own topic.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final, Protocol

from consumers.intake.dead_letter_share import DeadLetterShare, Taken
from consumers.intake.intake import institution_of
from deploy.composition.intake_side import hospital_topics, open_intake
from deploy.composition.write_side import write_side
from deploy.pipeline.stopping import stop_exceeded
from deploy.pipeline.task import Reopen, Step
from deploy.settings import Settings
from registry.application.hospital_intakes import HospitalIntakes
from schemas.clock import Clock

TASK: Final = "intake"
WAIT_S: Final = 0.25
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

    share: outlives each opening, so that no stop is forgotten because the store was away; without one no hospital is stopped.

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
