"""What the feed remembers goes by a version: whoever changes what is shown, or how facts are kept, has to give it another."""

import hashlib
import json

from consumers.feed.facts import HERE, UNDONE, Effect, Fact, pack, told_last, unpack
from consumers.feed.tables import METADATA, VERSION
from schemas.public import public_table

DIGESTS = {1: "08d4e5edd3a49ba10bed78c6f66f983c287922aee81e91aa1a14504c138af006"}


def test_a_version_of_the_memory_belongs_to_what_is_shown() -> None:
    """Facts are kept as numbers of what is shown, and only facts that had a meaning."""
    table = public_table()
    decided = [list(table.statuses.items()), list(table.overlays.items()), sorted(table.changes), sorted(table.unseen)]
    present = [sorted(table.present_statuses), sorted(table.present_overlays)]
    columns = [f"{t.name}.{c.name}" for t in METADATA.sorted_tables for c in t.columns if t.name == "household"]
    packed = pack(Fact(bytes(range(16)), 18_000, 469030100201, Effect(2, 3, 4, 469024100201), True)).hex()
    digest = hashlib.sha256(json.dumps([decided, present, columns, packed]).encode()).hexdigest()
    assert digest == DIGESTS[VERSION], "give consumers.feed.tables.VERSION the next number, and this list its digest"


def test_facts_are_kept_as_they_are() -> None:
    facts = [
        Fact(bytes(range(16)), 17_800, 469030100201, Effect(status=2, spell=1, division=HERE)),
        Fact(bytes(16), -3, 0, Effect(spell=UNDONE), told=True),
        Fact(b"\xff" * 16, 2**31 - 1, 999999999999, Effect(6, 3, 30_000, 999999999999), told=True),
    ]
    kept = b"".join(map(pack, facts))
    assert list(unpack(kept)) == facts
    assert list(unpack(told_last(kept[: len(kept) // 3]))) == [facts[0]._replace(told=True)]
