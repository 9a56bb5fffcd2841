"""The forgetter's task: once a day, of whom only a number was seen, and nothing heard for as long as expenses are kept.

It runs beside the intake, with its rights. Whose expenses the read model has is kept; it waits while there is no build of it.
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Engine

from deploy.composition.intake_side import INTAKE_ACTOR
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import write_side
from deploy.pipeline.task import Reopen, Step
from deploy.process_log import process_logger
from deploy.settings import Settings
from projections.database import snapshot
from projections.expenses.queries.expenses import with_expenses
from projections.expenses.read_model import EXPENSES
from registry.expenses.check import DAYS_MAX
from registry.vault.refusal import ErasureUnfinished
from registry.vault.vault import Vault
from schemas.clock import Clock

TASK: Final = "forgetter"
FORGET_S: Final = 86_400.0
WAIT_S: Final = 0.5
KEPT_FOR: Final = timedelta(days=DAYS_MAX)
"""Since anything was last heard of a person: as long as expenses are kept."""

_log = process_logger("deploy.pipeline")


@contextmanager
def opened_forgetter(settings: Settings, clock: Clock, ticks: Callable[[], float] = time.monotonic) -> Iterator[Step]:
    """A forgetter that begins at once and then once in FORGET_S. ticks: seconds of a clock that never goes back.

    A step forgets in one transaction and returns how many. Raises what `opened_warner` raises.
    """
    with ExitStack() as stack:
        side = stack.enter_context(write_side(settings, clock=clock))
        views = stack.enter_context(opened_views(settings))
        expenses = views.live(EXPENSES)
        forgetting = None if expenses is None else Forgetting(side.vault, expenses, clock)
        due = ticks()

        def step() -> int:
            nonlocal due
            if views.live(EXPENSES) != expenses:
                raise Reopen
            if forgetting is None or ticks() < due:
                time.sleep(WAIT_S)
                return 0
            forgotten = forgetting.step()
            if forgetting.ended:
                due = ticks() + FORGET_S
            return forgotten

        yield step


class Forgetting:
    """Goes through the vault again and again, a bounded piece at each step. `expenses`: the read model's build."""

    def __init__(self, vault: Vault, expenses: Engine, clock: Clock) -> None:
        self._vault = vault
        self._expenses = expenses
        self._clock = clock
        self._after = 0
        self._untidy = False
        self.ended = False
        """Whether the last step came to the vault's end."""

    def step(self) -> int:
        """Forget some; return how many. Raises VaultUnavailable, KeyRefused, SQLAlchemy's OperationalError."""
        forgotten = self._vault.forget(self._clock.now() - KEPT_FOR, self._kept, INTAKE_ACTOR, self._after)
        self._after, self.ended = forgotten.after or 0, forgotten.after is None
        self._untidy = self._untidy or bool(forgotten.person_ids)
        if self.ended and self._untidy:
            self._tidy()
        return len(forgotten.person_ids)

    def _tidy(self) -> None:
        try:
            self._vault.tidy_forgotten()
            self._untidy = False
        except ErasureUnfinished as error:
            # A reader was in the way; the next run does it.
            _log.warning("old copies stay for a day", task=TASK, exc_info=error)

    def _kept(self, person_ids: Collection[UUID]) -> Collection[UUID]:
        with snapshot(self._expenses) as connection:
            found = with_expenses(connection, {person_id.bytes for person_id in person_ids})
        return [UUID(bytes=person_id) for person_id in found]
