"""Sealed ID numbers: a hospital seals one with a public key that everybody may have, and the intake alone can open it.

libsodium's sealed boxes (X25519, XSalsa20-Poly1305), which clients of every language have. Each sealing has a key pair of its
own, so that the same number never looks the same twice, and nobody but the intake, not even the sender, can open it.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple, Self

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from registry.refusal import Refused, refuse
from registry.vault.refusal import KeyRefused

THREADS: Final = 2
"""That open seals at once; libsodium works without the interpreter's lock."""
WORTH_THREADS: Final = 100
"""Seals; fewer are opened before a thread has begun."""


class SealedNumber(NamedTuple):
    """An ID number as a record has it."""

    key_id: str
    sealed: bytes


class IntakeKeys:
    """Private keys of the intake, newest first: hospitals seal with the newest, what was sealed with an older one still opens."""

    def __init__(self, keys: Mapping[str, PrivateKey]) -> None:
        if not keys:
            raise KeyRefused("there is no key of the intake")
        self._keys = dict(keys)
        self._boxes = {key_id: SealedBox(key) for key_id, key in self._keys.items()}

    @classmethod
    def generate(cls) -> Self:
        return cls(_named([PrivateKey.generate()]))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form: a line of base64 for each key, newest first; `#` begins a comment. Raises KeyRefused."""
        lines = [line.partition("#")[0].strip() for line in text.splitlines()]
        try:
            keys = [PrivateKey(base64.b64decode(line, validate=True)) for line in lines if line]
        except (binascii.Error, ValueError, TypeError, CryptoError):
            raise KeyRefused("the intake's keys are lines of base64, 32 bytes each") from None
        return cls(_named(keys))

    def format(self) -> str:
        """The text form."""
        return "".join(f"{base64.b64encode(bytes(key)).decode()}\n" for key in self._keys.values())

    def with_fresh_key(self) -> Self:
        """These and a new one, which hospitals are given from now on."""
        return type(self)({**_named([PrivateKey.generate()]), **self._keys})

    @property
    def current(self) -> tuple[str, str]:
        """The id of the key to seal with, and its public half in base64."""
        key_id, key = next(iter(self._keys.items()))
        return key_id, base64.b64encode(bytes(key.public_key)).decode()

    def open(self, key_id: str, sealed: bytes) -> str:
        """What was sealed. Raises Refused (E-SEAL): no such key, or not sealed with it, or changed on the way."""
        box = self._boxes.get(key_id)
        if box is None:
            refuse("E-SEAL", at="key_id")
        try:
            return box.decrypt(sealed).decode("ascii")
        except (CryptoError, UnicodeDecodeError, ValueError, TypeError):
            refuse("E-SEAL", at="sealed_id")

    def open_all(self, numbers: Sequence[SealedNumber]) -> list[str | Refused]:
        """What was sealed, or why it does not open, in their order; see `open`. Many are opened on THREADS cores."""
        if len(numbers) < WORTH_THREADS:
            return self._opened(numbers)
        share = -(-len(numbers) // THREADS)
        shares = [numbers[start : start + share] for start in range(0, len(numbers), share)]
        with ThreadPoolExecutor(THREADS) as threads:
            return [one for opened in threads.map(self._opened, shares) for one in opened]

    def _opened(self, numbers: Sequence[SealedNumber]) -> list[str | Refused]:
        opened: list[str | Refused] = []
        for number in numbers:
            try:
                opened.append(self.open(*number))
            except Refused as refused:
                opened.append(refused)
        return opened

    def __repr__(self) -> str:
        return f"IntakeKeys(ids={tuple(self._keys)})"


def seal(id_number: str, public_key: str) -> bytes:
    """An ID number sealed with a public key in base64: 66 bytes for 18 characters."""
    return SealedBox(PublicKey(base64.b64decode(public_key))).encrypt(id_number.encode("ascii"))


def key_id_of(public_key: bytes) -> str:
    """The short name of a key: the first eight hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:8]


def _named(keys: list[PrivateKey]) -> dict[str, PrivateKey]:
    return {key_id_of(bytes(key.public_key)): key for key in keys}
