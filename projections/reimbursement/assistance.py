"""Which social assistance members of households had on a day, by what is known now or was at an instant."""

from collections.abc import Collection
from operator import itemgetter
from typing import Final

from sqlalchemy import Connection

from projections.bulk import select_rows
from projections.register.anew import Told, facts_of, fold_again
from projections.register.facts.catalogue import FACTS
from projections.register.fold import Reader
from projections.register.past_assistance import assistance_on
from projections.register.state import Household
from projections.register.tables import MEMBER, TIMELINE
from schemas.catalogue import registry_catalogue

Past = dict[tuple[bytes, bytes], str]
"""What was stated of members' social assistance, by household and person."""

_T: Final = TIMELINE.c


def supported(connection: Connection, households: Collection[bytes], known_at: int | None = None) -> Past:
    """What was stated of the social assistance of these households' members, ever, or until an instant (microseconds)."""
    columns = MEMBER.c.household_id, MEMBER.c.person_id, MEMBER.c.assistance_past
    rows = select_rows(connection, columns, MEMBER.c.household_id, sorted(households))
    past = {(household_id, person_id): past for household_id, person_id, past in rows if past}
    if known_at is None:
        return past
    # Of all others nothing was ever stated, nor did a correction take it back.
    since = select_rows(connection, (_T.household_id, _T.recorded_at, _T.corrects), _T.household_id, sorted(households))
    corrected = {household_id for household_id, at, corrects in since if corrects is not None and at > known_at}
    return _told_until(connection, {household_id for household_id, _ in past} | corrected, known_at)


def _told_until(connection: Connection, households: Collection[bytes], known_at: int) -> Past:
    """By folding what was recorded of each household until then, as if nothing had come after it."""
    reader = Reader(registry_catalogue(), FACTS)
    columns = _T.household_id, _T.version, _T.recorded_at, _T.stored
    rows = select_rows(connection, columns, _T.household_id, sorted(households))
    streams: dict[bytes, list[Told]] = {}
    for household_id, _, at, stored in sorted(rows, key=itemgetter(0, 1)):
        if at <= known_at:
            plan, event = reader.read(bytes(stored))
            streams.setdefault(household_id, []).append(Told(plan.event_type, plan.target, event))
    return {
        (household_id, person_id): member.assistance_past
        for household_id, stream in streams.items()
        for person_id, member in fold_again(Household(household_id, 0), facts_of(stream)).members.items()
        if member.assistance_past
    }


def had(past: str | None, day: int, state: str) -> bool:
    """Whether that was the member's assistance on the day."""
    return past is not None and assistance_on(past, day) == state
