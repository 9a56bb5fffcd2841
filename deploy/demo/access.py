"""What to try the register with: for each kind of office a token and an account, with secrets made anew at each start, since they
are shown only once.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from deploy.demo.staff import PROVINCE, government_of
from registry.accounts.accounts import PRIVILEGED, Accounts
from registry.tokens.tokens import Tokens
from schemas.access import Actor
from schemas.clock import Clock

LINGAO: Final = "469024000000"
_PREFIX: Final = "demo-"
_VALID: Final = timedelta(days=365)
_PASSWORD_BYTES: Final = 12
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
    for holder, actor in _actors(village):
        yield holder, tokens.create(actor, clock.now() + _VALID).reveal()


@dataclass(frozen=True, slots=True)
class ShownAccount:
    """An account with its new password; authenticator: the `otpauth://` address, where its role needs one."""

    user_id: str
    password: str
    authenticator: str | None


def renew_accounts(accounts: Accounts, village: str) -> Iterator[ShownAccount]:
    """Make them, or give those of an earlier start other passwords and authenticators. The last two are of this village."""
    there = {account.actor.user_id for account in accounts.list()}
    for _, actor in _actors(village):
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        if actor.user_id in there:
            accounts.set_password(actor.user_id, password)
        else:
            accounts.add(actor, password)
        privileged = actor.role in PRIVILEGED
        address = accounts.set_authenticator(actor.user_id).address() if privileged else None
        yield ShownAccount(actor.user_id, password, address)


def _actors(village: str) -> Iterator[tuple[str, Actor]]:
    divisions = {"TOWNSHIP_OFFICER": village[:9] + "000", "VILLAGE_CLERK": village}
    for holder, role, division in _HOLDERS:
        place = division or divisions[role]
        yield holder, Actor(_PREFIX + holder.replace(" ", "-"), role, government_of(place), place)
