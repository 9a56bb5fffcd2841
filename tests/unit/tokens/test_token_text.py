"""A token's text: what is one, and what it never shows by accident."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.tokens.token_text import TokenText, new_token, parse_token

ID = UUID(int=0x1234)


def test_a_token_is_read_back_as_it_was_made() -> None:
    made = new_token(ID)
    assert parse_token(made.reveal()) == made
    assert len(made.reveal()) == 80


def test_no_two_secrets_are_alike() -> None:
    assert len({new_token(ID).secret for _ in range(1000)}) == 1000


def test_a_token_never_shows_its_secret_in_a_log() -> None:
    made = new_token(ID)
    assert made.secret not in f"{made} {made!r} {[made]}"


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t[:-1],
        lambda t: t + "A",
        lambda t: t.replace("hlr_", "hlx_"),
        lambda t: f" {t}",
        lambda t: f"{t}\n",
        lambda t: t.replace("0", "٠"),
        lambda t: t[:-1] + "=",
        lambda t: f"Bearer {t}",
    ],
)
def test_what_differs_in_form_is_no_token(change) -> None:  # type: ignore[no-untyped-def]
    assert parse_token(change(TokenText(ID, "a" * 43).reveal())) is None


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    parsed = parse_token(text)
    assert parsed is None or parsed.reveal() == text
