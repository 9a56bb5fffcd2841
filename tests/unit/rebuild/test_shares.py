"""How a rebuild's workers share the partitions out."""

from consumers.rebuild.shares import part_of, shared_out

A, B = "household.events", "reference.events"


def test_everybody_has_about_as_much_to_do() -> None:
    target = {(A, 0): 100, (A, 1): 60, (A, 2): 50, (A, 3): 10}
    assert shared_out(target, 2) == [(0, 3), (1, 2)]


def test_a_partition_goes_to_one_worker_in_every_topic() -> None:
    target = {(A, 0): 10, (A, 1): 10, (B, 0): 90, (B, 1): 1}
    assert shared_out(target, 2) == [(0,), (1,)]
    assert part_of(target, (0,)) == {(A, 0): 10, (B, 0): 90}


def test_nobody_is_started_for_nothing() -> None:
    assert shared_out({(A, 0): 5, (A, 1): 0}, 4) == [(0,)]
    assert shared_out({(A, 0): 0}, 2) == [()]
    assert shared_out({}, 2) == [()]


def test_every_partition_is_shared_out_once() -> None:
    target = {(A, partition): 7 + partition % 5 for partition in range(12)}
    shares = shared_out(target, 5)
    assert sorted(partition for share in shares for partition in share) == list(range(12))
    assert len(shares) == 5
