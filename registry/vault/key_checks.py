"""Are these the keys of this vault? Asked in every transaction, because the wrong answer is quiet and dear.

With another lookup key everybody would register anew; with an outdated master key a process would go on wrapping with
the key that a rotation is about to make superfluous. So the vault holds a check value of each key that it needs.
"""

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from registry.vault.keys import LookupKey, MasterKeys
from registry.vault.refusal import KeyRefused
from registry.vault.tables import key_check

_LOOKUP = 0


def require_keys(connection: Connection, masters: MasterKeys, lookup: LookupKey, *, change: bool = True) -> None:
    """Compare the keys with the vault's, and take in a newer master key; with `change` false only compare.

    Raises KeyRefused where a key is another one, where one that is in use is missing, or where the vault has moved on to a
    newer master key. Until the transaction ends, no rotation goes past it.
    """
    rows = select(key_check).with_for_update(read=True) if change else select(key_check)
    known = {row.number: row.check_value for row in connection.execute(rows)}
    if known:
        _compare(known, masters, lookup)
    if change:
        missing = {number: value for number, value in _values(masters, lookup).items() if number not in known}
        # An older master key that the vault does not know is not needed, only kept.
        _insert(connection, {n: v for n, v in missing.items() if n in (_LOOKUP, masters.current)})


def wait_for_users_of_older_keys(connection: Connection, masters: MasterKeys) -> list[int]:
    """The older master keys that the vault still counts as needed; whoever was wrapping with one has ended."""
    older = select(key_check.c.number).where(key_check.c.number.between(1, masters.current - 1))
    return list(connection.scalars(older.with_for_update()))


def retire(connection: Connection, numbers: list[int]) -> None:
    """These master keys are needed no longer."""
    connection.execute(delete(key_check).where(key_check.c.number.in_(numbers)))


def _compare(known: dict[int, bytes], masters: MasterKeys, lookup: LookupKey) -> None:
    ours = _values(masters, lookup)
    if known[_LOOKUP] != ours[_LOOKUP]:
        raise KeyRefused("the lookup key is not this vault's: with it, everybody would be registered again")
    newest = max(known)
    if newest > masters.current:
        raise KeyRefused(f"the vault has moved on to master key {newest}: start again with it")
    for number, value in known.items():
        if number not in ours:
            raise KeyRefused(f"master key {number} is still in use here and not given")
        if ours[number] != value:
            raise KeyRefused(f"master key {number} is not this vault's")


def _values(masters: MasterKeys, lookup: LookupKey) -> dict[int, bytes]:
    return {_LOOKUP: lookup.check_value} | {n: masters.check_value(n) for n in masters.numbers}


def _insert(connection: Connection, values: dict[int, bytes]) -> None:
    if values:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        rows = [{"number": number, "check_value": value} for number, value in values.items()]
        connection.execute(dialect.insert(key_check).on_conflict_do_nothing(), rows)
