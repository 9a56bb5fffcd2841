"""Every figure of the weekly digest, defined once: its words in both languages beside the events or stocks that it counts.

A new figure is one entry here. What the register does not collect yet is named in NOT_COLLECTED, and never shown as 0.
Source: three-year plan, items 1 to 3 and 30; the balance's stocks are those of `projections.register.codes`.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from projections.days import day_of
from projections.weekly.fact import DigestFact
from schemas.catalogue import registry_catalogue

LATE_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Words:
    """A figure's label and definition, in Chinese and in English."""

    zh: str
    en: str
    definition_zh: str
    definition_en: str


@dataclass(frozen=True, slots=True)
class Stock:
    """Households and persons in these stocks of the balance at the cut-off."""

    code: str
    words: Words
    stocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """First recordings of this event type in the week; only of this entry kind or procedure, where one is named.

    The unit is the event: a household counts as often as it happened to it. Persons are those of events that tell a size.
    """

    code: str
    words: Words
    event_type: str
    entry_kind: str | None = None
    procedure: str | None = None

    def counts(self, fact: DigestFact) -> bool:
        """Is it one of the events that this figure counts?"""
        return (
            fact.event_type == self.event_type
            and self.entry_kind in (None, fact.entry_kind)
            and self.procedure in (None, fact.procedure)
        )


def _flow(code: str, event: str, zh: str, en: str, **only: str) -> Flow:
    words = Words(zh, en, f"本周首次登记的{zh}", f"{en}: first recorded in the week")
    return Flow(code, words, f"household.{event}", **only)


def _stock(code: str, zh: str, en: str, *stocks: str) -> Stock:
    return Stock(code, Words(zh, en, f"截止时点{zh}的户数、人数", f"{en}: households and live members at the cut-off"), stocks)


STOCKS: Final = (
    _stock("H1", "在册未脱贫", "On the register, not exited", "H1"),
    _stock("H2", "已脱贫", "Exited", "EXITED_WITH_POLICY", "EXITED_STABLE"),
    _stock("H2a", "脱贫享受政策", "Exited, policies go on", "EXITED_WITH_POLICY"),
    _stock("H2b", "脱贫不再享受政策", "Exited, policies ended", "EXITED_STABLE"),
)
FLOWS: Final = (
    _flow("I1", "identification_applied", "新申请", "Applications"),
    _flow("I2a", "household_identified", "新识别纳入", "Newly identified", entry_kind="NEW"),
    _flow("I2b", "household_identified", "再次识别纳入", "Identified again", entry_kind="REIDENTIFIED"),
    _flow("I3a", "relapse_confirmed", "返贫确认", "Relapses confirmed"),
    _flow("I3b", "household_re_entered", "返贫纳入", "Re-entered"),
    _flow("I3r", "relapse_revoked", "返贫撤销", "Relapses revoked"),
    _flow("I4", "identification_rejected", "不予纳入", "Applications rejected"),
    _flow("I6", "household_cleared_out", "清退", "Cleared out"),
    _flow("I6r", "clear_out_reversed", "清退撤销", "Clear-outs reversed"),
    _flow("I11a", "objection_raised", "提出异议", "Objections raised"),
    _flow("I11b", "objection_resolved", "异议办结", "Objections resolved"),
    _flow("I12a", "monitoring_started", "新增监测对象", "Monitoring started"),
    _flow("I12b", "risk_eliminated", "风险消除", "Risks eliminated"),
    _flow("I13a", "appraisal_requested", "提请评议", "Appraisals requested"),
    _flow("I13b", "appraisal_held", "召开评议", "Appraisals held"),
    _flow("A4", "home_visit_recorded", "走访", "Home visits"),
    _flow("E1a", "exit_proposed", "提出退出", "Exits proposed"),
    _flow("E1b", "exit_accepted", "退出认可", "Exits accepted"),
    _flow("E1c", "exit_rejected", "退出驳回", "Exits rejected"),
    _flow("E2", "household_exited", "脱贫", "Exited in the week"),
    _flow("E3", "exit_reversed", "错退", "Wrong exits reversed"),
    _flow("E6", "consolidation_measure_recorded", "巩固提升措施", "Consolidation measures recorded"),
    _flow("E8", "policy_retention_ended", "政策保持期满", "Policy retention ended"),
    _flow("C4", "visit_flagged", "走访真实性预警", "Visits flagged"),
)
CORRECTIONS: Final = Words("更正和作废", "Corrections and voidings", "本周登记的更正、作废", "Recorded in the week")
LATE: Final = Words(
    f"逾{LATE_DAYS}日补录",
    f"Back-dated by more than {LATE_DAYS} days",
    f"本周首次登记，且发生日早于登记日逾{LATE_DAYS}日",
    f"First recorded in the week, and true more than {LATE_DAYS} days before",
)
RECORDING: Final = {"C7a": CORRECTIONS, "C7b": LATE}
"""Of the recording itself: no correction changes them afterwards."""
NOT_COLLECTED: Final = (
    "H3", "H4", "I5", "I7", "I8", "I9", "I10", "A1", "A2", "A3", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A12",
    "E4", "E5", "E7", "E9", "C1", "C2", "C3", "C5", "C6", "C8",
)  # fmt: skip
"""Not counted here yet: printed as "not collected"."""
WANTED: Final = frozenset(figure.event_type for figure in FLOWS)


@cache
def tells_persons(code: str) -> bool:
    """Whether a figure's events say how many persons they are about; where not, there is no number of persons, not even 0."""
    if any(figure.code == code for figure in STOCKS):
        return True
    kinds = {figure.event_type for figure in FLOWS if figure.code == code}
    return any("size" in {field["name"] for field in registry_catalogue().latest(kind).definition["fields"]} for kind in kinds)


def is_late(fact: DigestFact) -> bool:
    """Was it true more than LATE_DAYS days before the day on which it was recorded?"""
    return day_of(fact.recorded_at) - fact.effective_on > LATE_DAYS
