"""The tree is the one of RFC 9162: by its published values, and by its definition followed to the letter."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.history.merkle import EMPTY, Tree, leaf_hash

# The reference values of Certificate Transparency, for the first n of these leaves.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def hashes(count: int) -> list[bytes]:
    return [sha256(number.to_bytes(4, "big")).digest() for number in range(count)]


def defined_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + defined_root(leaves[:k]) + defined_root(leaves[k:])).digest()


@pytest.mark.parametrize("count", range(9))
def test_the_root_is_the_published_one(count: int) -> None:
    leaves = [sha256(b"\x00" + bytes.fromhex(text)).digest() for text in LEAVES[:count]]
    assert EMPTY.with_leaves(leaves).root.hex() == ROOTS[count]


@settings(deadline=None)
@given(st.integers(0, 300), st.data())
def test_in_whatever_portions_leaves_come_the_root_is_the_defined_one(count: int, data: st.DataObject) -> None:
    leaves, tree = hashes(count), EMPTY
    while tree.leaves < count:
        portion = data.draw(st.integers(1, count - tree.leaves))
        tree = tree.with_leaves(leaves[tree.leaves : tree.leaves + portion])
        assert Tree.from_text(tree.leaves, tree.peaks_text()) == tree
    assert tree.root == defined_root(leaves)


def test_a_tree_keeps_a_hash_for_each_bit_and_no_more() -> None:
    assert [len(EMPTY.with_leaves(hashes(count)).peaks) for count in (0, 1, 7, 8, 255, 256)] == [0, 1, 3, 1, 8, 1]


@pytest.mark.parametrize("peaks", ["", "00" * 32, "00" * 96, "zz"])
def test_peaks_that_do_not_fit_the_leaves_are_refused(peaks: str) -> None:
    with pytest.raises(ValueError, match=r"peaks|hexadecimal"):
        Tree.from_text(3, peaks)


def test_a_leaf_is_the_event_at_its_position() -> None:
    assert leaf_hash(4711, b"\x00event") == sha256(b"\x00" + bytes(6) + b"\x12\x67" + b"\x00event").digest()
    assert leaf_hash(1, b"a") != leaf_hash(2, b"a")
