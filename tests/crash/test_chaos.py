"""Thirty faults at random under the real processes on a real Kafka and PostgreSQL: nothing is lost and nothing doubled."""

from pathlib import Path
from random import SystemRandom
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from tests.chaos.campaign import Campaign

FAULTS = 30


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_is_lost_or_doubled_whatever_dies() -> None:
    # Not in pytest's folder, which another session closes to the user that the database runs as where root tests.
    folder = Path(mkdtemp(prefix="registry-chaos-"))
    counted = Campaign(FAULTS, SystemRandom().randrange(2**32), folder).run(print)
    print(counted)  # noqa: T201
    assert counted["households"] > 20
    assert counted["retries"] > 0
    rmtree(folder)  # kept where it failed: `make chaos` can look at it again
