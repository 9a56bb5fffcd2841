"""Who may ask what: the shared access rules, asked by every endpoint before anything else.

A household outside the actor's division is answered like one that does not exist, for every role. Ids travel (in letters, old
lists, other programs' rows), and "not yours" would tell whoever holds one that the family is on the register, and elsewhere. Who
may know loses nothing: the whole register is in scope of those whose division is the province. Divisions are public, so a place
outside the scope is refused by name.
"""

from projections.api.errors import Fault, QueryRefused
from projections.register.queries.fields import division_text
from projections.register.queries.household_now import state_of
from projections.register.queries.prepared import Driver
from schemas.access import Actor, decide
from schemas.hospital_codes import division_of

HOUSEHOLD = "query.household"
HOSPITAL = "HOSPITAL"
"""The role whose organisation is a hospital's code."""
PROVINCE = "460000000000"


def require_role(actor: Actor, action: str) -> None:
    """Raises QueryRefused (E-AUTH-ROLE) if the role may not ask this anywhere."""
    if (denial := decide(actor, action, None)) is not None:
        raise QueryRefused([Fault(denial, "", {"action": action, "role": actor.role})])


def require_scope(actor: Actor, action: str, division: str, at: str = "division") -> None:
    """Raises QueryRefused (E-AUTH-SCOPE) if the actor's division does not cover the place."""
    if (denial := decide(actor, action, division)) is not None:
        raise QueryRefused([Fault(denial, at, {"scope": actor.division})])


def may_see(actor: Actor, division: str | None) -> bool:
    """Whether a household that lies (or lay, at the moment that is asked about) in the division may be shown to the actor."""
    return division is not None and decide(actor, HOUSEHOLD, division) is None


def visible_version(driver: Driver, actor: Actor, household_id: bytes) -> int | None:
    """The household's version; None if there is no such household for this actor."""
    state = state_of(driver, household_id)
    return state[0] if state is not None and may_see(actor, division_text(state[1])) else None


def unknown_household() -> QueryRefused:
    """What is raised for a household that does not exist, and for one that the actor may not see."""
    return QueryRefused([Fault("E-HOUSEHOLD-UNKNOWN")])


def may_see_hospital(actor: Actor, action: str, institution: str) -> bool:
    """Whether the actor may be shown what concerns a hospital: a hospital only itself, others those within their division.

    A code that names no place is shown to those whose division is the province.
    """
    if actor.role == HOSPITAL:
        return actor.organisation == institution and decide(actor, action, None) is None
    return decide(actor, action, division_of(institution) or PROVINCE) is None


def require_hospital(actor: Actor, action: str, institution: str) -> None:
    """Raises QueryRefused (E-AUTH-SCOPE) if it may not, whether or not there is such a hospital."""
    if not may_see_hospital(actor, action, institution):
        raise QueryRefused([Fault("E-AUTH-SCOPE", "institution", {"scope": actor.division})])
