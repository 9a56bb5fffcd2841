"""The rules that warn, pure: a household's expenses, what is known of it on the day, and policy; what fires, with its numbers.

Personal burden alone would be blind where insurance pays nearly all, so gross cost and the income line are asked beside it.
Source: domain, early warning (rules P1-P4, G1-G2, H1, L1-L2), three-year plan, item 23.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final
from uuid import UUID

from registry.early_warning.assess import FiredRule
from registry.early_warning.burden import Burden, Expense, by_person, rolling
from registry.early_warning.levels import BLUE, LEVELS, NONE, ORANGE, RED, YELLOW
from registry.policy.policy import Policy

REGISTERED: Final = "REGISTERED"
EXITED: Final = "EXITED"
MONITORED: Final = "MONITORED"
OTHER_RURAL: Final = "OTHER_RURAL"

LEVEL_OF: Final[Mapping[str, str]] = {
    "P1": BLUE, "P2": YELLOW, "P3": ORANGE, "P4": RED, "G1": BLUE, "G2": YELLOW, "H1": ORANGE, "L1": ORANGE, "L2": RED,
}  # fmt: skip
_PERSONAL: Final = ("P1", "P2", "P3", "P4")
_ROLLING: Final = "ROLLING_365"
_ADMISSION: Final = "ADMISSION"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a household on the day that decides.

    group: code table warning_group; size: live members, None of a person in no household: of whose nobody knows anything, so that
    only the person's own rules are asked; income: net, of twelve months, yuan; None: not known, or too old.
    """

    group: str
    size: int | None
    income: Decimal | None
    policy: Policy

    @property
    def thresholds(self) -> Mapping[str, Decimal]:
        """Of rules that compare an amount, yuan."""
        unlisted = self.group == OTHER_RURAL
        return self.policy.warning_thresholds_unlisted if unlisted else self.policy.warning_thresholds_listed


FactsOn = Callable[[date], Facts]


@dataclass(frozen=True, slots=True)
class Finding:
    """What fires for one household: of each rule the strongest instance, in order of the rules.

    basis: the personal burden of the household, or where only gross cost fires that; expenses: behind what fired.
    """

    fired: tuple[FiredRule, ...] = ()
    basis: Decimal = Decimal(0)
    expenses: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def level(self) -> str:
        """The highest that fired."""
        return max((rule.warning_level for rule in self.fired), key=LEVELS.index, default=NONE)


def find(expenses: Sequence[Expense], facts_on: FactsOn, since: date) -> Finding:
    """What fires in the windows that end on the days of these expenses, from `since` on.

    expenses: as they count now, of everybody who was a member on the day of his own expense. The result is the same in whatever
    order they are given.
    """
    people = {person_id: _Own(own) for person_id, own in by_person(expenses).items()}
    together = _most(expenses)
    best: dict[tuple[str, UUID | None], FiredRule] = {}
    behind: dict[tuple[str, UUID | None], frozenset[UUID]] = {}
    personal = gross = Decimal(0)
    for day in sorted({expense.on for expense in expenses if expense.on >= since}):
        for rule, burden in _on(day, expenses, people, together, facts_on(day)):
            key = rule.rule, rule.person_id
            if key not in best or _strength(rule) > _strength(best[key]):
                best[key], behind[key] = rule, frozenset(burden.expenses)
            if rule.rule.startswith("G"):
                gross = max(gross, rule.amount)
            else:
                personal = max(personal, burden.personal)
    fired = tuple(best[key] for key in sorted(best, key=lambda key: (key[0], str(key[1]))))
    return Finding(fired, personal or gross, frozenset[UUID]().union(*behind.values()))


class _Own:
    """A person's own expenses: on which days, and the most that any window can hold of them."""

    def __init__(self, expenses: Sequence[Expense]) -> None:
        self.expenses = expenses
        self.days = frozenset(expense.on for expense in expenses)
        self.most = _most(expenses)


