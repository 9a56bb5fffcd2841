"""The opening balance and the village ledger: how each household comes into the register, and what it will try to do there.

Source: of the persons who had not exited about two thirds were to exit in 2018 and the others in 2019; about one listed household
in a hundred should not have been listed; of the others in the ledger few apply, and fewer are in need (assumptions).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from deploy.demo.days import FIRST_DAY
from deploy.demo.stories import (
    after_exit,
    clearing_out,
    exits,
    growing,
    helping,
    identification,
    monitoring,
    obstacles,
    paying,
    visiting,
)
from deploy.demo.turn import Step, Turn
from registry.household.ledger import RecordLedgerHousehold
from registry.household.opening import ImportHousehold

MISIDENTIFIED = 0.01
_SPELL_FROM, _SPELL_UNTIL = date(2014, 4, 1), date(2018, 2, 28)
_EXITED_FROM, _EXITED_UNTIL = date(2016, 10, 1), date(2018, 6, 30)
_STABLE = 0.12
_EXIT_2018, _EXIT_2019 = 0.762, 0.985
"""Limits of the shares of households that first try to exit in 2018, in 2019, and later."""
_OBSTACLE = 0.02
_APPLICATIONS, _MISSED, _NEWLY_POOR = 0.006, 0.0005, 0.0005
_MARGINAL = 0.008
_YEARS = (2018, 2019, 2020)
_LEDGER_RENEWED = 0.02
_GROUPS = ("DISABLED", "MAJOR_ILLNESS", "DIBAO", "DANGEROUS_HOUSING", "OTHER")


def register(turn: Turn) -> Iterator[Step]:
    """A household that has not exited is taken over from the old register."""
    life = turn.life
    started = _between(turn, _SPELL_FROM, _SPELL_UNTIL)
    yield _imported(turn, "REGISTERED", started, None)
    life.spell_start = started
    year = _try_to_exit(turn)
    life.plan(turn.in_days(1, 40), exits.expect, year)
    life.plan(turn.in_days(1, 7), helping.assign_helper)
    life.plan(turn.in_days(3, 10), helping.start_measure)
    life.plan(turn.in_days(2, 70), visiting.visit)
    life.plan(turn.in_days(20, 150), paying.pay)
    life.plan(turn.in_days(1, 20), growing.live_a_year)
    if turn.happens(MISIDENTIFIED):
        life.plan(turn.in_days(30, 700), clearing_out.request)
    if turn.happens(_OBSTACLE):
        life.plan(turn.in_days(10, 300), obstacles.arise)


def _try_to_exit(turn: Turn) -> int:
    """When the village first proposes the exit; return the year."""
    drawn = turn.chance.random()
    if drawn < _EXIT_2018:
        turn.life.plan(_between(turn, date(2018, 9, 25), date(2018, 11, 16)), exits.propose)
        return 2018
    if drawn < _EXIT_2019:
        autumn = turn.happens(0.7)
        first, last = (date(2019, 8, 20), date(2019, 11, 10)) if autumn else (date(2019, 3, 1), date(2019, 7, 31))
        turn.life.plan(_between(turn, first, last), exits.propose)
        return 2019
    turn.life.plan(_between(turn, date(2020, 3, 1), date(2020, 10, 20)), exits.propose)
    return 2020


def take_over_exited(turn: Turn) -> Iterator[Step]:
    """A household that had exited is taken over; most keep their policies until the end of 2020."""
    life = turn.life
    exited_on = _between(turn, _EXITED_FROM, _EXITED_UNTIL)
    stable = turn.happens(_STABLE)
    started = exited_on - timedelta(days=turn.chance.randint(240, 900))
    yield _imported(turn, "EXITED_STABLE" if stable else "EXITED_WITH_POLICY", started, exited_on)
    life.spell_start = started
    if not stable:
        life.retention_until = turn.policy(exited_on).retention_until(exited_on)
        if turn.happens(0.5):
            life.plan(turn.in_days(2, 60), helping.assign_helper)
        if turn.happens(0.25):
            life.plan(turn.in_days(10, 300), helping.start_measure)
    life.plan(turn.in_days(5, 250), visiting.visit)
    life.plan(turn.in_days(1, 20), growing.live_a_year)
    after_exit.begin_as_exited(turn)
    if turn.happens(MISIDENTIFIED / 4):
        life.plan(turn.in_days(60, 700), clearing_out.request)


def _imported(turn: Turn, status: str, started: date, exited_on: date | None) -> Step:
    """The import of the household with all its members."""
    life = turn.life
    identification.draw_circumstances(turn)
    born = turn.province.family_of(turn)
    for each in born:
        life.admit(each.member)
    life.become(status, FIRST_DAY)
    life.spells = 1
    life.income = min(3_400, round(turn.chance.lognormvariate(7.97, 0.35)))
    return turn.tell(
        turn.office.county,
        ImportHousehold,
        FIRST_DAY,
        newcomers=tuple(turn.province.newcomer(turn, each) for each in born),
        division=life.office.village,
        to_status=status,
        spell_start=started,
        exited_on=exited_on,
        attribute=life.attribute,
        main_cause=life.causes[0],
        other_causes=life.causes[1:],
        income_pc=Decimal(life.income),
        members=tuple(each.member for each in born),
    )


def enter_ledger(turn: Turn) -> Iterator[Step]:
    """A household that is not listed stands in its village's ledger; a few apply, and a few are watched."""
    life = turn.life
    yield ledger_entry(turn)
    for year in _YEARS:
        in_need = _MISSED + _NEWLY_POOR / 4 if year == 2018 else _NEWLY_POOR
        first, last = max(turn.today + timedelta(days=5), date(year, 1, 1)), date(year, 12, 20)
        if turn.happens(in_need):
            life.plan(_between(turn, first, last), identification.apply, True)
        elif turn.happens(_APPLICATIONS):
            life.plan(_between(turn, first, last), identification.apply, False)
        if turn.happens(_LEDGER_RENEWED):
            life.plan(date(year + 1, 3, 1) + timedelta(days=turn.chance.randint(0, 60)), renew_entry)
    if turn.happens(_MARGINAL):
        category = monitoring.SUDDEN_HARDSHIP if turn.happens(0.2) else monitoring.MARGINAL
        life.plan(turn.in_days(60, 600), monitoring.check, category)


def renew_entry(turn: Turn) -> Iterator[Step]:
    """The yearly sweep finds another size."""
    life = turn.life
    if not life.members and life.status == "NOT_REGISTERED":
        life.size += -1 if life.size > 3 and turn.happens(0.5) else 1
        yield ledger_entry(turn)


def ledger_entry(turn: Turn) -> Step:
    """The household as its village's ledger has it."""
    life = turn.life
    groups = (turn.chance.choice(_GROUPS),) if turn.happens(0.08) else ()
    labour = min(life.size, turn.chance.choice((1, 2, 2, 2, 3)))
    return turn.tell(
        turn.office.clerk,
        RecordLedgerHousehold,
        turn.promptly() if life.known_since < turn.today else turn.today,
        division=life.office.village,
        size=life.size,
        labour_count=labour,
        groups=groups,
    )


def _between(turn: Turn, first: date, last: date) -> date:
    return first + timedelta(days=turn.chance.randint(0, (last - first).days))
