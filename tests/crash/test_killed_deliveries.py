"""`registry deliver` killed in the middle, again and again: every office is told, by one id each, and recorded as told once.

It is killed while the mail server has just taken an e-mail and nobody has recorded that yet: so it has to be sent again.
"""

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

from consumers.notices.database import opened_outbox
from consumers.notices.outbox import Outbox
from consumers.notices.tables import State
from deploy.composition.write_side import PROVINCE as WHOLE
from deploy.composition.write_side import write_side
from deploy.settings import Settings
from schemas.access import Actor
from tests.support.early_warnings import assessed_person
from tests.support.installation import new_installation, request
from tests.support.notices import PROVINCE, mail_server, receiver, recipients_file
from tests.support.running_pipeline import relay_running
from tests.support.waiting import wait_until

KILLS, PORTION, PATIENCE_S = 5, 4, 60.0
CASES = KILLS * PORTION


def test_killed_deliveries_tell_everybody_and_record_it_once(tmp_path: Path) -> None:
    with mail_server() as mail, receiver() as office:
        settings = new_installation(
            tmp_path / "data",
            notices_file=str(recipients_file(tmp_path, (PROVINCE, "province@example.org", office.url))),
            smtp_url=f"smtp+plain://127.0.0.1:{mail.port}",
            smtp_from="registry@example.org",
        )
        killed = 0
        with relay_running(settings):
            for first in range(0, CASES, PORTION):
                raise_cases(settings, range(first, first + PORTION))
                running, taken = start(settings), threading.Event()

                def kill(running: "subprocess.Popen[bytes]" = running, taken: threading.Event = taken) -> None:
                    running.kill()
                    taken.set()

                mail.then = kill
                assert taken.wait(PATIENCE_S)
                mail.then = lambda: None
                assert running.wait(PATIENCE_S) == -9
                killed += 1
            running = start(settings)
            wait_until(lambda: delivered(settings) == 2 * CASES, PATIENCE_S)
        running.terminate()
        assert running.wait(PATIENCE_S) == 0
    sent = Counter(mail.ids())
    posted = Counter(headers["webhook-id"] for _, headers, _ in office.posts)
    assert len(sent) == len(posted) == CASES
    assert sent.keys() == posted.keys()
    # Once more for each death at the most, and by the same id; the mail server held each one that was killed over.
    assert sum(sent.values()) == CASES + killed
    assert sum(posted.values()) <= CASES + killed
    with opened_outbox(settings.notices) as engine:
        listed = Outbox(engine).listed(limit=1000)
    assert len(listed) == 2 * CASES
    assert {delivery.state for delivery in listed} == {State.DELIVERED}


def raise_cases(settings: Settings, numbers: range) -> None:
    with write_side(settings) as side:
        for number in numbers:
            side.service.execute(assessed_person(number), request(Actor("intake", "OPERATOR", "registry", WHOLE)))


def start(settings: Settings) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "deploy.cli", "deliver"], env=settings.environment(), stdout=subprocess.DEVNULL
    )


def delivered(settings: Settings) -> int:
    with opened_outbox(settings.notices) as engine:
        return Outbox(engine).counts()[State.DELIVERED]
