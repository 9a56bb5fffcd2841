"""Two `registry deliver` on a real Kafka, with one outbox in a real PostgreSQL: one dies, the other goes on, nobody hears twice.

Killed between sending and recording it would be told again: here it dies while it waits, so each office has each notice once.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consumers.notices.database import opened_outbox
from consumers.notices.outbox import Outbox
from consumers.notices.tables import State
from deploy.composition.log_side import kafka_address
from deploy.composition.write_side import PROVINCE as WHOLE
from deploy.composition.write_side import write_side
from deploy.pipeline.telling import DELIVER
from deploy.settings import Settings
from deploy.status.members import group_members
from schemas.access import Actor
from tests.support.early_warnings import assessed_person
from tests.support.installation import new_installation, request
from tests.support.notices import PROVINCE, MailServer, mail_server, recipients_file
from tests.support.own_kafka import let_sockets_go, own_kafka
from tests.support.program import registry
from tests.support.running_pipeline import relay_running
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(600)]
SESSION_S, CASES, PATIENCE_S = 6, 24, 90.0


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def settings(
    tmp_path: Path, mail: MailServer, new_postgres_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    with own_kafka(tmp_path / "kafka") as cluster:
        made = new_installation(
            tmp_path / "data",
            log_url=f"kafka://{cluster.bootstrap}",
            kafka_session_s=SESSION_S,
            notices_url=new_postgres_database(),
            notices_file=str(recipients_file(tmp_path, (PROVINCE, "province@example.org", ""))),
            smtp_url=f"smtp+plain://127.0.0.1:{mail.port}",
            smtp_from="registry@example.org",
        )
        for name, value in made.environment().items():
            monkeypatch.setenv(name, value)
        with let_sockets_go():
            assert registry("topics", "apply", "--data", made.data, "--yes").status == 0
        yield made


def test_two_share_the_work_and_when_one_dies_the_other_goes_on(settings: Settings, mail: MailServer) -> None:
    with delivering(settings) as one, delivering(settings) as other, relay_running(settings):
        raise_cases(settings, range(CASES))
        wait_until(lambda: delivered(settings) == CASES, PATIENCE_S)
        wait_until(lambda: members(settings) == 2, PATIENCE_S, "both are members of the group")
        one.kill()
        one.wait(PATIENCE_S)
        raise_cases(settings, range(CASES, 2 * CASES))
        wait_until(lambda: delivered(settings) == 2 * CASES, PATIENCE_S)
        other.terminate()
        assert other.wait(PATIENCE_S) == 0
    assert len(mail.ids()) == len(set(mail.ids())) == 2 * CASES


def raise_cases(settings: Settings, numbers: range) -> None:
    with write_side(settings) as side:
        for number in numbers:
            side.service.execute(assessed_person(number), request(Actor("intake", "OPERATOR", "registry", WHOLE)))


@contextmanager
def delivering(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "deploy.cli", "deliver"]
    with subprocess.Popen(command, env=settings.environment(), stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def delivered(settings: Settings) -> int:
    with opened_outbox(settings.notices) as engine:
        return Outbox(engine).counts()[State.DELIVERED]


def members(settings: Settings) -> int:
    """Those who share the partitions, as the cluster counts them."""
    return len(group_members(kafka_address(settings), [DELIVER])[DELIVER] or ())
