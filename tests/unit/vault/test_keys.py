"""Master keys, the lookup key, and the files they come from."""

import base64
from pathlib import Path

import pytest

from registry.vault.key_files import create_key_file, read_key_file, replace_key_file
from registry.vault.keys import LookupKey, MasterKeys
from registry.vault.refusal import KeyRefused

ONE, TWO = bytes(range(32)), bytes(range(32, 64))


def b64(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_the_highest_number_is_the_current_key() -> None:
    keys = MasterKeys.parse(f"# keys\n2 {b64(TWO)}  # newer\n\n1 {b64(ONE)}\n")
    assert (keys.current, keys.numbers) == (2, (1, 2))


def test_keys_from_one_line_of_the_environment_are_the_same_keys() -> None:
    keys = MasterKeys.parse(f"1 {b64(ONE)};2 {b64(TWO)}")
    assert MasterKeys.parse(keys.format()).format() == keys.format()
    assert keys.numbers == (1, 2)


def test_a_fresh_key_takes_over_and_an_old_one_can_be_dropped() -> None:
    keys = MasterKeys({1: ONE}).with_fresh_key()
    assert keys.current == 2
    assert keys.without(1).numbers == (2,)
    with pytest.raises(KeyRefused, match="current"):
        keys.without(2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing",
        "1 %%%",
        b64(ONE),
        f"x {b64(ONE)}",
        f"0 {b64(ONE)}",
        f"65536 {b64(ONE)}",
        f"1 {b64(ONE[:16])}",
        f"1 {b64(ONE)}\n1 {b64(TWO)}",
        f"1 {b64(ONE)} {b64(TWO)}",
    ],
)
def test_malformed_master_keys_are_refused_without_repeating_them(text: str) -> None:
    with pytest.raises(KeyRefused) as refusal:
        MasterKeys.parse(text)
    assert b64(ONE) not in str(refusal.value)


@pytest.mark.parametrize("text", ["", f"1 {b64(ONE)}", f"{b64(ONE)}\n{b64(TWO)}", b64(ONE[:31]), "密钥"])
def test_a_malformed_lookup_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(KeyRefused) as refusal:
        LookupKey.parse(text)
    assert b64(ONE) not in str(refusal.value)


def test_no_key_is_ever_printed() -> None:
    printed = repr(MasterKeys({1: ONE})) + repr(LookupKey(ONE))
    assert b64(ONE) not in printed
    assert ONE.hex() not in printed


def test_each_use_of_the_lookup_key_has_a_key_of_its_own() -> None:
    key = LookupKey(ONE)
    same_text = "469999198504120016"
    made = {key.hash_id_number(same_text), key.request_digest(same_text.encode()), key.seal_log_row(same_text.encode())}
    assert len(made) == 3


def test_a_digest_of_a_request_depends_on_every_byte_and_on_the_key() -> None:
    key = LookupKey(ONE)
    assert key.request_digest(b"{}") == LookupKey(ONE).request_digest(b"{}")
    assert key.request_digest(b"{}") != key.request_digest(b"{} ")
    assert key.request_digest(b"{}") != LookupKey(TWO).request_digest(b"{}")
    assert len(key.request_digest(b"{}")) == 32


def test_a_key_file_is_for_its_owner_alone_and_comes_back_as_written(tmp_path: Path) -> None:
    path = tmp_path / "master.keys"
    text = MasterKeys({1: ONE}).format()
    create_key_file(path, text)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key_file(path) == text
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_file_is_never_overwritten_by_creating_one(tmp_path: Path) -> None:
    path = tmp_path / "lookup.key"
    create_key_file(path, "first")
    with pytest.raises(FileExistsError):
        create_key_file(path, "second")
    assert read_key_file(path) == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "master.keys"
    create_key_file(path, "first")
    replace_key_file(path, "second")
    assert read_key_file(path) == "second"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o666, 0o601])
def test_a_key_file_that_others_may_touch_is_refused_and_says_what_to_do(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.keys"
    create_key_file(path, "secret")
    path.chmod(mode)
    with pytest.raises(KeyRefused, match=f"chmod 600 {path}"):
        read_key_file(path)


def test_what_is_no_key_file_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "large"
    create_key_file(large, "x" * 100_000)
    binary = tmp_path / "binary"
    create_key_file(binary, "")
    binary.write_bytes(b"\xff\xfe")
    for path in (large, binary, Path("/dev/null")):
        with pytest.raises(KeyRefused):
            read_key_file(path)
