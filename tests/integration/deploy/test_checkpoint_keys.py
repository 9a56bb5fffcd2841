"""Where the keys of checkpoints come from: made with an installation, for their owner only; another one is never taken for it."""

from pathlib import Path

import pytest

from deploy.composition.checkpoint_keys import checkpoint_key_path, make_checkpoint_key, open_notary, read_signing_keys
from deploy.composition.write_side import prepare
from deploy.settings import Settings
from registry.history.keys import CheckpointKeyRefused
from tests.support.signing import keys_of


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=str(tmp_path))


def test_a_new_installation_gets_one_for_its_owner_only(settings: Settings, tmp_path: Path) -> None:
    prepare(settings)
    first = read_signing_keys(settings).key_id
    prepare(settings)
    assert read_signing_keys(settings).key_id == first == open_notary(settings).public.ids[0]
    assert (tmp_path / "checkpoint.key").stat().st_mode & 0o777 == 0o600


def test_a_file_that_a_setting_names_is_never_made(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path), checkpoint_key_file=str(tmp_path / "elsewhere.key"))
    make_checkpoint_key(settings)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(CheckpointKeyRefused, match="there is no key file"):
        read_signing_keys(settings)


def test_a_key_that_others_may_read_is_refused(settings: Settings) -> None:
    make_checkpoint_key(settings)
    checkpoint_key_path(settings).chmod(0o644)
    with pytest.raises(CheckpointKeyRefused, match="may be read by others") as refused:
        read_signing_keys(settings)
    assert "E-VAULT-KEY" not in str(refused.value)


def test_a_line_more_in_the_file_is_a_new_key(settings: Settings) -> None:
    make_checkpoint_key(settings)
    old = read_signing_keys(settings)
    with checkpoint_key_path(settings).open("a") as file:
        file.write(keys_of(2).format())
    keys = read_signing_keys(settings)
    assert keys.key_id == keys_of(2).key_id
    assert keys.public.ids == (old.key_id, keys.key_id)
