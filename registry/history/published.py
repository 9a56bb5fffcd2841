"""Holds a store to what was published of it: the events under each checkpoint have to be those that it signs."""

from collections.abc import Iterator, Sequence
from itertools import islice

from registry.history.alignment import diverged
from registry.history.checkpoint import Checkpoint
from registry.history.faults import CHECKPOINT, DROPPED, HistoryFault, event_name
from registry.history.keys import CheckpointKeyRefused, PublicKeys
from registry.history.merkle import leaf_hash
from registry.history.notary import Sealed
from registry.store.recorder import RawRow


def confirmed(sealed: Sealed, checkpoint: Checkpoint, rows: Iterator[RawRow], keys: PublicKeys) -> Sealed:
    """Where the checkpoint ends, once the rows that follow the one before are those that it signs.

    Raises HistoryFault; CheckpointKeyRefused where it is signed by a key that is none of these.
    """
    if checkpoint.key_id not in keys:
        key = f"the checkpoint at position {checkpoint.position} is signed by key {checkpoint.key_id}"
        raise CheckpointKeyRefused(f"{key}, which the key file has not: add it, its public key is enough")
    if not checkpoint.is_signed(keys) or checkpoint.leaves_before != sealed.tree.leaves:
        raise HistoryFault(CHECKPOINT, checkpoint.position, "the log's checkpoint is altered, or one before it is missing")
    found = list(islice(rows, len(checkpoint.hashes)))
    hashes = [leaf_hash(position, state) for position, _, _, state, _ in found]
    if hashes != list(checkpoint.hashes):
        raise _not_as_published(found, hashes, checkpoint.hashes, sealed.position)
    tree = sealed.tree.with_leaves(hashes)
    if tree.root != checkpoint.root:
        raise HistoryFault(CHECKPOINT, checkpoint.position, "the log's checkpoint has another root than the store's events")
    return Sealed(checkpoint.position, tree)


def _not_as_published(rows: Sequence[RawRow], hashes: Sequence[bytes], signed: Sequence[bytes], before: int) -> HistoryFault:
    """What is wrong with the first row that is not the published one. `before`: the position before the first."""
    place = next((i for i, (found, wanted) in enumerate(zip(hashes, signed, strict=False)) if found != wanted), len(rows))
    what = diverged([row[3] for row in rows[place:]], signed[place:], before + place + 1)
    name = "" if what.code == DROPPED else f"{event_name(rows[place][3], rows[place][1])}: "
    return HistoryFault(what.code, before + place + 1, f"{name}the store's events are not those that were published")
