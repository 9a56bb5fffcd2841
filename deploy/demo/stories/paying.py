"""What reaches the household or a member term by term: subsidies, insurance, trainings, public posts, relief."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from deploy.demo.stories import corrections
from deploy.demo.turn import Step, Turn
from registry.household.assistance import age_on
from registry.household.insurance import EnrollInsurance
from registry.household.new_member import NewMember
from registry.household.public_posts import EndPublicPost, GrantPublicPost
from registry.household.relief import GrantTemporaryRelief
from registry.household.subsidies import PaySubsidy, ReverseSubsidy
from registry.household.training import CompleteTraining

_ABLE = ("ORDINARY", "SKILLED")
_OUT_OF_COUNTY = ("WITHIN_PROVINCE", "OUTSIDE_PROVINCE")
_SCHOOL_SUBSIDIES = (
    ("PRESCHOOL", "EDUCATION_PRESCHOOL", 500),
    ("PRIMARY", "EDUCATION_PRIMARY", 1000),
    ("JUNIOR", "EDUCATION_JUNIOR", 1250),
    ("SENIOR", "EDUCATION_SENIOR", 1000),
    ("VOCATIONAL", "EDUCATION_VOCATIONAL", 1750),
)
_AGES = {"EDUCATION_PRESCHOOL": (2, 9), "EDUCATION_PRIMARY": (5, 17), "EDUCATION_JUNIOR": (10, 20), "EDUCATION_SENIOR": (13, 24)}
_POSTS = ("FOREST_RANGER", "CLEANER", "ROAD_KEEPER", "WATER_KEEPER", "CARE_WORKER", "SECURITY")
_POST_AGES = range(18, 68)


def pay(turn: Turn) -> Iterator[Step]:
    """What is paid at this time of the year; and the next time, some months later."""
    life = turn.life
    if life.entitled:
        yield from _pay_school(turn)
        if turn.happens(0.3):
            yield from _pay_household(turn)
        if turn.happens(0.12):
            yield from _train(turn)
        if turn.happens(0.03):
            yield from _grant_post(turn)
        if turn.today.month >= 10 and turn.happens(0.15):
            yield from _insure(turn)
    if turn.happens(0.01):
        yield turn.tell(
            turn.office.township, GrantTemporaryRelief, turn.promptly(), amount=Decimal(turn.chance.randint(5, 50) * 100)
        )
    life.plan(turn.in_days(165, 240), pay)


def _pay_school(turn: Turn) -> Iterator[Step]:
    """Living support of the term, for some of the household's pupils."""
    on = turn.promptly()
    term = f"{on.year}-{'S' if on.month < 8 else 'A'}"
    for member in list(turn.life.members.values()):
        for stage, category, amount in _SCHOOL_SUBSIDIES:
            lowest, below = _AGES.get(category, (13, 150))
            of_age = lowest <= age_on(member.birth_month, on) < below
            if member.school_status.startswith(stage) and of_age and turn.happens(0.33):
                yield from _paid(turn, on, category, term, Decimal(amount), member.person_id)


def _pay_household(turn: Turn) -> Iterator[Step]:
    """A subsidy of the year: for production, or for those who work far away."""
    on = turn.promptly()
    away = next((m for m in turn.life.members.values() if m.work_area in _OUT_OF_COUNTY), None)
    if away is not None and age_on(away.birth_month, on) >= 18:
        yield from _paid(turn, on, "MIGRANT_WORK", str(on.year), Decimal(turn.chance.randint(3, 15) * 100), away.person_id)
    else:
        yield from _paid(turn, on, "PRODUCTION", str(on.year), Decimal(turn.chance.randint(10, 50) * 100), None)


def _paid(turn: Turn, on: date, category: str, term: str, amount: Decimal, person_id: UUID | None) -> Iterator[Step]:
    """One payment, unless this term's was made; a few are corrected or come back."""
    life = turn.life
    key = (category, term, person_id)
    if key in life.paid:
        return
    life.paid.add(key)
    looked_at_again = turn.happens(0.01)
    subsidy_id = turn.new_id() if looked_at_again else None
    yield turn.tell(
        turn.office.township,
        PaySubsidy,
        on,
        subsidy_id=subsidy_id,
        category=category,
        term=term,
        amount=amount,
        person_id=person_id,
    )
    if subsidy_id is not None and turn.happens(0.5):
        life.plan(turn.in_days(5, 40), take_back, subsidy_id, on, amount)
    elif subsidy_id is not None:
        life.plan(turn.in_days(5, 40), corrections.correct_amount, subsidy_id, on, amount - 100)


def take_back(turn: Turn, subsidy_id: UUID, paid_on: date, amount: Decimal) -> Iterator[Step]:
    """The payment bounced."""
    yield turn.tell(turn.office.township, ReverseSubsidy, max(paid_on, turn.today), subsidy_id=subsidy_id, amount=amount)


def _insure(turn: Turn) -> Iterator[Step]:
    """The household's members are enrolled for the next year."""
    on = turn.promptly()
    for member in turn.life.members.values():
        if member.insurance:
            scheme = member.insurance[0]
            yield turn.tell(
                turn.office.clerk, EnrollInsurance, on, person_id=member.person_id, scheme=scheme, year=turn.today.year + 1
            )


def _train(turn: Turn) -> Iterator[Step]:
    worker = _worker(turn)
    if worker is not None:
        kind = turn.chance.choice(("FARMING", "FARMING", "VOCATIONAL", "ENTREPRENEURSHIP"))
        hours = turn.chance.randint(8, 80)
        yield turn.tell(
            turn.office.clerk, CompleteTraining, turn.promptly(), person_id=worker.person_id, training=kind, hours=hours
        )


def _grant_post(turn: Turn) -> Iterator[Step]:
    worker = _worker(turn)
    if worker is None or turn.life.post_holder is not None:
        return
    on, post_id = turn.promptly(), turn.new_id()
    yield turn.tell(
        turn.office.township,
        GrantPublicPost,
        on,
        post_id=post_id,
        person_id=worker.person_id,
        post_type=turn.chance.choice(_POSTS),
        monthly_wage=Decimal(turn.chance.randint(8, 15) * 100),
    )
    turn.life.post_holder = worker.person_id
    turn.life.plan(turn.in_days(300, 500), end_post, post_id, on)


def end_post(turn: Turn, post_id: UUID, granted_on: date) -> Iterator[Step]:
    """The post ends with its contract."""
    yield turn.tell(turn.office.township, EndPublicPost, turn.late(granted_on), post_id=post_id)
    turn.life.post_holder = None


def _worker(turn: Turn) -> NewMember | None:
    """A member who can work, if there is one."""
    of_age = (m for m in turn.life.members.values() if age_on(m.birth_month, turn.today) in _POST_AGES)
    return next((member for member in of_age if member.labour in _ABLE), None)
