"""The disk under the embedded log is full: commands go on being stored, and all flows once there is room again."""

import resource
from pathlib import Path

from deploy.settings import Settings
from tests.crash.test_killed_processes import Clerk, a_token
from tests.support.agreement import assert_all_agree, stored_rows, versions
from tests.support.installation import new_installation, shown
from tests.support.ports import free_port
from tests.support.registry_up import PIPELINE, registry_up
from tests.support.waiting import wait_until

SETTLE_S = 60.0
CLERKS = 2
ANSWERS_MEANWHILE = 60


def room_for_files(pid: int, size: int) -> None:
    """No file of this process may grow beyond that: to it, the disk is full there."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def largest(settings: Settings) -> int:
    return max(path.stat().st_size for path in settings.path("").glob("log.db*"))


def test_a_full_disk_under_the_log_loses_and_doubles_nothing(tmp_path: Path) -> None:
    settings = new_installation(tmp_path / "data", port=free_port())
    clerks = [Clerk(settings, a_token(settings)) for _ in range(CLERKS)]
    with registry_up(settings) as running:
        running.wait_until_ready()
        for clerk in clerks:
            clerk.start()

        def answered() -> int:
            return sum(len(clerk.answered) for clerk in clerks)

        wait_until(lambda: answered() > 5, SETTLE_S, "commands are answered")
        pipeline = running.child(PIPELINE)
        assert pipeline is not None
        room_for_files(pipeline, largest(settings))
        before, stored = answered(), versions(stored_rows(settings))
        with shown(settings) as register:
            wait_until(lambda: answered() > before + ANSWERS_MEANWHILE, SETTLE_S, "commands are answered meanwhile")
            assert len(register.households()) < answered() - ANSWERS_MEANWHILE // 2
        assert len(versions(stored_rows(settings))) > len(stored)
        assert running.process.poll() is None
        room_for_files(pipeline, resource.RLIM_INFINITY)
        for clerk in clerks:
            clerk.finish()
        expected = {household: version for clerk in clerks for household, version in clerk.answered.items()}
        with shown(settings) as register:
            wait_until(lambda: {h: v for h, (v, _) in register.households().items()} == expected, SETTLE_S, "all is shown")
        status, _, said = running.stop()
        assert status == 0, said
    assert [clerk.wrong for clerk in clerks] == [[]] * CLERKS
    assert versions(stored_rows(settings)) == expected
    assert_all_agree(settings, tmp_path / "fresh")
