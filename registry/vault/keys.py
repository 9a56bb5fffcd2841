"""The vault's keys. They live outside its database, or encrypting it would be for nothing.

Master keys wrap the data keys. There may be several: the highest number wraps, the others only unwrap, until
`Vault.rotate` has wrapped everything anew. The lookup key is another one, because it can never change: it decides which
keyed hash an identity number has, and who holds it can test guesses but decrypt nothing.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from registry.vault.refusal import KeyRefused

KEY_BYTES = 32
_NUMBER_MAX = 0xFFFF
_CHECK_BYTES = 16


class MasterKeys:
    """Numbered 256-bit keys. Text form: one `<number> <base64>` per line (or `;`), `#` begins a comment."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys:
            raise KeyRefused("there is no master key")
        for number, key in keys.items():
            if not 1 <= number <= _NUMBER_MAX:
                raise KeyRefused(f"a master key's number is 1 to {_NUMBER_MAX}")
            _require_length(key)
        self._keys = dict(sorted(keys.items()))
        self._ciphers = {number: AESGCM(key) for number, key in keys.items()}
        self._check_values = {n: _derive(key, f"check {n}")[:_CHECK_BYTES] for n, key in keys.items()}
        self.current = max(keys)

    @classmethod
    def generate(cls) -> Self:
        """One fresh key, number 1."""
        return cls({1: os.urandom(KEY_BYTES)})

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form. Raises KeyRefused, which never repeats what it read."""
        keys: dict[int, bytes] = {}
        for line in _lines(text):
            number, _, encoded = line.partition(" ")
            if not number.isascii() or not number.isdigit():
                raise KeyRefused("a line of the master keys is not '<number> <base64>'")
            if int(number) in keys:
                raise KeyRefused(f"master key {int(number)} is there twice")
            keys[int(number)] = _decode(encoded)
        return cls(keys)

    def format(self) -> str:
        """The text form."""
        return "".join(f"{number} {_encode(key)}\n" for number, key in self._keys.items())

    def with_fresh_key(self) -> Self:
        """These and a new one with the next number, which is then the current one."""
        return type(self)({**self._keys, self.current + 1: os.urandom(KEY_BYTES)})

    def without(self, number: int) -> Self:
        """These but one. Raises KeyRefused for the current one."""
        if number == self.current:
            raise KeyRefused("the current master key cannot be dropped")
        return type(self)({n: key for n, key in self._keys.items() if n != number})

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(self._keys)

    def cipher(self, number: int) -> AESGCM:
        """The key as a cipher. Raises KeyRefused where it is not among these."""
        try:
            return self._ciphers[number]
        except KeyError:
            raise KeyRefused(f"master key {number} is needed and not there") from None

    def check_value(self, number: int) -> bytes:
        """16 bytes that tell nothing about the key, to notice a wrong one by. Raises KeyError."""
        return self._check_values[number]

    def __repr__(self) -> str:
        return f"MasterKeys(numbers={self.numbers})"


class LookupKey:
    """One 256-bit key for keyed hashes; each use has its own key, derived from it by HKDF (RFC 5869)."""

    def __init__(self, key: bytes) -> None:
        _require_length(key)
        self._key = key
        self._id_number = _derive(key, "id-number")
        self._request = _derive(key, "request-body")
        self._access_log = _derive(key, "access-log")
        self.token_key = _derive(key, "hospital-token", 2 * KEY_BYTES)
        """64 bytes, for the tokens by which hospitals name patients."""
        self.authenticator_key = _derive(key, "account-totp")
        """32 bytes, which seal the secrets of people's authenticators."""
        self.check_value = _derive(key, "check")[:_CHECK_BYTES]
        """16 bytes that tell nothing about the key, to notice a wrong one by."""

    @classmethod
    def generate(cls) -> Self:
        return cls(os.urandom(KEY_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form, one line of base64. Raises KeyRefused, which never repeats what it read."""
        lines = _lines(text)
        if len(lines) != 1:
            raise KeyRefused("the lookup key is one line of base64")
        return cls(_decode(lines[0]))

    def format(self) -> str:
        """The text form."""
        return f"{_encode(self._key)}\n"

    def hash_id_number(self, normalised: str) -> bytes:
        """The 32 bytes under which a person is found."""
        return hmac.digest(self._id_number, normalised.encode(errors="surrogatepass"), hashlib.sha256)

    def request_digest(self, body: bytes) -> bytes:
        """32 bytes that tell two bodies of commands apart.

        Keyed, because a body holds personal data: with a plain hash, whoever reads the command results could find
        the identity number in it by trying them all.
        """
        return hmac.digest(self._request, body, hashlib.sha256)

    def seal_log_row(self, content: bytes) -> bytes:
        """32 bytes that nobody without the key can make for another row of the access log."""
        return hmac.digest(self._access_log, content, hashlib.sha256)

    def __repr__(self) -> str:
        return "LookupKey()"


def _derive(key: bytes, use: str, length: int = KEY_BYTES) -> bytes:
    info = f"household-registry vault {use}".encode()
    return HKDFExpand(algorithm=hashes.SHA256(), length=length, info=info).derive(key)


def _lines(text: str) -> list[str]:
    bare = (line.partition("#")[0].strip() for line in text.replace(";", "\n").splitlines())
    return [line for line in bare if line]


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _decode(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise KeyRefused("a key is not base64") from None


def _require_length(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise KeyRefused(f"a key has {KEY_BYTES} bytes")
