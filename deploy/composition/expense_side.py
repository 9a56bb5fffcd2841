"""The door for hospitals of one process: on this installation's vault, keys, divisions and log."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from deploy.composition.intake_keys import IntakeKeyFile
from deploy.composition.intake_side import person_tokens
from deploy.composition.log_side import open_producer
from deploy.composition.write_side import WriteSide
from registry.hospitals.door import ExpenseDoor
from registry.log.producer import LogProducer
from schemas.catalogue import registry_catalogue
from schemas.log_errors import LogUnavailable, UnknownTopic
from schemas.messages import Message

TURN_S: Final = 5.0
"""How long a request waits for its turn: where the log does not answer, hospitals shall not keep everybody else waiting."""


@contextmanager
def expense_door(side: WriteSide) -> Iterator[ExpenseDoor]:
    """The door; it lets go of the log when the block is left. Raises KeyRefused."""
    shared = SharedProducer(lambda: open_producer(side.settings, None, side.clock))
    try:
        yield ExpenseDoor(
            registry_catalogue(),
            IntakeKeyFile(side.settings),
            person_tokens(side.settings),
            side.vault.identify,
            side.shelf.divisions,
            side.clock,
            shared.append,
            allow_synthetic=side.settings.synthetic_ids,
        )
    finally:
        shared.close()


class SharedProducer:
    """One producer for all threads: opened when it is first needed, and anew after it failed, so that a log may come back."""

    def __init__(self, open_one: Callable[[], LogProducer], turn_s: float = TURN_S) -> None:
        self._open = open_one
        self._turn_s = turn_s
        self._turn = threading.Lock()
        self._producer: LogProducer | None = None

    @property
    def busy(self) -> bool:
        """Whether somebody is at it."""
        return self._turn.locked()

    def append(self, messages: Sequence[Message]) -> None:
        """See LogProducer. Raises LogUnavailable too where others wait for the log already."""
        if not self._turn.acquire(timeout=self._turn_s):
            raise LogUnavailable(f"others have waited for it for {self._turn_s:g} s")
        try:
            if self._producer is None:
                self._producer = self._open()
            self._producer.append(messages)
        except UnknownTopic:
            raise  # of one hospital: nothing is wrong with the producer
        except BaseException:
            self._let_go()
            raise
        finally:
            self._turn.release()

    def close(self) -> None:
        """Let go of the log, after whoever is at it."""
        with self._turn:
            self._let_go()

    def _let_go(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close()
