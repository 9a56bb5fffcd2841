"""Accounts and their sessions over their life."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import Engine

from deploy.clocks import HandSetClock
from registry.accounts.account import SignInRefused
from registry.accounts.accounts import LOCKED_AFTER, LOCKED_FOR, PRIVILEGED, Accounts
from registry.accounts.one_time_codes import TotpSeal
from registry.accounts.sessions import IDLE, LASTS, Sessions
from registry.accounts.tables import create_tables
from registry.refusal import Refused
from registry.tokens.tables import open_database
from schemas.access import Actor

SUPERVISOR = Actor("team-1", "SUPERVISOR", "office-1", "460000000000")
AUDITOR = Actor("auditor-1", "AUDITOR", "office-1", "460000000000")
PASSWORD, WRONG = "correct horse battery", "wrong horse battery"


@dataclass
class Register:
    engine: Engine
    clock: HandSetClock
    accounts: Accounts
    sessions: Sessions

    def wait(self, for_: timedelta) -> None:
        self.clock.set(self.clock.now() + for_)

    def reason(self, user: str, password: str, code: str = "") -> str:
        refused = self.accounts.sign_in(user, password, code)
        assert isinstance(refused, SignInRefused)
        assert refused.code == "E-SIGN-IN"
        return refused.reason


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    engine, clock = open_database(f"sqlite:///{tmp_path}/registry.db"), HandSetClock(datetime(2020, 5, 4, 1, tzinfo=UTC))
    create_tables(engine)
    create_tables(engine)  # as each start does
    accounts = Accounts(engine, clock, TotpSeal(b"k" * 32), clock)
    accounts.add(SUPERVISOR, PASSWORD)
    yield Register(engine, clock, accounts, Sessions(engine, clock))
    engine.dispose()


def broken(call: object, *arguments: object) -> set[str]:
    with pytest.raises(Refused) as refused:
        call(*arguments)  # type: ignore[operator]
    return {violation.code for violation in refused.value.violations}


def test_the_right_password_lets_in_as_the_actor(register: Register) -> None:
    assert register.accounts.sign_in("team-1", PASSWORD) == SUPERVISOR
    (listed,) = register.accounts.list()
    assert (listed.actor, listed.last_sign_in_at) == (SUPERVISOR, register.clock.now())


def test_neither_a_wrong_password_nor_an_account_that_is_not_there_does(register: Register) -> None:
    assert register.reason("team-1", WRONG) == "PASSWORD"
    assert register.reason("nobody", PASSWORD) == "UNKNOWN"
    assert register.reason("", "") == "UNKNOWN"
    assert register.reason("team-1", PASSWORD + "x" * 5000) == "PASSWORD"


def test_what_cannot_be_an_account_is_refused_with_every_reason(register: Register) -> None:
    wrong = Actor("张三", "KING", "office-1", "46")
    codes = {"E-FIELD-TYPE", "E-CODE-UNKNOWN", "E-DIVISION-UNKNOWN", "E-PASSWORD-LENGTH"}
    assert broken(register.accounts.add, wrong, "short") == codes
    assert broken(register.accounts.add, SUPERVISOR, PASSWORD) == {"E-ACCOUNT-EXISTS"}
    assert broken(register.accounts.set_password, "nobody", PASSWORD) == {"E-ACCOUNT-UNKNOWN"}
    assert len(register.accounts.list()) == 1


def test_failures_in_a_row_lock_it_for_a_time_even_for_the_right_password(register: Register) -> None:
    for _ in range(LOCKED_AFTER):
        assert register.reason("team-1", WRONG) == "PASSWORD"
    assert register.reason("team-1", PASSWORD) == "LOCKED"
    register.wait(LOCKED_FOR - timedelta(seconds=1))
    assert register.reason("team-1", PASSWORD) == "LOCKED"
    register.wait(timedelta(seconds=1))
    assert register.accounts.sign_in("team-1", PASSWORD) == SUPERVISOR


def test_a_success_begins_the_count_anew(register: Register) -> None:
    for _ in range(2):
        for _ in range(LOCKED_AFTER - 1):
            register.reason("team-1", WRONG)
        assert register.accounts.sign_in("team-1", PASSWORD) == SUPERVISOR


def test_tries_at_once_get_no_more_guesses(register: Register) -> None:
    with ThreadPoolExecutor(8) as pool:
        reasons = list(pool.map(lambda _: register.reason("team-1", WRONG), range(12)))
    assert sorted(reasons) == ["LOCKED"] * (12 - LOCKED_AFTER) + ["PASSWORD"] * LOCKED_AFTER


def test_a_new_password_ends_the_lock_the_old_one_and_the_sessions(register: Register) -> None:
    secret = register.sessions.open("team-1")
    for _ in range(LOCKED_AFTER):
        register.reason("team-1", WRONG)
    register.accounts.set_password("team-1", "another horse battery")
    assert register.sessions.held(secret) is None
    assert register.reason("team-1", PASSWORD) == "PASSWORD"
    assert register.accounts.sign_in("team-1", "another horse battery") == SUPERVISOR


def test_a_disabled_account_lets_nobody_in_and_ends_its_sessions(register: Register) -> None:
    secret = register.sessions.open("team-1")
    register.accounts.disable("team-1")
    assert register.sessions.held(secret) is None
    assert register.reason("team-1", PASSWORD) == "DISABLED"
    assert broken(register.accounts.add, SUPERVISOR, PASSWORD) == {"E-ACCOUNT-EXISTS"}


def test_a_privileged_role_needs_a_code_which_counts_once(register: Register) -> None:
    assert AUDITOR.role in PRIVILEGED
    register.accounts.add(AUDITOR, PASSWORD)
    assert register.reason("auditor-1", PASSWORD) == "NO_AUTHENTICATOR"
    made = register.accounts.set_authenticator("auditor-1")
    assert made.secret not in repr(made)
    totp, now = pyotp.TOTP(made.secret), register.clock.now()
    assert register.reason("auditor-1", PASSWORD) == "CODE"
    assert register.reason("auditor-1", PASSWORD, totp.at(now - timedelta(minutes=5))) == "CODE"
    assert register.reason("auditor-1", WRONG, totp.at(now)) == "PASSWORD"
    register.wait(LOCKED_FOR)
    now = register.clock.now()
    assert register.accounts.sign_in("auditor-1", PASSWORD, totp.at(now)) == AUDITOR
    assert register.reason("auditor-1", PASSWORD, totp.at(now)) == "CODE"
    register.wait(timedelta(seconds=30))
    assert register.accounts.sign_in("auditor-1", PASSWORD, totp.at(register.clock.now())) == AUDITOR


def test_secrets_are_not_in_the_file(register: Register, tmp_path: Path) -> None:
    made, session = register.accounts.set_authenticator("team-1"), register.sessions.open("team-1")
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("registry.db*"))
    for secret in (PASSWORD, made.secret, session):
        assert secret.encode() not in kept
    assert b"$argon2id$" in kept


def test_a_session_lasts_a_day_of_work_and_not_over_an_idle_half_hour(register: Register) -> None:
    secret = register.sessions.open("team-1")
    for _ in range(LASTS // (IDLE / 2) - 1):
        register.wait(IDLE / 2)
        held = register.sessions.held(secret)
        assert held is not None
        assert held.actor == SUPERVISOR
    register.wait(IDLE / 2)
    assert register.sessions.held(secret) is None
    idle = register.sessions.open("team-1")
    register.wait(IDLE)
    assert register.sessions.held(idle) is None


def test_signing_out_ends_that_session_alone(register: Register) -> None:
    first, second = register.sessions.open("team-1"), register.sessions.open("team-1")
    register.sessions.end(first)
    assert register.sessions.held(first) is None
    assert register.sessions.held(second) is not None
    assert register.sessions.held("made-up") is None
