"""Seals and tokens: they open for whom they are meant, and for nobody else."""

import base64
import os
from uuid import uuid4

import pytest
from nacl.public import PublicKey, SealedBox

from registry.expenses.identities import encounter_ref, expense_id, newborn_id
from registry.expenses.person_tokens import PersonTokens
from registry.expenses.seal import WORTH_THREADS, IntakeKeys, SealedNumber, key_id_of, seal
from registry.refusal import Refused
from registry.vault.refusal import KeyRefused
from tests.support.expenses import HOSPITAL, OTHER_HOSPITAL

NUMBER = "469999198504120016"
KEYS = IntakeKeys.generate()


def test_what_is_sealed_is_opened_and_never_looks_the_same() -> None:
    key_id, public = KEYS.current
    first, second = seal(NUMBER, public), seal(NUMBER, public)
    assert len(first) == 66
    assert first != second
    assert KEYS.open(key_id, first) == KEYS.open(key_id, second) == NUMBER


def test_a_seal_of_any_client_of_libsodium_opens() -> None:
    key_id, public = KEYS.current
    assert key_id == key_id_of(base64.b64decode(public))
    assert KEYS.open(key_id, SealedBox(PublicKey(base64.b64decode(public))).encrypt(NUMBER.encode())) == NUMBER


@pytest.mark.parametrize("sealed", [b"", b"x" * 66, os.urandom(200)])
def test_what_was_not_sealed_is_refused(sealed: bytes) -> None:
    with pytest.raises(Refused, match="E-SEAL") as refused:
        KEYS.open(KEYS.current[0], sealed)
    assert refused.value.violations[0].field == "sealed_id"


def test_a_seal_that_was_changed_on_the_way_is_refused() -> None:
    key_id, public = KEYS.current
    sealed = bytearray(seal(NUMBER, public))
    sealed[-1] ^= 1
    with pytest.raises(Refused, match="E-SEAL"):
        KEYS.open(key_id, bytes(sealed))


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(Refused, match="E-SEAL") as refused:
        KEYS.open("00000000", seal(NUMBER, KEYS.current[1]))
    assert refused.value.violations[0].field == "key_id"


@pytest.mark.parametrize("count", [0, 1, WORTH_THREADS - 1, WORTH_THREADS, 2 * WORTH_THREADS + 1])
def test_many_are_opened_in_their_order_each_by_itself(count: int) -> None:
    key_id, public = KEYS.current
    numbers = [f"{10**17 + n}" for n in range(count)]
    sealed = [SealedNumber(key_id, seal(number, public)) for number in numbers]
    wrong = {0: SealedNumber("no such", b""), count // 2: SealedNumber(key_id, b"x" * 66), count - 1: SealedNumber(key_id, b"")}
    for at, one in wrong.items():
        if 0 <= at < count:
            sealed[at] = one
    opened = KEYS.open_all(sealed)
    assert [one for at, one in enumerate(opened) if at not in wrong] == [n for at, n in enumerate(numbers) if at not in wrong]
    fields = {at: one.violations[0].field for at, one in enumerate(opened) if isinstance(one, Refused)}
    assert fields == {at: "key_id" if one.key_id == "no such" else "sealed_id" for at, one in wrong.items() if 0 <= at < count}


def test_a_new_key_is_the_one_to_seal_with_and_the_old_one_opens_still() -> None:
    key_id, public = KEYS.current
    newer = KEYS.with_fresh_key()
    assert newer.current[0] != key_id
    assert newer.open(key_id, seal(NUMBER, public)) == NUMBER
    assert IntakeKeys.parse(newer.format()).current == newer.current
    assert IntakeKeys.parse("# kept in a safe\n" + newer.format()).open(key_id, seal(NUMBER, public)) == NUMBER


@pytest.mark.parametrize("text", ["", "# nothing\n", "short\n", base64.b64encode(b"x" * 31).decode()])
def test_a_text_that_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(KeyRefused) as wrong:
        IntakeKeys.parse(text)
    assert not text.strip() or text.strip() not in str(wrong.value)


def test_keys_do_not_show_themselves() -> None:
    assert KEYS.format().strip() not in repr(KEYS)


def test_a_token_names_the_same_person_at_one_hospital_alone() -> None:
    tokens, person = PersonTokens(b"k" * 64), uuid4()
    token = tokens.give(person, HOSPITAL)
    assert token == tokens.give(person, HOSPITAL)
    assert token != tokens.give(person, OTHER_HOSPITAL)
    assert tokens.open(token, HOSPITAL) == person
    assert person.hex not in token
    with pytest.raises(Refused, match="E-PERSON-TOKEN"):
        tokens.open(token, OTHER_HOSPITAL)


@pytest.mark.parametrize("token", ["", "pt1.", "pt1.AAAA", "pt2.AAAA", "é" * 47, "pt1." + "A" * 43])
def test_what_was_not_given_out_is_refused(token: str) -> None:
    with pytest.raises(Refused, match="E-PERSON-TOKEN"):
        PersonTokens(b"k" * 64).open(token, HOSPITAL)


def test_ids_follow_from_what_the_hospital_says() -> None:
    assert expense_id(HOSPITAL, "S1") == expense_id(HOSPITAL, "S1")
    different = {
        expense_id(HOSPITAL, "S1"),
        expense_id(HOSPITAL, "S2"),
        expense_id(OTHER_HOSPITAL, "S1"),
        encounter_ref(HOSPITAL, "S1"),
    }
    mother = uuid4()
    assert len(different | {newborn_id(mother, 1), newborn_id(mother, 2)}) == 6
