"""Checkpoints fall due where the history says so, hold its hashes, and cannot be changed without their signature showing it."""

from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.settings import Settings, SettingWrong
from registry.history.checkpoint import Checkpoint
from registry.history.merkle import EMPTY, leaf_hash
from registry.history.notary import EVERY_MAX, Notary, Tally
from registry.store.recorder import RawRow
from schemas.codec import Undecodable
from tests.support.long_log import rows
from tests.support.signing import keys_of, notary_of

ROWS = list(rows(12))
BARRIERS = [row[0] for row in ROWS if row[2] == "registry.period_closed"]


def counted(notary: Notary, pages: list[list[RawRow]]) -> tuple[Tally, list[Checkpoint]]:
    tally, made = Tally(), []
    for page in pages:
        tally, due = notary.count(tally, page)
        made += due
    return tally, made


def test_a_checkpoint_falls_due_after_so_many_records_and_after_each_period() -> None:
    assert len(BARRIERS) >= 2
    _, made = counted(notary_of(every=50), [ROWS])
    ends, since = [], 0
    for row in ROWS:
        since += 1
        if since == 50 or row[0] in BARRIERS:
            ends.append(row[0])
            since = 0
    assert [checkpoint.position for checkpoint in made] == ends


def test_it_holds_the_hash_of_each_record_and_the_root_of_all() -> None:
    tally, made = counted(notary_of(every=50), [ROWS])
    leaves = [leaf_hash(row[0], row[3]) for row in ROWS]
    before = 0
    for checkpoint in made:
        assert checkpoint.leaves_before == before
        assert list(checkpoint.hashes) == leaves[before : checkpoint.leaves]
        assert checkpoint.root == EMPTY.with_leaves(leaves[: checkpoint.leaves]).root
        assert checkpoint.recorded_at_us == ROWS[checkpoint.leaves - 1][4]
        assert checkpoint.is_signed(keys_of(1).public)
        before = checkpoint.leaves
    assert list(tally.pending) == leaves[before:]
    assert tally.tree == EMPTY.with_leaves(leaves)


@settings(deadline=None)
@given(st.lists(st.integers(1, 120), max_size=20), st.integers(1, 130))
def test_pages_make_no_difference(sizes: list[int], every: int) -> None:
    pages, rest = [], ROWS
    for size in sizes:
        pages.append(rest[:size])
        rest = rest[size:]
    notary = notary_of(every=every)
    assert counted(notary, [*pages, rest]) == counted(notary, [ROWS])


CHANGES: dict[str, Any] = {
    "origin": "/registry/other",
    "key_id": keys_of(2).key_id,
    "leaves_before": 1,
    "leaves": 99,
    "position": 99,
    "recorded_at_us": 1,
    "hashes": (bytes(32),),
    "root": bytes(32),
    "signature": bytes(64),
}


@pytest.mark.parametrize("name", [field.name for field in fields(Checkpoint)])
def test_any_change_breaks_the_signature(name: str) -> None:
    checkpoint = counted(notary_of(), [ROWS])[1][0]
    known = keys_of(1, 2).public
    assert checkpoint.is_signed(known)
    assert not replace(checkpoint, **{name: CHANGES[name]}).is_signed(known)


def test_lines_cannot_be_smuggled_into_what_is_signed() -> None:
    checkpoint = replace(counted(notary_of(), [ROWS])[1][0], origin="/a\n/b").signed_by(keys_of(1))
    assert not checkpoint.is_signed(keys_of(1).public)


def test_what_is_signed_are_eight_lines() -> None:
    checkpoint = counted(notary_of(), [ROWS])[1][0]
    assert checkpoint.signed_text().decode().splitlines() == [
        "household-registry checkpoint v1",
        "/registry/test",
        keys_of(1).key_id,
        f"0 {checkpoint.leaves}",
        str(checkpoint.leaves),
        str(checkpoint.recorded_at_us),
        checkpoint.root.hex(),
        sha256(b"".join(checkpoint.hashes)).hexdigest(),
    ]


def test_it_is_published_as_framed_avro_in_one_partition() -> None:
    checkpoint = counted(notary_of(), [ROWS])[1][0]
    message = checkpoint.message("/registry/test")
    assert (message.topic, message.key, message.partition) == ("registry.checkpoints", b"log", 0)
    assert message.value is not None
    assert Checkpoint.from_bytes(message.value) == checkpoint
    assert dict(message.headers)["registry_position"] == str(checkpoint.position).encode()
    with pytest.raises(Undecodable):
        Checkpoint.from_bytes(ROWS[0][3])


def test_the_setting_takes_what_a_notary_takes() -> None:
    assert Settings.read({"REGISTRY_CHECKPOINT_EVERY": str(EVERY_MAX)}).checkpoint_every == EVERY_MAX
    for every in (0, EVERY_MAX + 1):
        with pytest.raises(SettingWrong, match="REGISTRY_CHECKPOINT_EVERY"):
            Settings.read({"REGISTRY_CHECKPOINT_EVERY": str(every)})


@pytest.mark.parametrize("every", [0, EVERY_MAX + 1])
def test_a_checkpoint_of_no_or_too_many_records_is_refused(every: int) -> None:
    with pytest.raises(ValueError, match="1 to"):
        notary_of(every=every)
