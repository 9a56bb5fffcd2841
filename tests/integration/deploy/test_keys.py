"""Where the vault's keys come from: made with an installation, missed where they are lost, never replaced behind one's back."""

from pathlib import Path

import pytest

from deploy.composition.keys import make_keys, master_key_path, read_keys, write_master_keys
from deploy.composition.write_side import prepare, write_side
from deploy.settings import LOOKUP_KEY, MASTER_KEY, Settings
from registry.vault.keys import LookupKey, MasterKeys
from registry.vault.refusal import KeyRefused


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=str(tmp_path))


def same(one: MasterKeys, other: MasterKeys) -> bool:
    return [one.check_value(n) for n in one.numbers] == [other.check_value(n) for n in other.numbers]


def test_they_are_made_once_for_their_owner_only(settings: Settings, tmp_path: Path) -> None:
    make_keys(settings, {})
    first, lookup = read_keys(settings, {})
    make_keys(settings, {})
    again, lookup_again = read_keys(settings, {})
    assert same(first, again)
    assert lookup.check_value == lookup_again.check_value
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("master.key", "lookup.key")] == [0o600, 0o600]


def test_the_environment_beats_the_files_and_makes_none(settings: Settings, tmp_path: Path) -> None:
    masters, lookup = MasterKeys.generate(), LookupKey.generate()
    environment = {MASTER_KEY: masters.format(), LOOKUP_KEY: lookup.format()}
    make_keys(settings, environment)
    assert list(tmp_path.iterdir()) == []
    read_masters, read_lookup = read_keys(settings, environment)
    assert same(read_masters, masters)
    assert read_lookup.check_value == lookup.check_value
    with pytest.raises(KeyRefused, match=MASTER_KEY):
        write_master_keys(settings, masters.with_fresh_key(), environment)


def test_an_empty_variable_is_as_good_as_none(settings: Settings) -> None:
    make_keys(settings, {MASTER_KEY: "", LOOKUP_KEY: ""})
    assert read_keys(settings, {MASTER_KEY: "", LOOKUP_KEY: ""})[0].numbers == (1,)


def test_a_file_that_a_setting_names_is_never_made(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path), master_key_file=str(tmp_path / "elsewhere.key"))
    make_keys(settings, {})
    with pytest.raises(KeyRefused, match="there is no key file"):
        read_keys(settings, {})


def test_a_key_that_was_lost_is_missed_and_not_replaced(settings: Settings) -> None:
    prepare(settings)
    master_key_path(settings).unlink()
    with pytest.raises(KeyRefused, match=r"there is no key file .*master\.key"), write_side(settings):
        pass
    assert not master_key_path(settings).exists()
