"""Seals: what opens them, and what does not."""

from uuid import UUID

import pytest

from registry.vault.keys import MasterKeys
from registry.vault.refusal import KeyRefused, SealBroken
from registry.vault.sealing import DESTROYED, WRAPPED_BYTES, Sealed, master_number, rewrap, seal, unseal

OLD = MasterKeys({1: bytes(range(32))})
BOTH = OLD.with_fresh_key()
OWNER, STRANGER = UUID(int=1).bytes, UUID(int=2).bytes
CONTENT = "符小明".encode()


def test_what_was_sealed_opens_and_does_not_show() -> None:
    sealed = seal(OLD, OWNER, CONTENT)
    assert CONTENT not in sealed.content + sealed.wrapped
    assert unseal(OLD, OWNER, sealed) == CONTENT


def test_the_same_content_never_looks_the_same_twice() -> None:
    first, second = seal(OLD, OWNER, CONTENT), seal(OLD, OWNER, CONTENT)
    assert first.content != second.content
    assert first.wrapped[3:] != second.wrapped[3:]


def test_every_wrapped_key_has_one_length() -> None:
    lengths = {len(seal(keys, OWNER, bytes(n)).wrapped) for keys in (OLD, BOTH) for n in (0, 1, 5000)}
    assert lengths == {WRAPPED_BYTES} == {len(DESTROYED)}


def test_a_seal_does_not_open_for_another_owner() -> None:
    with pytest.raises(SealBroken):
        unseal(OLD, STRANGER, seal(OLD, OWNER, CONTENT))


def test_parts_of_two_seals_do_not_open_together() -> None:
    mine, other = seal(OLD, OWNER, CONTENT), seal(OLD, OWNER, CONTENT)
    with pytest.raises(SealBroken):
        unseal(OLD, OWNER, Sealed(other.wrapped, mine.content))


def test_any_changed_byte_breaks_the_seal() -> None:
    sealed = seal(OLD, OWNER, CONTENT)
    for part in range(len(sealed.content)):
        with pytest.raises(SealBroken):
            unseal(OLD, OWNER, Sealed(sealed.wrapped, _flip(sealed.content, part)))
    for part in range(len(sealed.wrapped)):
        # In the number of the master key the flipped bit asks for a key that nobody has.
        with pytest.raises((SealBroken, KeyRefused)):
            unseal(OLD, OWNER, Sealed(_flip(sealed.wrapped, part), sealed.content))


def test_a_destroyed_key_opens_nothing() -> None:
    with pytest.raises(SealBroken, match="destroyed"):
        unseal(OLD, OWNER, Sealed(DESTROYED, seal(OLD, OWNER, CONTENT).content))


def test_a_rewrapped_key_opens_with_the_new_master_key_alone() -> None:
    sealed = seal(OLD, OWNER, CONTENT)
    renewed = rewrap(BOTH, OWNER, sealed.wrapped)
    assert master_number(renewed) == 2
    assert unseal(BOTH.without(1), OWNER, Sealed(renewed, sealed.content)) == CONTENT
    with pytest.raises(KeyRefused, match="master key 2"):
        unseal(OLD, OWNER, Sealed(renewed, sealed.content))


def _flip(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