def _most(expenses: Iterable[Expense]) -> tuple[Decimal, Decimal]:
    """Gross and personal of all of them: no amount is below zero, so no window holds more, and most need not be summed up."""
    settled = [expense for expense in expenses if expense.settled]
    return sum((e.total for e in settled), Decimal(0)), sum((e.personal for e in settled), Decimal(0))


def _on(
    day: date, expenses: Sequence[Expense], people: Mapping[UUID, _Own], together: tuple[Decimal, Decimal], facts: Facts
) -> Iterator[tuple[FiredRule, Burden]]:
    for person_id, own in people.items():
        # A person's window ends with an expense of that person's: nobody is judged anew by the policy of a relative's day.
        if day in own.days:
            yield from _of_person(day, person_id, own, facts)
    yield from _of_household(day, expenses, together[1], facts)


def _of_person(day: date, person_id: UUID, own: _Own, facts: Facts) -> Iterator[tuple[FiredRule, Burden]]:
    thresholds = facts.thresholds
    gross, personal = own.most
    if gross >= thresholds["G2"] or any(personal >= thresholds[rule] for rule in _PERSONAL):
        burden = rolling(own.expenses, day, facts.policy.warning_small_amount)
        for rule in _PERSONAL:
            if burden.personal >= thresholds[rule]:
                yield _fired(rule, day, burden.personal, thresholds[rule], person_id), burden
        if burden.gross >= thresholds["G2"]:
            yield _fired("G2", day, burden.gross, thresholds["G2"], person_id), burden
    for stay in own.expenses:
        if stay.is_stay and stay.on == day and stay.total >= thresholds["G1"]:
            alone = Burden(stay.total, stay.personal, stay.personal_in_scope, (stay.expense_id,))
            yield _fired("G1", day, stay.total, thresholds["G1"], person_id, _ADMISSION), alone


def _of_household(day: date, expenses: Sequence[Expense], personal: Decimal, facts: Facts) -> Iterator[tuple[FiredRule, Burden]]:
    """personal: the most that any window can hold."""
    if facts.size is None or not personal:
        return
    limit, least = _catastrophic(facts), facts.thresholds["P1"]
    if personal < least and (limit is None or personal < limit):
        return
    burden = rolling(expenses, day, facts.policy.warning_small_amount)
    if not burden.personal:
        return
    if limit is not None and burden.personal >= limit:
        yield _fired("H1", day, burden.personal, limit), burden
    # Of those on the register most are below the lines before any bill: there it says nothing.
    if facts.group == REGISTERED or facts.income is None or burden.personal < least:
        return
    before, after = facts.income / facts.size, _cents((facts.income - burden.personal) / facts.size)
    for rule, line in (("L1", facts.policy.monitoring_line), ("L2", facts.policy.poverty_line)):
        if before >= line > after:
            yield _fired(rule, day, after, line), burden


def _catastrophic(facts: Facts) -> Decimal | None:
    """The burden that is too much for a household; None where nobody can say."""
    if facts.income is not None:
        return _share(facts.income, facts.policy.warning_income_share)
    if facts.group == OTHER_RURAL and facts.size is not None:
        return _share(facts.policy.rural_income * facts.size, facts.policy.warning_rural_income_share)
    return None


def _share(amount: Decimal, share: Fraction) -> Decimal:
    return _cents(amount * share.numerator / share.denominator)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


def _fired(
    rule: str, day: date, amount: Decimal, threshold: Decimal, person_id: UUID | None = None, window: str = _ROLLING
) -> FiredRule:
    return FiredRule(
        rule=rule,
        warning_level=LEVEL_OF[rule],
        person_id=person_id,
        window=window,
        window_to=day,
        amount=amount,
        threshold=threshold,
    )


def _strength(rule: FiredRule) -> tuple[Decimal, date]:
    """By how much it fires: an income the lower, every other amount the higher."""
    return -rule.amount if rule.rule.startswith("L") else rule.amount, rule.window_to
