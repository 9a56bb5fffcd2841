"""Doors for hospitals, on either log."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hospital_doors import HospitalDoor, a_hospital_door

LOGS = ["embedded", pytest.param("kafka", marks=pytest.mark.kafka)]


@pytest.fixture(params=LOGS)
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HospitalDoor]:
    """A register of the test's own, on a log that may have others' topics too."""
    options = {}
    if request.param == "kafka":
        options = {"log_url": f"kafka://{request.getfixturevalue('kafka_bootstrap')}", "kafka_prefix": f"{tmp_path.name}."}
    with a_hospital_door(tmp_path / "register", **options) as door:
        yield door


@pytest.fixture
def embedded_door(tmp_path: Path) -> Iterator[HospitalDoor]:
    """On the embedded log alone, for what is the same on either."""
    with a_hospital_door(tmp_path / "register") as door:
        yield door
