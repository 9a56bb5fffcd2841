"""The demonstration's accounts: with them one signs in, and after another start only with the new ones."""

from pathlib import Path

import pyotp

from deploy.composition.write_side import WriteSide, write_side
from deploy.demo.access import ShownAccount, renew_accounts
from registry.accounts.account import SignInRefused
from registry.accounts.accounts import PRIVILEGED
from schemas.access import Actor
from tests.support.installation import new_installation

VILLAGE = "469024100201"


def signed_in(side: WriteSide, account: ShownAccount) -> Actor | SignInRefused:
    totp = pyotp.parse_uri(account.authenticator) if account.authenticator else None
    return side.accounts.sign_in(account.user_id, account.password, totp.now() if isinstance(totp, pyotp.TOTP) else "")


def test_each_signs_in_and_an_earlier_starts_no_more(tmp_path: Path) -> None:
    with write_side(new_installation(tmp_path)) as side:
        first = list(renew_accounts(side.accounts, VILLAGE))
        actors = [signed_in(side, account) for account in first]
        assert all(isinstance(actor, Actor) for actor in actors)
        roles = {actor.role for actor in actors if isinstance(actor, Actor)}
        assert {"SUPERVISOR", "VILLAGE_CLERK"} | PRIVILEGED <= roles
        assert (actors[-1].division, len(roles)) == (VILLAGE, len(first))  # type: ignore[union-attr]
        second = list(renew_accounts(side.accounts, VILLAGE))
        assert signed_in(side, first[0]) == SignInRefused("PASSWORD")
        assert signed_in(side, second[0]) == actors[0]
