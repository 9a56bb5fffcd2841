"""Delivering what is due, to real servers: away and back, refusing for a while or for ever, two who deliver at once."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from consumers.notices.delivering import Delivering
from consumers.notices.mail import MailSender
from consumers.notices.mail import MailServer as At
from consumers.notices.outbox import Destination, Outbox
from consumers.notices.outcome import Sender
from consumers.notices.schedule import Schedule
from consumers.notices.tables import State
from consumers.notices.webhook import WebhookSender
from projections.database import writing
from tests.support.at_once import THREADS, at_once
from tests.support.meter import SetClock
from tests.support.notices import SECRET, mail_server, notice, receiver
from tests.support.ports import free_port

SCHEDULE = Schedule(first_s=30, longest_s=120, tries=4)
Deliver = Callable[..., Delivering]


@pytest.fixture
def outbox(engine: Engine) -> Outbox:
    return Outbox(engine)


@pytest.fixture
def delivering(outbox: Outbox, clock: SetClock) -> Iterator[Deliver]:
    with ExitStack() as stack:

        def opened(mail_port: int = 1, still_at: Callable[[str, str, str], bool] = lambda *_: True) -> Delivering:
            def wall() -> datetime:
                return datetime.now(UTC)

            senders: dict[str, Sender] = {
                "EMAIL": MailSender(At.at(f"smtp+plain://127.0.0.1:{mail_port}", "registry@example.org"), wall),
                "WEBHOOK": WebhookSender(lambda *_: (SECRET,), wall, private_addresses=True),
            }
            made = Delivering(outbox, senders, still_at, SCHEDULE, clock)
            stack.callback(made.close)
            return made

        yield opened


def put(engine: Engine, clock: SetClock, numbers: range, *to: Destination) -> None:
    with writing(engine) as connection:
        notices = [notice(number) for number in numbers]
        Outbox(engine).put(connection, notices, lambda _: to, clock.now(), clock.now() - timedelta(days=7))


def test_by_each_channel_it_arrives_once_and_is_recorded_so(engine: Engine, clock: SetClock, delivering: Deliver) -> None:
    with mail_server() as mail, receiver() as office:
        put(engine, clock, range(3), ("EMAIL", "office@example.org"), ("WEBHOOK", office.url))
        working = delivering(mail.port)
        assert working.step() == 6
        assert working.step() == 0
    assert sorted(mail.ids()) == sorted(headers["webhook-id"] for _, headers, _ in office.posts)
    assert len(set(mail.ids())) == 3
    listed = Outbox(engine).listed()
    assert {(d.state, d.attempts, d.settled_at) for d in listed} == {(State.DELIVERED, 1, clock.now())}
    assert {d.last for d in listed} == {"SMTP-250", "HTTP-204"}


def test_a_mail_server_that_is_away_is_asked_once_for_all_and_has_all_when_it_is_back(
    engine: Engine, outbox: Outbox, clock: SetClock, delivering: Deliver
) -> None:
    port = free_port()
    put(engine, clock, range(5), ("EMAIL", "office@example.org"))
    working = delivering(port)
    assert working.step() == 1
    assert working.step() == 0
    clock.advance(seconds=30)
    with mail_server(port=port) as mail:
        assert working.step() == 5
    assert len(set(mail.ids())) == len(mail.ids()) == 5
    assert outbox.counts()[State.DELIVERED] == 5
    assert sorted(d.attempts for d in outbox.listed()) == [1, 1, 1, 1, 2]


def test_a_receiver_in_trouble_is_tried_again_at_the_times_of_the_schedule(
    engine: Engine, outbox: Outbox, clock: SetClock, delivering: Deliver
) -> None:
    with receiver() as office:
        office.answers = [500, 503]
        put(engine, clock, range(1), ("WEBHOOK", office.url))
        working = delivering()
        for wait in (30, 60):
            assert working.step() == 1
            clock.advance(seconds=wait - 1)
            assert working.step() == 0
            clock.advance(seconds=1)
        assert working.step() == 1
    assert [headers["webhook-id"] for _, headers, _ in office.posts] == [str(notice(0).notice_id)] * 3
    assert [code for *_, code in outbox.attempts(notice(0).notice_id)] == ["HTTP-500", "HTTP-503", "HTTP-204"]
    assert outbox.counts()[State.DELIVERED] == 1


def test_after_the_last_attempt_it_is_given_up_and_sent_when_somebody_says_so(
    engine: Engine, outbox: Outbox, clock: SetClock, delivering: Deliver
) -> None:
    with receiver() as office:
        office.answers = [500] * 4
        put(engine, clock, range(1), ("WEBHOOK", office.url))
        working, attempts = delivering(), 0
        for _ in range(20):
            attempts += working.step()
            clock.advance(hours=1)
        assert attempts == SCHEDULE.tries
        assert outbox.counts()[State.GIVEN_UP] == 1
        assert outbox.again(None, lambda _: (("WEBHOOK", office.url),), clock.now()) == 1
        assert working.step() == 1
    assert outbox.counts() == {State.PENDING: 0, State.DELIVERED: 1, State.GIVEN_UP: 0, State.LAPSED: 0}
    assert len(outbox.attempts(notice(0).notice_id)) == 5


def test_who_says_never_is_not_asked_again(engine: Engine, outbox: Outbox, clock: SetClock, delivering: Deliver) -> None:
    with mail_server() as mail, receiver() as office:
        office.answers, mail.refuses = [410], {"office@example.org": "550 nobody"}
        put(engine, clock, range(1), ("WEBHOOK", office.url), ("EMAIL", "office@example.org"), ("EMAIL", "other@example.org"))
        working = delivering(mail.port)
        assert working.step() == 3
        clock.advance(days=1)
        assert working.step() == 0
    assert outbox.counts()[State.GIVEN_UP] == 2
    assert [address for address, _ in mail.letters] == ["other@example.org"]


def test_one_server_that_is_away_holds_up_no_other(engine: Engine, outbox: Outbox, clock: SetClock, delivering: Deliver) -> None:
    with receiver() as office:
        put(engine, clock, range(3), ("WEBHOOK", f"http://localhost:{free_port()}/"), ("WEBHOOK", office.url))
        assert delivering().step() == 4
        assert len(office.posts) == 3
    assert outbox.counts()[State.PENDING] == 3


def test_an_address_that_is_gone_from_the_book_gets_nothing(
    engine: Engine, outbox: Outbox, clock: SetClock, delivering: Deliver
) -> None:
    with receiver() as office:
        put(engine, clock, range(1), ("WEBHOOK", office.url), ("TELEX", "12345"))
        assert delivering(still_at=lambda division, channel, address: False).step() == 2
        assert office.posts == []
    assert {(d.state, d.last) for d in outbox.listed()} == {(State.GIVEN_UP, "ADDRESS-GONE")}


def test_of_several_who_deliver_at_once_none_sends_what_another_is_at(
    engine: Engine, outbox: Outbox, clock: SetClock, delivering: Deliver
) -> None:
    with mail_server() as mail, receiver() as office:
        put(engine, clock, range(20), ("EMAIL", "office@example.org"), ("WEBHOOK", office.url))
        workers = [delivering(mail.port) for _ in range(THREADS)]

        def work(number: int) -> None:
            while outbox.counts()[State.PENDING]:
                workers[number].step()

        at_once(work)
    assert len(mail.ids()) == len(set(mail.ids())) == 20
    posted = [headers["webhook-id"] for _, headers, _ in office.posts]
    assert len(posted) == len(set(posted)) == 20
    assert {d.attempts for d in outbox.listed()} == {1}


def test_told_to_stop_it_begins_nothing_more(engine: Engine, outbox: Outbox, clock: SetClock, delivering: Deliver) -> None:
    with receiver() as office:
        put(engine, clock, range(3), ("WEBHOOK", office.url))
        assert delivering().step(lambda: bool(office.posts)) == 1
    assert outbox.counts()[State.PENDING] == 2
