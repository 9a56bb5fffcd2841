"""From a command to an office's mailbox: through a real store, relay, log, outbox and mail server."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from consumers.notices.database import opened_outbox
from consumers.notices.early_warnings import TOPIC
from consumers.notices.gathering import NoticesStopped
from consumers.notices.outbox import Outbox
from consumers.notices.tables import CHECKPOINT, State
from deploy.composition.log_side import open_producer, prepare_log
from deploy.composition.notice_side import recipients
from deploy.composition.write_side import PROVINCE as WHOLE
from deploy.composition.write_side import register_clock, write_side
from deploy.metrics.notices import NoticesCollector
from deploy.metrics.process import process_registry
from deploy.pipeline.telling import DELIVER, GATHER
from deploy.settings import Settings
from deploy.web.composing import web_application_of
from projections.checkpoints import read_checkpoints
from registry.early_warning.assess import AssessEarlyWarning
from registry.early_warning.warnings import case_id_of
from registry.refusal import Refused
from schemas.access import Actor
from schemas.divisions import hainan
from schemas.messages import Message
from tests.support.early_warnings import assessed_person
from tests.support.installation import new_installation, request
from tests.support.notices import COUNTY, PROVINCE, TOWNSHIP, MailServer, Receiver, mail_server, receiver, recipients_file
from tests.support.program import registry
from tests.support.running_pipeline import deliver_running, relay_running
from tests.support.waiting import wait_until

INTAKE = Actor("intake", "OPERATOR", "registry", WHOLE)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def office() -> Iterator[Receiver]:
    with receiver() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path, mail: MailServer, office: Receiver) -> Settings:
    """An installation whose township has a mailbox and whose county a program; the outbox on either engine."""
    offices = [(PROVINCE, "province@example.org", ""), (COUNTY, "", office.url), (TOWNSHIP, "township@example.org", "")]
    return new_installation(
        tmp_path / "data",
        notices_file=str(recipients_file(tmp_path, *offices)),
        notices_url=request.getfixturevalue("postgres_uri") if request.param == "postgresql" else "",
        smtp_url=f"smtp+plain://127.0.0.1:{mail.port}",
        smtp_from="registry@example.org",
    )


def execute(settings: Settings, *commands: AssessEarlyWarning) -> None:
    with write_side(settings) as side:
        for command in commands:
            side.service.execute(command, request(INTAKE))


def counts(settings: Settings) -> dict[State, int]:
    with opened_outbox(settings.notices) as engine:
        return dict(Outbox(engine).counts())


def test_who_has_a_case_is_told_once_over_restarts_and_a_log_that_is_fed_anew(
    settings: Settings, mail: MailServer, office: Receiver
) -> None:
    with relay_running(settings), deliver_running(settings):
        execute(settings, assessed_person(1), assessed_person(2, division=COUNTY, unclaimed=True))
        wait_until(lambda: bool(mail.letters and office.posts))
        assert [address for address, _ in mail.letters] == ["township@example.org"]
        assert "已交办" in mail.subjects()[0]
        assert b'"warning.unclaimed"' in office.posts[0][2]
    with relay_running(settings), deliver_running(settings):
        execute(settings, assessed_person(1, "RED", amount=25_000))
        wait_until(lambda: len(mail.letters) == 2)
    assert "等级上升" in mail.subjects()[1]
    for part in ("log.db", "log.db-wal", "log.db-shm"):
        settings.path(part).unlink(missing_ok=True)
    prepare_log(settings)
    assert registry("notices", "reread", "--data", settings.data).status == 0
    with relay_running(settings), deliver_running(settings) as running:
        execute(settings, assessed_person(3))
        wait_until(lambda: len(mail.letters) == 3)
        assert running.failure(GATHER) is None
        assert running.failure(DELIVER) is None
    assert len(set(mail.ids())) == 3
    assert len(office.posts) == 1
    assert counts(settings)[State.DELIVERED] == 4


def test_a_log_that_was_restored_from_an_older_copy_is_read_anew(settings: Settings, mail: MailServer) -> None:
    with relay_running(settings):
        execute(settings, *(assessed_person(number) for number in range(12)))
        with deliver_running(settings):
            wait_until(lambda: len(mail.letters) == 12)
    for part in ("log.db", "log.db-wal", "log.db-shm"):
        settings.path(part).unlink(missing_ok=True)
    prepare_log(settings)
    assert max(places(settings)) > 0
    with deliver_running(settings):
        wait_until(lambda: set(places(settings)) == {0})
        with relay_running(settings):
            execute(settings, assessed_person(20))
            wait_until(lambda: len(mail.letters) == 13)
    assert len(set(mail.ids())) == 13


def test_an_officer_sees_who_was_told_of_a_case_in_his_own_division_and_no_address(settings: Settings, mail: MailServer) -> None:
    with relay_running(settings), deliver_running(settings):
        execute(settings, assessed_person(1))
        wait_until(lambda: counts(settings)[State.DELIVERED] == 1)
    with write_side(settings) as side:
        until = side.clock.now() + timedelta(days=1)
        case_id = case_id_of(assessed_person(1).subject_id, 1)
        with web_application_of(side, process_registry()) as app:

            def seen(role: str, division: str) -> list[dict[str, Any]]:
                token = side.tokens.create(Actor("user-1", role, "office-1", division), until)
                answer = app.test_client().get(
                    f"/v1/warnings/{case_id}/notices", headers={"Authorization": f"Bearer {token.reveal()}"}
                )
                assert answer.status_code == 200
                assert "@" not in answer.get_data(as_text=True)
                found: list[dict[str, Any]] = answer.get_json()["notices"]
                return found

            (told,) = seen("TOWNSHIP_OFFICER", TOWNSHIP)
            assert (told["kind"], told["state"], told["answer"]) == ("warning.assigned", "DELIVERED", "SMTP-250")
            assert (told["recipient"], told["next_at"]) == (TOWNSHIP, None)
            assert seen("COUNTY_OFFICER", COUNTY) == seen("SUPERVISOR", PROVINCE) == [told]
            assert seen("COUNTY_OFFICER", "469024000000") == []


def places(settings: Settings) -> list[int]:
    """The next offset of each partition."""
    with opened_outbox(settings.notices) as engine, engine.connect() as connection:
        return [checkpoint.next_offset for checkpoint in read_checkpoints(connection, CHECKPOINT).values()]


def test_a_register_that_is_years_old_tells_nobody_of_its_past(tmp_path: Path, mail: MailServer) -> None:
    from datetime import UTC, datetime

    from deploy.composition.installation_facts import keep_clock_offset
    from registry.tokens.tables import open_database

    path = recipients_file(tmp_path, (PROVINCE, "province@example.org", ""))
    options: dict[str, Any] = {"smtp_url": f"smtp+plain://127.0.0.1:{mail.port}", "smtp_from": "registry@example.org"}
    settings = new_installation(tmp_path / "data", notices_file=str(path), **options)
    with relay_running(settings):
        execute(settings, assessed_person(1))
        engine = open_database(settings.store)
        keep_clock_offset(engine, datetime(2020, 9, 1, tzinfo=UTC) - datetime.now(UTC))
        engine.dispose()
        with deliver_running(settings):
            wait_until(lambda: counts(settings)[State.LAPSED] == 1)
            execute(settings, assessed_person(2))
            wait_until(lambda: len(mail.letters) == 1)
    assert counts(settings) == {State.PENDING: 0, State.DELIVERED: 1, State.GIVEN_UP: 0, State.LAPSED: 1}


def test_a_record_that_nobody_can_read_stops_it_rather_than_leave_somebody_untold(settings: Settings, mail: MailServer) -> None:
    producer = open_producer(settings, None, register_clock(settings))
    producer.append([Message(TOPIC, b"x", b"\0\0\0\0\0", (), 0)])
    producer.close()
    with deliver_running(settings) as running:
        wait_until(lambda: running.failure(GATHER) is not None)
    assert isinstance(running.failure(GATHER), NoticesStopped)
    assert counts(settings) == dict.fromkeys(State, 0)


def test_what_waits_is_a_metric(settings: Settings) -> None:
    with deliver_running(settings):
        pass
    states, oldest = NoticesCollector(settings, register_clock(settings)).collect()
    assert {sample.labels["state"]: sample.value for sample in states.samples} == dict.fromkeys(State, 0.0)
    assert [sample.value for sample in oldest.samples] == [0.0]


def test_without_a_file_nobody_is_told_and_with_a_wrong_one_it_says_why(tmp_path: Path, settings: Settings) -> None:
    path = Path(settings.notices_file)
    path.write_text(path.read_text() + "\n[recipients.nowhere]\n")
    with pytest.raises(Refused):
        recipients(settings, hainan())
    with deliver_running(settings) as running:
        wait_until(lambda: running.failure(DELIVER) is not None and running.failure(GATHER) is not None)
    assert isinstance(running.failure(DELIVER), Refused)
    assert registry("deliver", "--data", tmp_path / "data").codes == ["E-SETTING"]
