"""A week's digest for somebody: the gate that programs and pages have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection

from projections.api.access import PROVINCE, require_role, require_scope
from projections.api.errors import Fault, QueryRefused
from projections.api.parts import QueryParts
from projections.weekly.files.paper import units_in
from projections.weekly.making import DigestUnbalanced, Document, make
from projections.weekly.reading import WeekNotClosed
from projections.weekly.teams import TeamUnknown
from projections.weekly.window import Week, WeekMalformed, week
from schemas.access import Actor

_WRONG: Final = (WeekMalformed, WeekNotClosed, TeamUnknown, DigestUnbalanced)


@contextmanager
def digest_for(
    parts: QueryParts, actor: Actor, action: str, label: str, team: int | None
) -> Iterator[tuple[Connection, Week, Document]]:
    """The digest, if the actor may do this in all its counties, and the state of the register that it was made from.

    Raises QueryRefused (E-AUTH-*, E-WEEK-*, E-TEAM-UNKNOWN, E-BALANCE).
    """
    require_role(actor, action)
    if team is None:
        require_scope(actor, action, PROVINCE, at="team")
    try:
        asked = week(label)
        with parts.reading() as connection:
            document = make(connection, asked, team)
            for unit in () if team is None else units_in(document):
                require_scope(actor, action, unit, at="team")
            yield connection, asked, document
    except _WRONG as wrong:
        raise QueryRefused([Fault(wrong.code, "team" if isinstance(wrong, TeamUnknown) else "week")]) from wrong
