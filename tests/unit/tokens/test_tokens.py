"""Tokens over their life, on either engine."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import NamedTuple
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from registry.refusal import Refused
from registry.tokens.tables import create_tables, open_database
from registry.tokens.token_cache import FRESH_FOR
from registry.tokens.token_text import TokenText, new_token
from registry.tokens.tokens import LIFETIME_MAX, TokenRefused, Tokens
from schemas.access import Actor

CLERK = Actor("u-0042", "VILLAGE_CLERK", "11469025MB0000001X", "469025100201")


class HandClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.instant = datetime(2018, 9, 4, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def advance(self, by: timedelta) -> None:
        self.instant += by


class Register(NamedTuple):
    engine: Engine
    clock: HandClock

    def tokens(self) -> Tokens:
        """As another process would have them: the database is the same, the cache is its own."""
        return Tokens(self.engine, self.clock, uuid4)

    def in_a_month(self) -> datetime:
        return self.clock.now() + timedelta(days=30)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def register(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Register]:
    url = f"sqlite:///{tmp_path}/registry.db" if request.param == "sqlite" else request.getfixturevalue("postgres_uri")
    engine = open_database(url)
    create_tables(engine)
    create_tables(engine)
    yield Register(engine, HandClock())
    engine.dispose()


@pytest.fixture
def tokens(register: Register) -> Tokens:
    return register.tokens()


def test_a_token_acts_for_the_one_it_was_made_for(register: Register, tokens: Tokens) -> None:
    made = tokens.create(CLERK, register.in_a_month())
    assert tokens.authenticate(made.reveal()) == CLERK
    assert register.tokens().authenticate(made.reveal()) == CLERK


def test_the_database_does_not_hold_the_secret(register: Register, tokens: Tokens) -> None:
    made = tokens.create(CLERK, register.in_a_month())
    with register.engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM token"))
    assert row.secret_sha256 == made.digest()
    assert made.secret not in repr(row)


def test_a_wrong_secret_and_an_unknown_id_get_the_same_answer(register: Register, tokens: Tokens) -> None:
    made = tokens.create(CLERK, register.in_a_month())
    guess = new_token(made.token_id)
    assert tokens.authenticate(guess.reveal()) == tokens.authenticate(new_token(uuid4()).reveal()) == TokenRefused("UNKNOWN")
    assert tokens.authenticate(made.reveal()) == CLERK


@pytest.mark.parametrize("presented", ["", "hlr__", "Bearer x", "hlr_" + "0" * 32 + "_"])
def test_what_is_no_token_is_refused(tokens: Tokens, presented: str) -> None:
    assert tokens.authenticate(presented) == TokenRefused("MALFORMED")


def test_a_token_ends_on_time_to_the_moment_even_where_it_was_just_seen(register: Register, tokens: Tokens) -> None:
    made = tokens.create(CLERK, register.clock.now() + timedelta(seconds=2))
    register.clock.advance(timedelta(seconds=2) - timedelta(microseconds=1))
    assert tokens.authenticate(made.reveal()) == CLERK
    register.clock.advance(timedelta(microseconds=1))
    assert tokens.authenticate(made.reveal()) == TokenRefused("EXPIRED")


def test_a_revoked_token_is_refused_here_at_once_and_elsewhere_within_seconds(register: Register, tokens: Tokens) -> None:
    made, elsewhere = tokens.create(CLERK, register.in_a_month()), register.tokens()
    assert elsewhere.authenticate(made.reveal()) == tokens.authenticate(made.reveal()) == CLERK
    tokens.revoke(made.token_id)
    assert tokens.authenticate(made.reveal()) == TokenRefused("REVOKED")
    register.clock.advance(FRESH_FOR)
    assert elsewhere.authenticate(made.reveal()) == TokenRefused("REVOKED")


def test_how_a_token_ended_is_told_only_with_its_secret(register: Register, tokens: Tokens) -> None:
    revoked = tokens.create(CLERK, register.in_a_month())
    tokens.revoke(revoked.token_id)
    assert tokens.authenticate(new_token(revoked.token_id).reveal()) == TokenRefused("UNKNOWN")


def test_a_token_stays_revoked_since_the_first_time(register: Register, tokens: Tokens) -> None:
    made, moment = tokens.create(CLERK, register.in_a_month()), register.clock.now()
    tokens.revoke(made.token_id)
    register.clock.advance(timedelta(days=1))
    tokens.revoke(made.token_id)
    assert tokens.list()[0].revoked_at == moment


def test_a_token_that_is_not_there_cannot_be_revoked(tokens: Tokens) -> None:
    with pytest.raises(Refused) as raised:
        tokens.revoke(uuid4())
    assert [(v.code, v.field) for v in raised.value.violations] == [("E-TOKEN-UNKNOWN", "token_id")]


def test_tokens_are_listed_newest_first_and_without_secrets(register: Register, tokens: Tokens) -> None:
    older = tokens.create(CLERK, register.in_a_month())
    register.clock.advance(timedelta(minutes=1))
    newer = tokens.create(replace(CLERK, user_id="u-0043"), register.in_a_month())
    listed = tokens.list()
    assert [t.token_id for t in listed] == [newer.token_id, older.token_id]
    assert [t.actor.user_id for t in listed] == ["u-0043", "u-0042"]
    assert listed[1].expires_at == datetime(2018, 10, 4, 1, 0, tzinfo=UTC)
    assert not any(made.secret in repr(listed) for made in (older, newer))


def test_a_wrong_request_for_a_token_names_every_fault(register: Register, tokens: Tokens) -> None:
    wrong = Actor("符小明", "KING", "", "4690")
    for expires_at in (register.clock.now(), register.clock.now() + LIFETIME_MAX + timedelta(seconds=1)):
        with pytest.raises(Refused) as raised:
            tokens.create(wrong, expires_at)
        assert [(v.code, v.field) for v in raised.value.violations] == [
            ("E-FIELD-TYPE", "user_id"),
            ("E-FIELD-TYPE", "organisation"),
            ("E-CODE-UNKNOWN", "role"),
            ("E-DIVISION-UNKNOWN", "division"),
            ("E-FIELD-RANGE", "expires_at"),
        ]
    assert tokens.list() == ()


def test_the_last_use_is_known_to_the_hour(register: Register, tokens: Tokens) -> None:
    made, start = tokens.create(CLERK, register.in_a_month()), register.clock.now()
    assert last_used(tokens) is None
    tokens.authenticate(made.reveal())
    assert last_used(tokens) == start
    for minutes in (20, 20, 19):
        register.clock.advance(timedelta(minutes=minutes))
        tokens.authenticate(made.reveal())
    assert last_used(tokens) == start
    register.clock.advance(timedelta(minutes=1))
    tokens.authenticate(made.reveal())
    assert last_used(tokens) == start + timedelta(hours=1)


def test_a_refused_token_was_not_used(register: Register, tokens: Tokens) -> None:
    made = tokens.create(CLERK, register.in_a_month())
    tokens.authenticate(new_token(made.token_id).reveal())
    tokens.revoke(made.token_id)
    tokens.authenticate(made.reveal())
    assert last_used(tokens) is None


def test_nobody_waits_for_a_writer_of_events_to_be_let_in(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    engine, clock = open_database(f"sqlite:///{path}"), HandClock()
    create_tables(engine)
    tokens = Tokens(engine, clock, uuid4)
    made = tokens.create(CLERK, clock.now() + timedelta(days=1))
    writer.execute("BEGIN IMMEDIATE")
    started = monotonic()
    assert tokens.authenticate(made.reveal()) == CLERK
    assert monotonic() - started < 2  # a statement that waits would wait for 10
    writer.execute("ROLLBACK")
    writer.close()
    clock.advance(FRESH_FOR)
    tokens.authenticate(made.reveal())
    assert last_used(tokens) == clock.now()
    engine.dispose()


def test_a_hundred_requests_ask_the_database_once(register: Register, tokens: Tokens) -> None:
    made = tokens.create(CLERK, register.in_a_month())
    tokens.authenticate(made.reveal())
    with register.engine.begin() as connection:
        connection.execute(text("DELETE FROM token"))
    answers = [tokens.authenticate(made.reveal()) for _ in range(100)]
    assert answers == [CLERK] * 100
    register.clock.advance(FRESH_FOR)
    assert tokens.authenticate(made.reveal()) == TokenRefused("UNKNOWN")


def last_used(tokens: Tokens) -> datetime | None:
    (only,) = tokens.list()
    return only.last_used_at


def test_a_made_token_is_of_the_documented_form(register: Register, tokens: Tokens) -> None:
    made = tokens.create(CLERK, register.in_a_month())
    assert isinstance(made, TokenText)
    assert made.reveal() == f"hlr_{made.token_id.hex}_{made.secret}"


def test_a_holder_may_be_asked_how_long_it_lasts_and_who_made_it(register: Register) -> None:
    until = register.in_a_month()
    made = register.tokens().create(CLERK, until, made_by="u-0001")
    held = register.tokens().held(made.reveal())
    assert not isinstance(held, TokenRefused)
    assert (held.actor, held.expires_at, held.made_by) == (CLERK, until, "u-0001")
    assert register.tokens().find(made.token_id) == replace(held, last_used_at=register.clock.now())


def test_a_token_made_at_the_machine_says_so_and_an_unknown_one_is_not_found(register: Register) -> None:
    made = register.tokens().create(CLERK, register.in_a_month())
    (listed,) = register.tokens().list()
    assert (listed.token_id, listed.made_by) == (made.token_id, "registry")
    assert register.tokens().find(uuid4()) is None
