"""Sealing: a data key per thing, wrapped by the master key; whoever destroys the wrapped key has destroyed the thing.

Content: 0x01, 12-byte nonce, AES-256-GCM under the data key. Wrapped key (63 bytes, always): 0x01, 2-byte number of the
master key, 12-byte nonce, AES-256-GCM of the data key under the master key. Both are bound to their owner's id as
associated data, so that rows cannot be exchanged. Every sealing draws a new data key, so no nonce is ever used twice with
one; random nonces under one master key are safe up to 2**32 wrappings (NIST SP 800-38D, 8.3).

Keys and nonces come from the operating system and not from a source passed in: a caller who could choose them could
break the cipher, and nothing that the register computes depends on them.
"""

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.vault.keys import KEY_BYTES, MasterKeys
from registry.vault.refusal import SealBroken

_FORMAT = b"\x01"
_NONCE_BYTES = 12
PREFIX_BYTES = 3
WRAPPED_BYTES = PREFIX_BYTES + _NONCE_BYTES + KEY_BYTES + 16
DESTROYED = bytes(WRAPPED_BYTES)
"""What is written over a wrapped key: as long as one, and in the format 0, which is none."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """wrapped: the data key, WRAPPED_BYTES long; content: what it seals."""

    wrapped: bytes
    content: bytes


def seal(keys: MasterKeys, owner: bytes, content: bytes) -> Sealed:
    """Seal under a new data key. owner: id of what it belongs to."""
    data_key = os.urandom(KEY_BYTES)
    nonce = os.urandom(_NONCE_BYTES)
    sealed = _FORMAT + nonce + AESGCM(data_key).encrypt(nonce, content, owner)
    return Sealed(_wrap(keys, owner, data_key), sealed)


def unseal(keys: MasterKeys, owner: bytes, sealed: Sealed) -> bytes:
    """The content. Raises SealBroken; KeyRefused where its master key is not at hand."""
    data_key = _unwrap(keys, owner, sealed.wrapped)
    if sealed.content[:1] != _FORMAT:
        raise SealBroken("a content is in no known format")
    nonce, body = sealed.content[1 : 1 + _NONCE_BYTES], sealed.content[1 + _NONCE_BYTES :]
    try:
        return AESGCM(data_key).decrypt(nonce, body, owner)
    except InvalidTag:
        raise SealBroken("a content does not open under its key and owner") from None


def rewrap(keys: MasterKeys, owner: bytes, wrapped: bytes) -> bytes:
    """The same data key under the current master key. Raises as `unseal`."""
    return _wrap(keys, owner, _unwrap(keys, owner, wrapped))


def wrapped_prefix(number: int) -> bytes:
    """The first three bytes of every data key that this master key wrapped."""
    return _FORMAT + number.to_bytes(2, "big")


def master_number(prefix: bytes) -> int:
    """The number of the master key in a wrapped key's first three bytes."""
    return int.from_bytes(prefix[1:PREFIX_BYTES], "big")


def _wrap(keys: MasterKeys, owner: bytes, data_key: bytes) -> bytes:
    prefix = wrapped_prefix(keys.current)
    nonce = os.urandom(_NONCE_BYTES)
    return prefix + nonce + keys.cipher(keys.current).encrypt(nonce, data_key, prefix + owner)


def _unwrap(keys: MasterKeys, owner: bytes, wrapped: bytes) -> bytes:
    if len(wrapped) != WRAPPED_BYTES or wrapped[:1] != _FORMAT:
        raise SealBroken("a data key is destroyed, or in no known format")
    prefix, nonce = wrapped[:PREFIX_BYTES], wrapped[PREFIX_BYTES : PREFIX_BYTES + _NONCE_BYTES]
    cipher = keys.cipher(master_number(prefix))
    try:
        return cipher.decrypt(nonce, wrapped[PREFIX_BYTES + _NONCE_BYTES :], prefix + owner)
    except InvalidTag:
        raise SealBroken("a data key does not open under its master key and owner") from None
