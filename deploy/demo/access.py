"""Tokens to try the register with: one for each kind of office, made anew at each start, since a token is shown only once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from deploy.demo.staff import PROVINCE, government_of
from registry.tokens.tokens import Tokens
from schemas.access import Actor
from schemas.clock import Clock

LINGAO: Final = "469024000000"
_PREFIX: Final = "demo-"
_VALID: Final = timedelta(days=365)
_HOLDERS: Final = (
    ("supervisor", "SUPERVISOR", PROVINCE),
    ("province officer", "PROVINCE_OFFICER", PROVINCE),
    ("auditor", "AUDITOR", PROVINCE),
    ("operator", "OPERATOR", PROVINCE),
    ("county officer", "COUNTY_OFFICER", LINGAO),
    ("township officer", "TOWNSHIP_OFFICER", ""),
    ("village clerk", "VILLAGE_CLERK", ""),
)


def renew_tokens(tokens: Tokens, clock: Clock, village: str) -> Iterator[tuple[str, str]]:
    """Revoke those of an earlier start; give who holds each new one, and its secret. The last two are of this village."""
    for issued in tokens.list():
        if issued.actor.user_id.startswith(_PREFIX) and issued.revoked_at is None:
            tokens.revoke(issued.token_id)
    divisions = {"TOWNSHIP_OFFICER": village[:9] + "000", "VILLAGE_CLERK": village}
    for holder, role, division in _HOLDERS:
        place = division or divisions[role]
        actor = Actor(_PREFIX + holder.replace(" ", "-"), role, government_of(place), place)
        yield holder, tokens.create(actor, clock.now() + _VALID).reveal()
