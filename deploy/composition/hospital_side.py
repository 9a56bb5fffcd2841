"""Which hospitals there are, which have a topic and which have fallen silent, as an installation's parts have it now."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from consumers.intake.intake import institution_of
from deploy.bounded import answers_within
from deploy.composition.log_side import topic_names
from deploy.composition.write_side import PROVINCE
from deploy.settings import Settings
from projections.database import snapshot
from projections.expenses.queries.hospitals import KnownHospital, known_hospitals
from projections.expenses.queries.silence import SilenceRule, silent_since
from projections.expenses.read_model import EXPENSES
from projections.views.views import Views
from registry.application.reference_shelf import ReferenceShelf
from registry.store.instant import to_micros
from schemas.clock import Clock, shanghai_date

ANSWER_S: Final = 4.0
KEPT_S: Final = 10.0
"""A topic is made by hand: nobody minds to see it some seconds later, and the log is not asked by each request."""


@dataclass(frozen=True, slots=True)
class HospitalsNow:
    """Of one moment. silent: code -> for how many seconds, counted from when it was due at the latest; in order of the codes."""

    known: Sequence[KnownHospital]
    silent: Mapping[str, float]


def silence_rule(shelf: ReferenceShelf, clock: Clock) -> SilenceRule:
    """By the province's policy of the day. Raises NoPolicy, StoreUnavailable."""
    policy = shelf.policy_for(PROVINCE, shanghai_date(clock.now()))
    return SilenceRule(policy.intake_silent_factor, policy.intake_usual_interval_hours)


def hospitals_now(views: Views, rule: SilenceRule, clock: Clock) -> HospitalsNow | None:
    """All that are known; None where there is no read model of this program's. Raises SQLAlchemy's OperationalError."""
    engine = views.live(EXPENSES)
    if engine is None:
        return None
    now = to_micros(clock.now())
    with snapshot(engine) as connection:
        known = known_hospitals(connection)
    since = ((one.institution, silent_since(one, rule, now)) for one in known)
    return HospitalsNow(known, {code: (now - due) / 1_000_000 for code, due in since if due is not None})


class HospitalTopics:
    """Which hospitals have a topic in the log, asked anew after KEPT_S. ticks: seconds of a clock that never goes back."""

    def __init__(self, settings: Settings, ticks: Callable[[], float]) -> None:
        self._settings = settings
        self._ticks = ticks
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._codes: Collection[str] | None = None

    def codes(self) -> Collection[str] | None:
        """Their codes; None while the log does not say."""
        with self._lock:
            if self._ticks() - self._asked_at >= KEPT_S:
                answer = answers_within(ANSWER_S, {"topics": self._ask})["topics"]
                self._codes = answer if isinstance(answer, frozenset) else None
                self._asked_at = self._ticks()
            return self._codes

    def _ask(self) -> frozenset[str]:
        found = map(institution_of, topic_names(self._settings))
        return frozenset(code for code in found if code is not None)
