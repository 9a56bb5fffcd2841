"""Avro object container files, written so that stored bytes go into them as they are: nothing is decoded or encoded again.

An event in an export is {position, schema_id, event}, `event` being a union of all event schemas. A stored record is five bytes
(0x00, schema id) and its Avro body; the union's branch takes the very same body. Each branch's namespace ends in its schema id,
so that two versions of a type, and the types that each schema defines again, do not meet.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import IO, Final

from schemas.catalogue import EventSchema
from schemas.envelope import without_docs

SYNC_BYTES: Final = 16
_MAGIC: Final = b"Obj\x01"
_LEVEL: Final = 1
"""Level 6 takes twice as long and saves a twentieth."""


def event_container_schema(schemas: Iterable[EventSchema]) -> bytes:
    """The schema of a file of events, as JSON: a branch of the union for each of these schemas, in this order."""
    branches = []
    for schema in schemas:
        branch = without_docs(schema.definition)
        branches.append(branch | {"namespace": f"{branch['namespace']}.id{schema.id}"})
    fields = [{"name": "position", "type": "long"}, {"name": "schema_id", "type": "int"}, {"name": "event", "type": branches}]
    record = {"type": "record", "name": "StoredEvent", "namespace": "registry.export.v1", "fields": fields}
    return json.dumps(record, separators=(",", ":")).encode()


def avro_long(number: int) -> bytes:
    """A number as Avro writes it: zigzag, seven bits a byte, the lowest first."""
    number = (number << 1) ^ (number >> 63)
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


class ContainerWriter:
    """Writes one file, block by block. The same blocks give the same file: its sync marker comes from schema and `salt`."""

    def __init__(self, file: IO[bytes], schema: bytes, salt: str, *, compressed: bool) -> None:
        self._file = file
        self._compressed = compressed
        self._sync = sha256(schema + salt.encode()).digest()[:SYNC_BYTES]
        self._digest = sha256()
        self.bytes = 0
        self._write(_MAGIC + _metadata({"avro.schema": schema, "avro.codec": b"deflate" if compressed else b"null"}) + self._sync)

    def write_block(self, records: int, body: bytes) -> None:
        """So many records, each already Avro, one after the other."""
        if self._compressed:
            packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
            body = packer.compress(body) + packer.flush()
        self._write(avro_long(records) + avro_long(len(body)) + body + self._sync)

    def sha256(self) -> str:
        """Of everything written so far."""
        return self._digest.hexdigest()

    def _write(self, content: bytes) -> None:
        self._file.write(content)
        self._digest.update(content)
        self.bytes += len(content)


def _metadata(entries: Mapping[str, bytes]) -> bytes:
    written = [avro_long(len(entries))]
    for name, value in entries.items():
        written += [avro_long(len(name)), name.encode(), avro_long(len(value)), value]
    return b"".join([*written, avro_long(0)])
