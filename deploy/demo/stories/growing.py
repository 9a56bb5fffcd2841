"""Births, deaths, marriages, and what changes about members: drawn for each household a year at a time.

Source: births 1.6 % and deaths 0.8 % of persons a year; the other rates are assumptions.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from uuid import UUID

from deploy.demo.families import FEMALE, MALE, FamilyMaker, school_at
from deploy.demo.life import Life, related
from deploy.demo.stories import corrections, ending
from deploy.demo.turn import Step, Turn
from registry.household.assistance import age_on
from registry.household.head import ChangeHead
from registry.household.members import CHANGEABLE, AddMember, ChangeMemberAttributes, RemoveMember
from registry.household.new_member import NewMember
from registry.household.social_assistance import ChangeSocialAssistanceStatus

_YEAR_DAYS = 365
_BIRTHS, _DEATHS = 0.016, 0.008
_MARRIED_IN, _MARRIED_OUT, _ILL, _OTHERS_LEAVE = 0.004, 0.005, 0.012, 0.002
_SCHOOLS_RECORDED = 0.2
_ALLOWANCE = 0.01
_NEW_HEAD = 0.004
_OLD_AGE = 70


def live_a_year(turn: Turn) -> Iterator[Step]:
    """What is to happen within a year is put on the agenda; nothing is told yet."""
    life = turn.life
    if life.members:
        for share, event in ((_BIRTHS, give_birth), (_DEATHS, die), (_MARRIED_IN, marry_in), (_MARRIED_OUT, marry_out)):
            _perhaps(turn, share * life.size, event)
        _perhaps(turn, _ILL * life.size, fall_ill)
        _perhaps(turn, _OTHERS_LEAVE * life.size, leave)
        _perhaps(turn, _ALLOWANCE * life.size, get_allowance)
        _perhaps(turn, _NEW_HEAD, change_head)
        if turn.happens(_SCHOOLS_RECORDED):
            life.plan(
                date(turn.today.year + (turn.today.month > 9), 9, 10) + timedelta(days=turn.chance.randint(0, 60)), go_to_school
            )
        ending.plan_a_year(turn)
    life.plan(turn.in_days(_YEAR_DAYS - 5, _YEAR_DAYS + 5), live_a_year)
    yield from ()


def _perhaps(turn: Turn, share: float, event: Callable[[Turn], Iterator[Step]]) -> None:
    if turn.happens(share):
        turn.life.plan(turn.in_days(1, _YEAR_DAYS), event)


def give_birth(turn: Turn) -> Iterator[Step]:
    """A child is born, if there is a woman of that age; some birthdays are entered wrongly."""
    mothers = [m for m in turn.life.members.values() if m.sex == FEMALE and 19 <= age_on(m.birth_month, turn.today) <= 42]
    if not mothers:
        return
    child = MALE if turn.happens(0.53) else FEMALE
    mother = turn.chance.choice(mothers)
    own = mother.relation in ("HEAD", "SPOUSE")
    relation = {MALE: "SON" if own else "SONS_SON", FEMALE: "DAUGHTER" if own else "SONS_DAUGHTER"}[child]
    born = turn.late(turn.life.known_since)
    yield from _come(turn, relation, child, 0, "BIRTH", born, born)
    if turn.happens(0.05):
        person_id = next(reversed(turn.life.members))
        turn.life.plan(
            turn.in_days(10, 60), corrections.correct_birthday, person_id, max(born.replace(day=1), turn.life.known_since)
        )


def marry_in(turn: Turn) -> Iterator[Step]:
    """A son's wife comes, or the head marries."""
    life, on = turn.life, turn.late(turn.life.known_since)
    present = {member.relation for member in life.members.values()}
    if "DAUGHTER_IN_LAW" not in present and any(_is_grown(m, on) for m in life.members.values() if m.relation == "SON"):
        yield from _come(turn, "DAUGHTER_IN_LAW", FEMALE, turn.chance.randint(20, 30), "MARRIED_IN", on)
    elif "SPOUSE" not in present and life.head is not None and age_on(life.members[life.head].birth_month, on) < 60:
        sex = MALE if life.members[life.head].sex == FEMALE else FEMALE
        yield from _come(turn, "SPOUSE", sex, turn.chance.randint(24, 50), "MARRIED_IN", on)


def _is_grown(member: NewMember, on: date) -> bool:
    return age_on(member.birth_month, on) >= 22


def _come(turn: Turn, relation: str, sex: str, age: int, reason: str, on: date, born: date | None = None) -> Iterator[Step]:
    """Somebody new to the register joins."""
    made = FamilyMaker(on, turn.province.li_share(turn.life), turn.chance, turn.province.person_ids(turn)).member(
        relation, sex, age, born
    )
    newcomer = turn.province.newcomer(turn, made)
    yield turn.tell(turn.office.clerk, AddMember, on, reason_code=reason, newcomers=(newcomer,), member=made.member)
    turn.life.admit(made.member, on)


