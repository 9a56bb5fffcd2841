"""Webhooks to a real HTTP server: signed as the specification's own library checks, never redirected, never let inside."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from consumers.notices import webhook
from consumers.notices.outcome import Outcome, Result
from consumers.notices.webhook import WebhookSender
from tests.support.notices import SECRET, SECRET_TEXT, certified, dripping, notice, receiver
from tests.support.ports import free_port


def sender(*, inside: bool = True, ca_file: str = "", secrets: tuple[bytes, ...] = (SECRET,)) -> WebhookSender:
    return WebhookSender(lambda *_: secrets, lambda: datetime.now(UTC), private_addresses=inside, ca_file=ca_file)


def test_a_receiver_can_check_who_sent_it_and_when() -> None:
    with receiver() as office:
        assert sender().send(notice(3), office.url) == Outcome(Result.DELIVERED, "HTTP-204")
    ((path, headers, body),) = office.posts
    assert path == "/told"
    assert headers["webhook-id"] == str(notice(3).notice_id)
    assert headers["host"] == f"localhost:{office.port}"
    Webhook(SECRET_TEXT).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET_TEXT).verify(body.replace(b"matter-3", b"matter-4"), headers)
    told = json.loads(body)
    assert (told["type"], told["timestamp"]) == ("test.told", "2020-03-04T01:00:00Z")
    assert told["data"] | {"text": ""} == {
        "about": "matter-3", "n": 3, "recipient": notice(3).recipient, "subject": notice(3).subject, "text": ""
    }  # fmt: skip


def test_while_a_secret_is_changed_both_fit() -> None:
    with receiver() as office:
        sender(secrets=(b"another secret of a test", SECRET)).send(notice(), office.url)
    ((_, headers, body),) = office.posts
    Webhook(SECRET_TEXT).verify(body, headers)
    assert headers["webhook-signature"].count("v1,") == 2


def test_sent_twice_it_has_the_same_id_and_the_same_body() -> None:
    with receiver() as office:
        for _ in range(2):
            sender().send(notice(), office.url)
    first, second = office.posts
    assert (first[1]["webhook-id"], first[2]) == (second[1]["webhook-id"], second[2])


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, Result.DELIVERED),
        (410, Result.NEVER),
        (404, Result.AGAIN),
        (429, Result.AGAIN),
        (500, Result.AGAIN),
        (503, Result.AGAIN),
    ],
)
def test_what_the_receiver_answers_decides(status: int, result: Result) -> None:
    with receiver() as office:
        office.answers.append(status)
        assert sender().send(notice(), office.url) == Outcome(result, f"HTTP-{status}")


def test_a_redirect_is_not_followed() -> None:
    with receiver() as other, receiver() as office:
        office.answers, office.redirects_to = [307], other.url
        assert sender().send(notice(), office.url) == Outcome(Result.AGAIN, "HTTP-307")
    assert other.posts == []


def test_a_name_that_leads_inside_is_refused_unless_that_is_allowed() -> None:
    with receiver() as office:
        assert sender(inside=False).send(notice(), office.url) == Outcome(Result.AWAY, "PRIVATE-ADDRESS")
        for address in ("10.0.0.1", "[::1]", "169.254.169.254", "[::ffff:127.0.0.1]", "0.0.0.0", "224.0.0.1"):
            assert sender(inside=False).send(notice(), f"https://{address}/") == Outcome(Result.AWAY, "PRIVATE-ADDRESS")
    assert office.posts == []


def test_the_certificate_is_checked_against_the_name(tmp_path: Path) -> None:
    tls = certified(tmp_path)
    with receiver(tls.server) as office:
        assert sender().send(notice(), office.url) == Outcome(Result.AWAY, "TLS")
        trusting = sender(ca_file=str(tls.ca_file))
        assert trusting.send(notice(), office.url) == Outcome(Result.DELIVERED, "HTTP-204")
        assert trusting.send(notice(), office.url.replace("localhost", "127.0.0.2")) in (
            Outcome(Result.AWAY, "TLS"),
            Outcome(Result.AWAY, "REFUSED"),
        )
    assert len(office.posts) == 1


def test_what_is_away_mute_or_no_http_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "ANSWER_S", 0.3)
    assert sender().send(notice(), f"http://localhost:{free_port()}/") == Outcome(Result.AWAY, "REFUSED")
    assert sender().send(notice(), "http://no-such-host.invalid/") == Outcome(Result.AWAY, "NO-SUCH-HOST")
    with dripping(b"220 mail here\r\n") as port:
        assert sender().send(notice(), f"http://localhost:{port}/") == Outcome(Result.AWAY, "NO-HTTP")


@pytest.mark.parametrize("drops", [b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"])
def test_a_receiver_that_answers_drop_by_drop_is_left(monkeypatch: pytest.MonkeyPatch, drops: bytes) -> None:
    monkeypatch.setattr(webhook, "SEND_S", 0.5)
    with dripping(drops, first=b"HTTP/1.1 200 OK\r\n") as port:
        outcome = sender().send(notice(), f"http://localhost:{port}/")
    # Either way it is over in time; headers without an end are none that say anything.
    assert outcome.result in (Result.AWAY, Result.DELIVERED)
