"""Passwords: which will do, and their hashes (argon2id with the parameters of RFC 9106, section 4, for little memory).

A password is judged by its length alone: rules about its letters make people write it down (NIST SP 800-63B, 5.1.1.2).
"""

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from registry.refusal import Refusals

LENGTH_MIN: Final = 12
LENGTH_MAX: Final = 200
"""Longer ones would only cost time to hash."""
_hasher: Final = PasswordHasher()
_NOBODYS: Final = _hasher.hash("a password that is nobody's")


def weigh_password(password: str, refusals: Refusals) -> None:
    """Note E-PASSWORD-LENGTH for one that is too short or too long."""
    within = LENGTH_MIN <= len(password) <= LENGTH_MAX
    refusals.unless(within, "E-PASSWORD-LENGTH", at="password", minimum=LENGTH_MIN, maximum=LENGTH_MAX)


def hash_of(password: str) -> str:
    """What is kept of it, with its salt and parameters."""
    return _hasher.hash(password)


def is_password(password: str, kept: str | None) -> bool:
    """Whether it is the one; takes as long for an account that does not exist (None)."""
    try:
        return _hasher.verify(kept or _NOBODYS, password[: LENGTH_MAX + 1]) and kept is not None
    except (Argon2Error, InvalidHashError):
        return False