def die(turn: Turn) -> Iterator[Step]:
    """One of the oldest dies, as a rule; where nobody is left the household is closed."""
    if turn.life.members:
        by_age = sorted(turn.life.members.values(), key=lambda m: m.birth_month)
        dead = by_age[0] if turn.happens(0.75) else turn.chance.choice(by_age)
        yield from _go(turn, dead.person_id, "DEATH")


def marry_out(turn: Turn) -> Iterator[Step]:
    """A daughter marries and leaves."""
    daughters = [
        m for m in turn.life.members.values() if m.relation == "DAUGHTER" and 20 <= age_on(m.birth_month, turn.today) <= 32
    ]
    if daughters:
        yield from _go(turn, daughters[0].person_id, "MARRIED_OUT")


def leave(turn: Turn) -> Iterator[Step]:
    """A grown child leaves for good."""
    children = [m for m in turn.life.members.values() if m.relation in ("SON", "DAUGHTER") and _is_grown(m, turn.today)]
    if children:
        reason = turn.chance.choice(("HUKOU_MOVED_OUT", "STABLE_EMPLOYMENT", "ARMY", "NOT_SHARING"))
        yield from _go(turn, children[0].person_id, reason)


def _go(turn: Turn, person_id: UUID, reason: str) -> Iterator[Step]:
    """A member goes; a head is followed by the oldest grown-up who is left."""
    life = turn.life
    on = turn.late(max(life.joined_on(person_id), life.known_since))
    successor = successor_of(life, {person_id}) if person_id == life.head else None
    yield turn.tell(turn.office.clerk, RemoveMember, on, reason_code=reason, person_id=person_id, new_head_id=successor)
    if successor is not None:
        life.follow(successor)
    life.dismiss(person_id)
    if not life.members:
        life.plan(turn.in_days(3, 30), ending.close_empty)


def successor_of(life: Life, leaving: set[UUID]) -> UUID | None:
    """Who becomes the head: the spouse, or the oldest of those who stay; nobody where nobody stays."""
    staying = [m for m in life.members.values() if m.person_id not in leaving]
    chosen = sorted(staying, key=lambda m: (m.relation != "SPOUSE", m.birth_month, m.person_id))
    return chosen[0].person_id if chosen else None


def change_head(turn: Turn) -> Iterator[Step]:
    """The spouse takes the head's place."""
    life = turn.life
    spouse = next((m.person_id for m in life.members.values() if m.relation == "SPOUSE"), None)
    if spouse is not None:
        yield turn.tell(turn.office.clerk, ChangeHead, turn.late(life.known_since), person_id=spouse)
        life.follow(spouse)


def fall_ill(turn: Turn) -> Iterator[Step]:
    """A member falls ill, or is well again."""
    if turn.life.members:
        member = turn.chance.choice(list(turn.life.members.values()))
        ill = set(member.health) <= {"HEALTHY"}
        health = (turn.chance.choice(("CHRONIC", "CHRONIC", "MAJOR_ILLNESS")),) if ill else ("HEALTHY",)
        yield _changed(turn, member, health=health)


def go_to_school(turn: Turn) -> Iterator[Step]:
    """The new school year is recorded for the household's children."""
    for member in list(turn.life.members.values()):
        age = age_on(member.birth_month, turn.today)
        school = school_at(age, turn.chance) if age < 19 else member.school_status
        if school != member.school_status:
            yield _changed(turn, member, school_status=school)


def _changed(turn: Turn, member: NewMember, **changes: object) -> Step:
    turn.life.members[member.person_id] = now = related(member, member.relation, **changes)
    facts = {name: getattr(now, name) for name in CHANGEABLE}
    on = turn.late(turn.life.joined_on(member.person_id))
    return turn.tell(turn.office.clerk, ChangeMemberAttributes, on, person_id=member.person_id, **facts)


def get_allowance(turn: Turn) -> Iterator[Step]:
    """Civil affairs takes an old member into its support, or a member whose household is poor."""
    life = turn.life
    candidates = [m for m in life.members.values() if m.social_assistance == "NONE"]
    if not candidates:
        return
    member = candidates[0]
    alone = life.size == 1 and age_on(member.birth_month, turn.today) >= _OLD_AGE
    support = "TEKUN" if alone else "DIBAO"
    life.members[member.person_id] = related(member, member.relation, social_assistance=support)
    on = turn.late(life.joined_on(member.person_id))
    yield turn.tell(turn.office.township, ChangeSocialAssistanceStatus, on, person_id=member.person_id, to_state=support)
