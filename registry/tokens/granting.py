"""What a token may give that is made over HTTP: never more than its maker has.

- Actions: every action of its role is an action of the maker's, but for what a hospital does for itself alone, which decides
  nothing about a household: somebody has to let hospitals in. So a province officer makes tokens of province officers,
  hospitals and agencies, and of nobody who records what households are decided on: who could give himself each of the
  signatures that a decision needs would need nobody.
- Places: its division lies within the maker's.
- Days: it ends no later than the maker's own, or a token that lasts a day would be one for ever.

All others are made at the machine itself (`registry token create`), where whoever can read the keys could do anything anyway.
"""

from datetime import datetime
from typing import Final

from registry.refusal import Refusals
from schemas.access import Actor, permissions
from schemas.division_codes import covers, is_division_code

HOSPITALS_OWN: Final = frozenset({"expenses.publish", "expenses.key", "query.dead_letters"})


def weigh_grant(maker: Actor, maker_until: datetime, wanted: Actor, expires_at: datetime, refusals: Refusals) -> None:
    """Note E-TOKEN-EXCEEDS for each field by which the token would give more. What no token may have is not asked here."""
    within_role = actions_of(wanted.role) - HOSPITALS_OWN <= actions_of(maker.role)
    refusals.unless(within_role, "E-TOKEN-EXCEEDS", at="role")
    if is_division_code(wanted.division):
        within = is_division_code(maker.division) and covers(maker.division, wanted.division)
        refusals.unless(within, "E-TOKEN-EXCEEDS", at="division")
    refusals.unless(expires_at <= maker_until, "E-TOKEN-EXCEEDS", at="expires_at")


def actions_of(role: str) -> frozenset[str]:
    """Everything that a role may do; nothing for one that does not exist."""
    return frozenset(action for action, roles in permissions().items() if role in roles)
