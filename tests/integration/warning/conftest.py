"""A register with its log, both read models, and an assessor between them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.warning_bench import WarningBench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[WarningBench]:
    bench = WarningBench(tmp_path)
    yield bench
    bench.close()
