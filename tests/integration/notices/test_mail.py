"""E-mail to a real SMTP server: with TLS and a password, without, refused, and away."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consumers.notices import mail
from consumers.notices.mail import MailSender
from consumers.notices.mail import MailServer as At
from consumers.notices.outcome import Outcome, Result
from tests.support.notices import PASSWORD, Certified, MailServer, certified, mail_server, notice
from tests.support.ports import free_port

OFFICE, SENDER = "office@example.org", "registry@province.example"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    return certified(tmp_path_factory.mktemp("tls"))


def sender(url: str, user: str = "", password: str = "", ca_file: Path | str = "") -> MailSender:
    return MailSender(At.at(url, SENDER, user, password, str(ca_file)), lambda: datetime.now(UTC))


@pytest.fixture
def plain() -> Iterator[tuple[MailServer, MailSender]]:
    with mail_server() as server:
        yield server, sender(f"smtp+plain://127.0.0.1:{server.port}")


def test_an_email_has_the_words_the_id_and_says_that_no_person_sent_it(plain: tuple[MailServer, MailSender]) -> None:
    server, sending = plain
    assert sending.send(notice(7), OFFICE) == Outcome(Result.DELIVERED, "SMTP-250")
    ((address, letter),) = server.letters
    assert (address, letter["To"], letter["From"]) == (OFFICE, OFFICE, SENDER)
    assert letter["Subject"] == notice(7).subject
    assert letter["Message-ID"] == f"<{notice(7).notice_id}@province.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().replace("\r\n", "\n") == notice(7).text
    assert abs((letter["Date"].datetime - datetime.now(UTC)).total_seconds()) < 60


def test_with_tls_from_the_start_the_certificate_is_checked(tls: Certified) -> None:
    with mail_server(tls.server, start_tls=False) as server:
        url = f"smtps://localhost:{server.port}"
        assert sender(url).send(notice(), OFFICE) == Outcome(Result.AWAY, "TLS")
        assert sender(url, ca_file=tls.ca_file).send(notice(), OFFICE).result is Result.DELIVERED
        assert len(server.letters) == 1


def test_after_starttls_the_certificate_is_checked_and_then_the_password_is_said(tls: Certified) -> None:
    with mail_server(tls.server) as server:
        url = f"smtp://localhost:{server.port}"
        stranger = sender(url, "registry", PASSWORD).send(notice(), OFFICE)
        assert stranger == Outcome(Result.AWAY, "TLS")
        assert server.logins == []
        assert sender(url, "registry", "wrong", tls.ca_file).send(notice(), OFFICE) == Outcome(Result.AWAY, "SMTP-535")
        assert sender(url, "registry", PASSWORD, tls.ca_file).send(notice(), OFFICE).result is Result.DELIVERED
        assert len(server.letters) == 1


def test_a_server_without_tls_is_told_nothing_where_tls_is_wanted(plain: tuple[MailServer, MailSender]) -> None:
    server, _ = plain
    assert sender(f"smtp://127.0.0.1:{server.port}").send(notice(), OFFICE) == Outcome(Result.AWAY, "SMTP-LACKING")
    assert server.letters == []


@pytest.mark.parametrize(
    ("refused", "answer", "outcome"),
    [
        (OFFICE, "550 no such mailbox", Outcome(Result.NEVER, "SMTP-550")),
        (OFFICE, "450 come again", Outcome(Result.AGAIN, "SMTP-450")),
        ("DATA", "554 not this", Outcome(Result.NEVER, "SMTP-554")),
        ("DATA", "451 not now", Outcome(Result.AGAIN, "SMTP-451")),
    ],
)
def test_what_the_server_says_of_one_email_is_of_that_one(
    plain: tuple[MailServer, MailSender], refused: str, answer: str, outcome: Outcome
) -> None:
    server, sending = plain
    server.refuses[refused] = answer
    assert sending.send(notice(), OFFICE) == outcome
    server.refuses.clear()
    assert sending.send(notice(), OFFICE).result is Result.DELIVERED


def test_a_server_that_is_away_or_mute_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "ANSWER_S", 0.3)
    assert sender(f"smtp+plain://127.0.0.1:{free_port()}").send(notice(), OFFICE) == Outcome(Result.AWAY, "REFUSED")
    assert sender("smtp+plain://no-such-host.invalid").send(notice(), OFFICE) == Outcome(Result.AWAY, "NO-SUCH-HOST")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"smtp+plain://127.0.0.1:{mute.getsockname()[1]}"
        assert sender(url).send(notice(), OFFICE) == Outcome(Result.AWAY, "CUT-OFF")


def test_a_server_that_answers_drop_by_drop_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support.notices import dripping

    monkeypatch.setattr(mail, "SEND_S", 0.5)
    with dripping(b"220-more to come\r\n") as port:
        assert sender(f"smtp+plain://127.0.0.1:{port}").send(notice(), OFFICE) == Outcome(Result.AWAY, "CUT-OFF")
