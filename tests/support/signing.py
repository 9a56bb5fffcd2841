"""Keys that checkpoints are signed with in tests: always the same ones, so that a history always has the same checkpoints."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.history.keys import SigningKeys
from registry.history.notary import EVERY, Notary


def keys_of(*numbers: int) -> SigningKeys:
    """Private keys made of these numbers, the last of which signs."""
    return SigningKeys(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in numbers)


def notary_of(origin: str = "/registry/test", every: int = EVERY, number: int = 1) -> Notary:
    """A notary with the key of this number."""
    return Notary(keys_of(number), origin, every)
