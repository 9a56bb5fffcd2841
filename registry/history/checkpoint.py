"""A checkpoint: what the history holds up to a position, signed, so that nobody can deny or change it later."""

from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from typing import Any, Final

from registry.history.keys import PublicKeys, SigningKeys
from schemas.catalogue import registry_catalogue
from schemas.cloud_events import cloud_event_headers
from schemas.codec import Codec, Undecodable
from schemas.messages import Message

CHECKPOINT: Final = "history.checkpoint"
TOPIC: Final = "registry.checkpoints"
KEY: Final = b"log"
_STATEMENT: Final = "household-registry checkpoint v1"
_NOT_SIGNED: Final = bytes(64)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The fields are those of the schema. `hashes` are of the records after the first `leaves_before`, up to `leaves`.

    Nothing in it is of the moment when it was made: the same history gives the same checkpoint again.
    """

    origin: str
    key_id: str
    leaves_before: int
    leaves: int
    position: int
    recorded_at_us: int
    hashes: tuple[bytes, ...] = field(repr=False)
    root: bytes
    signature: bytes = field(default=_NOT_SIGNED, repr=False)

    def signed_text(self) -> bytes:
        """What the signature is of: eight lines, each ended by a line feed."""
        lines = (
            _STATEMENT,
            self.origin,
            self.key_id,
            f"{self.leaves_before} {self.leaves}",
            str(self.position),
            str(self.recorded_at_us),
            self.root.hex(),
            sha256(b"".join(self.hashes)).hexdigest(),
        )
        return "".join(f"{line}\n" for line in lines).encode()

    def signed_by(self, keys: SigningKeys) -> "Checkpoint":
        """The same, signed by the newest key."""
        named = replace(self, key_id=keys.key_id)
        return replace(named, signature=keys.sign(named.signed_text()))

    def is_signed(self, keys: PublicKeys) -> bool:
        """Whether its signature is by the one of these keys that it names."""
        return "\n" not in self.origin and keys.signed(self.key_id, self.signature, self.signed_text())

    def to_bytes(self) -> bytes:
        """Framed Avro, as it is published."""
        return _codec().encode(registry_catalogue().latest(CHECKPOINT), self.values())

    def values(self) -> dict[str, Any]:
        """The schema's fields."""
        return {
            "origin": self.origin,
            "key_id": self.key_id,
            "leaves_before": self.leaves_before,
            "leaves": self.leaves,
            "position": self.position,
            "recorded_at": self.recorded_at_us,
            "hashes": list(self.hashes),
            "root": self.root,
            "signature": self.signature,
        }

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> "Checkpoint":
        """The reverse of `values`."""
        given = dict(values)
        return cls(recorded_at_us=given.pop("recorded_at"), hashes=tuple(given.pop("hashes")), **given)

    @classmethod
    def from_bytes(cls, framed: bytes) -> "Checkpoint":
        """The reverse of `to_bytes`. Raises Undecodable."""
        schema, values = _codec().decode_raw(framed)
        if schema.event_type != CHECKPOINT:
            raise Undecodable(f"{schema.event_type} is no checkpoint")
        return cls.from_values(values)

    def message(self, source: str) -> Message:
        """The message that publishes it."""
        framed = self.to_bytes()
        headers = cloud_event_headers(CHECKPOINT, source, self.root[:16], KEY, self.recorded_at_us, self.position)
        return Message(TOPIC, KEY, framed, headers, self.recorded_at_us // 1000, 0)


@cache
def _codec() -> Codec:
    return Codec(registry_catalogue())
