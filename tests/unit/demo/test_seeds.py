"""Chance that can be had again."""

from deploy.demo.seeds import Fate, SeededBytes


def test_bytes_follow_from_seed_and_label_whatever_came_before() -> None:
    one, other = SeededBytes(7), SeededBytes(7)
    one.begin("2018-09-04/0")
    one(100)
    one.begin("2018-09-05/0")
    other.begin("2018-09-05/0")
    assert one(32) == other(32)


def test_another_seed_or_label_gives_other_bytes() -> None:
    drawn = set()
    for seed, label in ((7, "a"), (7, "b"), (8, "a")):
        source = SeededBytes(seed)
        source.begin(label)
        drawn.add(source(16))
    assert len(drawn) == 3


def test_each_turn_of_each_household_has_a_fate_of_its_own() -> None:
    fate = Fate(7)
    drawn = {(h, t): fate.of(h, t).random() for h in range(40) for t in range(40)}
    assert len(set(drawn.values())) == len(drawn)
    again = Fate(7)
    assert again.of(3, 5).random() == drawn[3, 5]
    assert Fate(8).of(3, 5).random() != drawn[3, 5]
