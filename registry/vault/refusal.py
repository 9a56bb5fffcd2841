"""What the vault says when it will not or cannot, each with a stable code. No message holds personal data.

What a caller asked wrongly is `registry.refusal.Refused`, as everywhere. Beside it:

VaultError
├── KeyRefused            E-VAULT-KEY         a key is missing, malformed, wrong for this vault, or readable by others
├── SealBroken            E-VAULT-SEAL        stored bytes are not what was sealed: damage or tampering
├── VaultUnavailable      E-VAULT-UNAVAILABLE the database cannot be reached, or stays locked
└── ErasureUnfinished     E-VAULT-ERASURE     the keys are destroyed, old copies of pages are still in the write-ahead log
"""

from typing import ClassVar


class VaultError(Exception):
    """Something is wrong with the vault, not with the question."""

    code: ClassVar[str]

    def __str__(self) -> str:
        return f"{self.code}: {super().__str__()}"


class KeyRefused(VaultError):
    """A key cannot be used."""

    code = "E-VAULT-KEY"


class SealBroken(VaultError):
    """Stored bytes do not open under their key and their owner."""

    code = "E-VAULT-SEAL"


class ErasureUnfinished(VaultError):
    """A reader kept the write-ahead log from being cut; erase again, which only cuts it."""

    code = "E-VAULT-ERASURE"


class VaultUnavailable(VaultError):
    """Try again later."""

    code = "E-VAULT-UNAVAILABLE"
