"""`registry notices`, as an operator calls it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from consumers.notices.database import opened_outbox
from consumers.notices.outbox import Outbox
from consumers.notices.outcome import Outcome, Result
from consumers.notices.tables import State
from deploy.composition.write_side import register_clock
from deploy.data_lock import DELIVER, data_folder_lock
from deploy.settings import Settings
from projections.database import writing
from tests.support.installation import new_installation
from tests.support.notices import COUNTY, PROVINCE, TOWNSHIP, MailServer, Receiver, mail_server, notice, receiver, recipients_file
from tests.support.program import Called, registry
from tests.support.running_pipeline import deliver_running
from tests.support.waiting import wait_until

MAILBOX = ("EMAIL", "province@example.org")


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def office() -> Iterator[Receiver]:
    with receiver() as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, mail: MailServer, office: Receiver, monkeypatch: pytest.MonkeyPatch) -> Settings:
    path = recipients_file(tmp_path, (PROVINCE, MAILBOX[1], ""), (COUNTY, "county@example.org", office.url))
    options = {"smtp_url": f"smtp+plain://127.0.0.1:{mail.port}", "smtp_from": "registry@example.org"}
    made = new_installation(tmp_path / "data", notices_file=str(path), **options)
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LANG", "C.UTF-8")
    return made


def given_up(settings: Settings, number: int) -> UUID:
    """A notice to the province that its server never took."""
    now = register_clock(settings).now()
    with opened_outbox(settings.notices) as engine:
        outbox, told = Outbox(engine), notice(number, PROVINCE, now)
        with writing(engine) as connection:
            outbox.put(connection, [told], lambda _: (MAILBOX,), now, now - timedelta(days=1))
        (delivery,) = outbox.due(now, 1)
        attempt = outbox.claim(delivery, now)
        assert attempt is not None
        outbox.settle(delivery, attempt, Outcome(Result.NEVER, "SMTP-550"), now, None)
    return told.notice_id


def states(settings: Settings) -> dict[State, int]:
    with opened_outbox(settings.notices) as engine:
        return {state: count for state, count in Outbox(engine).counts().items() if count}


def test_check_says_who_is_told_where(settings: Settings, office: Receiver) -> None:
    called = registry("notices", "check")
    assert called.status == 0
    assert [line.split() for line in called.lines[1:]] == [
        [PROVINCE, *MAILBOX],
        [COUNTY, "EMAIL", "county@example.org"],
        [COUNTY, "WEBHOOK", office.url],
    ]


def test_check_names_every_wrong_line_and_no_secret(settings: Settings) -> None:
    path = Path(settings.notices_file)
    path.write_text(path.read_text().replace(MAILBOX[1], "nobody") + 'color = "red"\n[recipients.1]\nemails = []\n')
    for lang, words in (("en", "is no e-mail address"), ("zh", "不是邮箱地址")):
        called = registry("--lang", lang, "notices", "check")
        assert called.status == 1
        assert sorted(called.codes) == ["E-NOTICES-DIVISION", "E-NOTICES-EMAIL", "E-NOTICES-KEY"]
        assert words in called.err
        lines = path.read_text().splitlines()
        for line in called.err.splitlines():
            place = int(line.split(":")[2])
            assert any(word in lines[place - 1] for word in ("nobody", "color", "recipients.1]"))


def test_a_test_notice_is_sent_at_once_to_where_the_office_is_reached(
    settings: Settings, mail: MailServer, office: Receiver
) -> None:
    called = registry("notices", "check", "--send", TOWNSHIP)
    assert called.status == 0
    assert [line.split()[-2:] for line in called.lines[1:]] == [["DELIVERED", "SMTP-250"], ["DELIVERED", "HTTP-204"]]
    assert mail.subjects() == ["测试通知 | Test of notices"]
    assert b'"registry.test"' in office.posts[0][2]
    assert states(settings) == {}
    office.answers = [500]
    assert registry("notices", "check", "--send", TOWNSHIP).status == 1
    assert registry("notices", "check", "--send", "nowhere").status == 2


def test_what_was_given_up_is_listed_with_what_was_answered_and_sent_again(settings: Settings, mail: MailServer) -> None:
    first, second = given_up(settings, 1), given_up(settings, 2)
    shown = registry("notices", "list", "--state", "given_up")
    assert shown.lines[-1] == "0 pending, 0 delivered, 2 given up, 0 lapsed"
    assert {line.split()[0] for line in shown.lines[1:-1]} == {str(first), str(second)}
    assert all("SMTP-550" in line and MAILBOX[1] in line for line in shown.lines[1:-1])
    assert len(registry("notices", "list", "--about", "matter-1").lines) == 3
    assert "SMTP-550" in registry("notices", "list", "--attempts", first).lines[1]
    assert registry("notices", "retry", first).out == "1 deliveries are due again\n"
    with deliver_running(settings):
        wait_until(lambda: mail.ids() == [str(first)])
        assert registry("notices", "retry", "--all").out == "1 deliveries are due again\n"
        wait_until(lambda: mail.ids() == [str(first), str(second)])
        wait_until(lambda: states(settings) == {State.DELIVERED: 2})
    assert registry("notices", "retry", "--all").out == "0 deliveries are due again\n"


def test_status_tells_what_was_given_up_and_what_to_do(settings: Settings) -> None:
    assert "RegistryNotices" not in registry("--lang", "en", "status").out
    given_up(settings, 1)
    shown = registry("--lang", "en", "status").out
    assert "0 pending, 0 delivered, 1 given up" in shown
    assert "RegistryNoticesGivenUp (notices): 1 notices were given up" in shown
    assert "registry notices list --state given_up" in shown
    assert "1 条通知已放弃投递" in registry("--lang", "zh", "status").out


@pytest.mark.parametrize("arguments", [("retry",), ("retry", "--all", "00000000-0000-0000-0000-000000000001"), ("retry", "x")])
def test_retry_wants_notices_or_all(settings: Settings, arguments: tuple[str, ...]) -> None:
    assert registry("notices", *arguments).status == 2


def test_the_log_is_not_read_anew_under_whoever_reads_it(settings: Settings) -> None:
    with data_folder_lock(settings.path(""), DELIVER):
        assert refused(registry("notices", "reread")) == ["E-CANNOT-START"]
    assert registry("notices", "reread").status == 0


def test_without_a_file_there_is_nobody_to_tell(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_NOTICES_FILE", "")
    for arguments in (("check",), ("retry", "--all")):
        assert refused(registry("notices", *arguments)) == ["E-SETTING"]


def refused(called: Called) -> list[str]:
    assert called.status == 1
    return called.codes
