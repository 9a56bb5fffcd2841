"""The intake's task: from the hospitals' topics to the accepted expenses, in the same log."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from consumers.intake.intake import Told, nobody
from deploy.composition.intake_side import hospital_topics, open_intake
from deploy.composition.write_side import write_side
from deploy.pipeline.task import Reopen, Step
from deploy.settings import Settings
from schemas.clock import Clock

TASK: Final = "intake"
WAIT_S: Final = 0.25
LOOK_S: Final = 5.0
"""How often it looks whether a hospital has come."""


@contextmanager
def opened_intake(settings: Settings, clock: Clock, told: Told = nobody) -> Iterator[Step]:
    """An intake that goes on from its mark, for the hospitals that there are; opened anew where another one has come.

    told: of each batch.

    Raises StoreMissing, StoreUnavailable, VaultUnavailable, KeyRefused, LogUnavailable, LogDamaged, UnknownTopic; the steps also
    raise ProducerFenced.
    """
    topics = hospital_topics(settings)
    with ExitStack() as stack:
        side = stack.enter_context(write_side(settings, clock=clock))
        intake = open_intake(side, topics, told) if topics else None
        if intake is not None:
            stack.callback(intake.close)
        looked = time.monotonic()

        def step() -> int:
            nonlocal looked
            if time.monotonic() - looked > LOOK_S:
                looked = time.monotonic()
                if hospital_topics(settings) != topics:
                    raise Reopen
            if intake is None:
                time.sleep(WAIT_S)
                return 0
            return intake.step(WAIT_S)

        yield step
