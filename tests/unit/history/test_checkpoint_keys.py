"""Keys of checkpoints: PEM files that OpenSSL makes too, the last key signs, and whatever is wrong is said without the key."""

import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from registry.history.keys import CheckpointKeyRefused, PublicKeys, SigningKeys
from tests.support.deployment_files import program
from tests.support.signing import keys_of


def test_a_key_file_survives() -> None:
    keys = SigningKeys.generate()
    again = SigningKeys.parse(keys.format())
    assert again.sign(b"text") == keys.sign(b"text")
    assert again.key_id == keys.key_id
    assert PublicKeys.parse(keys.public.format()).ids == (keys.key_id,)
    assert PublicKeys.parse(keys.format()).ids == (keys.key_id,), "an auditor may be given either file"


def test_the_last_of_several_keys_signs_and_all_are_known() -> None:
    keys = keys_of(1, 2)
    assert SigningKeys.parse(keys_of(1).format() + keys_of(2).format()).key_id == keys.key_id == keys_of(2).key_id
    assert keys.public.ids == (keys_of(1).key_id, keys_of(2).key_id)
    assert keys.public.signed(keys.key_id, keys.sign(b"text"), b"text")
    assert not keys.public.signed(keys_of(1).key_id, keys.sign(b"text"), b"text")
    assert not keys.public.signed(keys_of(3).key_id, keys_of(3).sign(b"text"), b"text")
    assert not keys.public.signed(keys.key_id, keys.sign(b"text"), b"other text")
    assert not keys.public.signed(keys.key_id, b"", b"text")


def test_of_an_older_key_the_public_one_is_enough() -> None:
    keys = SigningKeys.parse(keys_of(1).public.format() + keys_of(2).format())
    assert (keys.key_id, keys.public.ids) == (keys_of(2).key_id, (keys_of(1).key_id, keys_of(2).key_id))


def test_the_id_is_a_hash_of_the_public_key() -> None:
    # The public key of the seed of 32 zero bytes is 3b6a27bc..., a well-known value.
    assert keys_of(0).key_id == "139e3940e64b5491"


OTHER = generate_private_key(SECP256R1())
EC = OTHER.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
EC_PUBLIC = OTHER.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
BROKEN = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize("text", ["", "c2VjcmV0", BROKEN, EC, keys_of(1).public.format()])
def test_what_cannot_sign_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(CheckpointKeyRefused) as refused:
        SigningKeys.parse(text)
    assert "c2VjcmV0" not in str(refused.value)
    assert refused.value.code == "E-CHECKPOINT-KEY"


@pytest.mark.parametrize("text", ["", "secret", BROKEN.replace("PRIVATE", "PUBLIC"), BROKEN, EC_PUBLIC])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(CheckpointKeyRefused):
        PublicKeys.parse(text)


def test_openssl_makes_keys_that_sign() -> None:
    openssl = program("openssl", why="its keys are not tried")
    made = subprocess.run([openssl, "genpkey", "-algorithm", "ed25519"], capture_output=True, text=True, check=True).stdout
    shown = subprocess.run([openssl, "pkey", "-pubout"], input=made, capture_output=True, text=True, check=True).stdout
    keys = SigningKeys.parse(keys_of(1).format() + made)
    assert PublicKeys.parse(shown).signed(keys.key_id, keys.sign(b"text"), b"text")
