"""`registry account`."""

from pathlib import Path

import pyotp
import pytest

from deploy.composition.write_side import write_side
from deploy.settings import Settings
from tests.support.installation import new_installation
from tests.support.program import Called, registry

PASSWORD = "correct horse battery"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return new_installation(tmp_path)


def call(settings: Settings, *arguments: str, stdin: str = "") -> Called:
    name, *more = arguments
    return registry("account", name, "--data", settings.data, *more, stdin=stdin)


def add(settings: Settings, user: str, role: str) -> Called:
    who = ("--role", role, "--division", "460000000000", "--user", user, "--organisation", "office-1")
    return call(settings, "add", *who, stdin=PASSWORD + "\n")


def test_an_account_is_added_listed_and_disabled(settings: Settings) -> None:
    made = add(settings, "team-1", "SUPERVISOR")
    assert (made.status, made.out) == (0, ""), made.err
    assert PASSWORD not in made.err
    with write_side(settings) as side:
        assert side.accounts.sign_in("team-1", PASSWORD).role == "SUPERVISOR"  # type: ignore[union-attr]
    assert "valid" in call(settings, "list").out
    assert call(settings, "password", "team-1", stdin="short\n").codes == ["E-PASSWORD-LENGTH"]
    assert call(settings, "disable", "team-1").status == 0
    assert "disabled" in call(settings, "list").out
    assert call(settings, "disable", "nobody").codes == ["E-ACCOUNT-UNKNOWN"]


def test_a_privileged_ones_authenticator_works_with_the_machines_time(settings: Settings) -> None:
    (address,) = add(settings, "auditor-1", "AUDITOR").lines
    totp = pyotp.parse_uri(address)
    assert isinstance(totp, pyotp.TOTP)
    with write_side(settings) as side:
        assert side.accounts.sign_in("auditor-1", PASSWORD, totp.now()).role == "AUDITOR"  # type: ignore[union-attr]
    (other,) = call(settings, "totp", "auditor-1").lines
    assert other != address
