"""Tokens by which a hospital may name a patient next time, instead of sealing the number again.

A token is the person's id, encrypted for one hospital (AES-SIV, RFC 5297): the same person has another token at every hospital,
the same one has the same token every time, nobody needs a table of them, and none says more than that it was given out.
"""

import base64
import binascii
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from registry.refusal import refuse

PREFIX: Final = "pt1."


class PersonTokens:
    """Gives out and opens tokens. key: 64 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def give(self, person_id: UUID, institution: str) -> str:
        """The token of a person for one hospital: ASCII, 47 characters."""
        sealed = self._cipher.encrypt(person_id.bytes, [institution.encode()])
        return PREFIX + base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, token: str, institution: str) -> UUID:
        """Whom a hospital means. Raises Refused (E-PERSON-TOKEN) for what was not given to this hospital."""
        prefix, encoded = token[: len(PREFIX)], token[len(PREFIX) :]
        try:
            sealed = base64.b64decode(encoded + "=", altchars=b"-_", validate=True) if prefix == PREFIX else b""
            return UUID(bytes=self._cipher.decrypt(sealed, [institution.encode()]))
        except (binascii.Error, InvalidTag, ValueError):
            refuse("E-PERSON-TOKEN", at="person_token")
