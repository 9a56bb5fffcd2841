"""A token as its holder sees it: `hlr_<id>_<secret>`, 80 characters.

The prefix lets scanners of leaked secrets know one; the id (32 hexadecimal digits) finds the row and is no secret; the
secret is 256 random bits in URL-safe base64. Of it the register keeps only the SHA-256. A slow hash (argon2, bcrypt) is
there to make guessing a person's password dear; nobody guesses 256 random bits, so it would only make every request dear.
"""

import base64
import hashlib
import os
import re
from dataclasses import dataclass
from uuid import UUID

PREFIX = "hlr"
_SECRET_BYTES = 32
_FORM = re.compile(rf"{PREFIX}_([0-9a-f]{{32}})_([A-Za-z0-9_-]{{43}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class TokenText:
    """A token's two parts. Printing one shows the id only."""

    token_id: UUID
    secret: str

    def __str__(self) -> str:
        return f"{PREFIX}_{self.token_id.hex}_***"

    __repr__ = __str__

    def reveal(self) -> str:
        """The whole token, for its holder's eyes."""
        return f"{PREFIX}_{self.token_id.hex}_{self.secret}"

    def digest(self) -> bytes:
        """SHA-256 of the secret: what is stored and compared."""
        return hashlib.sha256(self.secret.encode()).digest()


def new_token(token_id: UUID) -> TokenText:
    """A token with a fresh secret, from the operating system's randomness: one that a caller could choose is none."""
    secret = base64.urlsafe_b64encode(os.urandom(_SECRET_BYTES)).rstrip(b"=").decode()
    return TokenText(token_id, secret)


def parse_token(text: str) -> TokenText | None:
    """The parts of a token, None where the text is none."""
    form = _FORM.fullmatch(text)
    return TokenText(UUID(form[1]), form[2]) if form else None
