"""Which worker of a rebuild folds which partitions."""

from collections.abc import Sequence

from consumers.rebuild.folding import Offsets


def shared_out(target: Offsets, workers: int) -> list[tuple[int, ...]]:
    """Numbers of partitions for each worker that has any, so that all have about as much to do.

    The same number goes to the same worker in every topic: read models may keep rows by it. Fewer workers, if there are not
    so many partitions that hold anything.
    """
    sizes: dict[int, int] = {}
    for (_, partition), offset in target.items():
        if offset > 0:
            sizes[partition] = sizes.get(partition, 0) + offset
    shares: list[list[int]] = [[] for _ in range(max(1, min(workers, len(sizes))))]
    loads = [0] * len(shares)
    # The largest first, each to whoever has least.
    for partition in sorted(sizes, key=lambda partition: (-sizes[partition], partition)):
        idlest = loads.index(min(loads))
        shares[idlest].append(partition)
        loads[idlest] += sizes[partition]
    return [tuple(share) for share in shares]


def part_of(target: Offsets, partitions: Sequence[int]) -> dict[tuple[str, int], int]:
    """The target of these partitions."""
    return {place: offset for place, offset in target.items() if place[1] in partitions}
