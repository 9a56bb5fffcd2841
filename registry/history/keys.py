"""The keys of checkpoints: Ed25519, in PEM files that OpenSSL reads and writes.

A file of private keys may hold several: the last one signs, those before it signed what is older; of those the public keys are
enough. An auditor has public keys.
"""

import hashlib
import re
from collections.abc import Iterable
from typing import ClassVar, Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

ID_DIGITS: Final = 16
_BLOCK: Final = re.compile(r"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----\n?", re.DOTALL)


class CheckpointKeyRefused(Exception):
    """E-CHECKPOINT-KEY: a key of the checkpoints is missing, is no Ed25519 key, or may be read by others. Never repeats a key."""

    code: ClassVar[str] = "E-CHECKPOINT-KEY"


class PublicKeys:
    """The keys that checkpoints may be signed with."""

    def __init__(self, keys: Iterable[Ed25519PublicKey]) -> None:
        self._keys = {key_id(key): key for key in keys}
        if not self._keys:
            raise CheckpointKeyRefused("there is no public key of checkpoints")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Every PEM block of the text; a private key stands for its public one. Raises CheckpointKeyRefused."""
        return cls(_public(block) for block in _blocks(text))

    def format(self) -> str:
        """The text form."""
        return "".join(_pem(key) for key in self._keys.values())

    @property
    def ids(self) -> tuple[str, ...]:
        """The keys' ids, in the order of the file."""
        return tuple(self._keys)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def signed(self, key: str, signature: bytes, text: bytes) -> bool:
        """Whether the key with this id, one of these, made the signature."""
        found = self._keys.get(key)
        if found is None:
            return False
        try:
            found.verify(signature, text)
        except InvalidSignature:
            return False
        return True


class SigningKeys:
    """The private keys: the last one signs."""

    def __init__(self, keys: Iterable[Ed25519PrivateKey], older: Iterable[Ed25519PublicKey] = ()) -> None:
        self._keys = list(keys)
        if not self._keys:
            raise CheckpointKeyRefused("there is no private key to sign checkpoints with")
        self.public = PublicKeys([*older, *(key.public_key() for key in self._keys)])
        self.key_id = key_id(self._keys[-1].public_key())

    @classmethod
    def generate(cls) -> Self:
        """One fresh key."""
        return cls([Ed25519PrivateKey.generate()])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Every PEM block of the text. Raises CheckpointKeyRefused, which never repeats what it read."""
        blocks = _blocks(text)
        private = [_private(block) for block in blocks if "PUBLIC" not in block[0]]
        return cls(private, [_public(block) for block in blocks if "PUBLIC" in block[0]])

    def format(self) -> str:
        """The text form."""
        return "".join(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii") for key in self._keys)

    def sign(self, text: bytes) -> bytes:
        """64 bytes by the newest key; the same text has always the same."""
        return self._keys[-1].sign(text)

    def __repr__(self) -> str:
        return f"SigningKeys(ids={self.public.ids})"


def key_id(key: Ed25519PublicKey) -> str:
    """Which key it is: the first 16 hexadecimal digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:ID_DIGITS]


def _blocks(text: str) -> list[tuple[str, str]]:
    """(kind, block) of every PEM block."""
    return [(found[1], found[0]) for found in _BLOCK.finditer(text)]


def _private(block: tuple[str, str]) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(block[1].encode(), password=None)
    except (ValueError, TypeError):
        raise CheckpointKeyRefused("a key of checkpoints is no private key in PEM without a password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise CheckpointKeyRefused("a key of checkpoints is not an Ed25519 key")
    return key


def _public(block: tuple[str, str]) -> Ed25519PublicKey:
    if "PRIVATE" in block[0]:
        return _private(block).public_key()
    try:
        key = load_pem_public_key(block[1].encode())
    except (ValueError, TypeError):
        raise CheckpointKeyRefused("a public key of checkpoints is not PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise CheckpointKeyRefused("a public key of checkpoints is not an Ed25519 key")
    return key


def _pem(key: Ed25519PublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
