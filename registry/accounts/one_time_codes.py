"""One-time codes of an authenticator (TOTP, RFC 6238): six digits that change every 30 seconds.

The secret has to be read again with each sign-in, so it cannot be hashed: it is sealed with AES-GCM under a key that is derived
from one that is not in this database.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

STEP_S: Final = 30
STEPS_OFF: Final = 1
"""A telephone's clock may be so many steps before or behind ours."""
ISSUER: Final = "Household registry"
_NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Authenticator:
    """A secret as its holder takes it in: the text of a QR code."""

    secret: str
    user_id: str

    def __repr__(self) -> str:
        return f"Authenticator({self.user_id}, ***)"

    def address(self) -> str:
        """`otpauth://totp/...`, for its holder's eyes."""
        return pyotp.TOTP(self.secret).provisioning_uri(name=self.user_id, issuer_name=ISSUER)


class TotpSeal:
    """Seals secrets, each for its account. key: 32 bytes for this use alone (`LookupKey.authenticator_key`)."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, secret: str, user_id: str) -> bytes:
        """What is kept."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), user_id.encode())

    def step_of(self, code: str, sealed: bytes, user_id: str, now: datetime) -> int | None:
        """The step of 30 seconds whose code this is, None if it is none of now. A code counts once: compare the step."""
        try:
            opened = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], user_id.encode())
        except InvalidTag:
            return None
        totp, present = pyotp.TOTP(opened.decode(), interval=STEP_S), int(now.timestamp()) // STEP_S
        steps = range(present - STEPS_OFF, present + STEPS_OFF + 1)
        return next((step for step in steps if pyotp.utils.strings_equal(totp.generate_otp(step), code)), None)


def new_secret() -> str:
    """160 random bits in base 32."""
    return pyotp.random_base32()
