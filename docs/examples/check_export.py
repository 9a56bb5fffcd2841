"""Checks an export of the register's history, with nothing of the registry's: python check_export.py EXPORT PUBLIC_KEY.pem"""

import hashlib
import json
import sys
from pathlib import Path

import fastavro
from cryptography.hazmat.primitives.serialization import load_pem_public_key


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def must(holds, otherwise):
    if not holds:
        sys.exit(otherwise)


def events(folder):
    """(position, stored bytes) of each event: 0x00, the schema's id in four bytes, and the Avro body as it is in the file."""
    for entry in json.loads((folder / "manifest.json").read_text("utf-8"))["segments"]:
        with (folder / entry["file"]).open("rb") as file:
            blocks = fastavro.block_reader(file)
            union = json.loads(blocks.metadata["avro.schema"])["fields"][2]["type"]
            branches = [fastavro.parse_schema(branch, named_schemas={}) for branch in union]
            for block in blocks:
                stream, data = block.bytes_, block.bytes_.getvalue()
                for _ in range(block.num_records):
                    position, schema_id, branch = (fastavro.schemaless_reader(stream, "long") for _ in range(3))
                    begin = stream.tell()
                    fastavro.schemaless_reader(stream, branches[branch])
                    yield position, b"\x00" + schema_id.to_bytes(4, "big") + data[begin : stream.tell()]


def check(folder, key):
    leaves, peaks, stored = 0, [], events(folder)
    with (folder / "checkpoints.avro").open("rb") as file:
        for checkpoint in fastavro.reader(file):
            micros = round(checkpoint["recorded_at"].timestamp() * 1_000_000)
            signed = (
                f"household-registry checkpoint v1\n{checkpoint['origin']}\n{checkpoint['key_id']}\n"
                f"{checkpoint['leaves_before']} {checkpoint['leaves']}\n{checkpoint['position']}\n{micros}\n"
                f"{checkpoint['root'].hex()}\n{sha256(*checkpoint['hashes']).hex()}\n"
            )
            key.verify(checkpoint["signature"], signed.encode())  # raises InvalidSignature
            must(checkpoint["leaves_before"] == leaves, f"a checkpoint is missing after event {leaves}")
            for hashed in checkpoint["hashes"]:
                position, record = next(stored, (leaves + 1, b""))
                node = sha256(b"\x00", position.to_bytes(8, "big", signed=True), record)
                must(node == hashed, f"event {leaves + 1} is not the one that was signed")
                size = leaves
                while size & 1:  # the peaks of a Merkle mountain range: join those of equal size
                    node, size = sha256(b"\x01", peaks.pop(), node), size >> 1
                peaks.append(node)
                leaves += 1
            *others, root = peaks
            for peak in reversed(others):
                root = sha256(b"\x01", peak, root)
            must((root, leaves) == (checkpoint["root"], checkpoint["leaves"]), f"the root after event {leaves} is another")
    must(next(stored, None) is None, f"event {leaves + 1} was never signed")
    return leaves


if __name__ == "__main__":
    checked = check(Path(sys.argv[1]), load_pem_public_key(Path(sys.argv[2]).read_bytes()))
    sys.stdout.write(f"{checked} events are as they were signed\n")
