"""The same seed makes the same bytes, and another seed another province."""

from pathlib import Path

from deploy.demo.installation import Demonstration
from tests.integration.demo.conftest import Finished
from tests.support.demonstrations import SEED, digest_of_store, record_alone, settings_in


def test_a_second_run_of_the_same_seed_stores_the_same_bytes_and_once_more_changes_nothing(
    finished: Finished, tmp_path: Path
) -> None:
    settings = settings_in(tmp_path)
    for _ in range(2):
        assert record_alone(settings) == finished.lived.tally
        assert digest_of_store(settings) == digest_of_store(finished.settings)


def test_another_seed_makes_another_province_in_which_all_goes_as_meant(finished: Finished, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    tally = record_alone(settings, Demonstration("tiny", SEED + 1))  # where no hospital bills
    assert tally.not_meant == []
    assert digest_of_store(settings) != digest_of_store(finished.settings)
