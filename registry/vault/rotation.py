"""Changing the master key: every data key is unwrapped with the old one and wrapped with the new, in pages.

How: write `MasterKeys.with_fresh_key()` to the key file, start the processes again, rotate, and when `keys_in_use` names
the new number only, take the old key out of the file (`without`) and destroy it. From then on every older copy of the
database (backups, archived logs, what an engine has not yet overwritten) is unreadable where a person was erased since.

May be stopped and started again at any point, and runs beside other work. A process that still has only the old keys is
refused (E-VAULT-KEY) from the moment on when the first one comes with the new.
"""

from collections.abc import Callable

from registry.vault.custodian import Custodian
from registry.vault.data_keys import count_by_master_key, keys_wrapped_by_others, overwrite_data_keys
from registry.vault.key_checks import require_keys, retire, wait_for_users_of_older_keys
from registry.vault.sealing import rewrap

_PAGE_KEYS = 2_000


def rotate(custodian: Custodian, progress: Callable[[int, int], None]) -> int:
    """Wrap anew whatever the current master key did not wrap; progress(done, in all) after each page.

    Return how many. Raises KeyRefused where an old key is needed and not given, SealBroken at a damaged row: the pages
    before it are done.
    """
    masters, database = custodian.masters, custodian.database
    with database.writing() as connection:
        require_keys(connection, masters, custodian.lookup)
    with database.writing() as connection:
        older = wait_for_users_of_older_keys(connection, masters)
    counts = count_keys(custodian)
    total = sum(counts.values()) - counts.get(masters.current, 0)
    done, place = 0, 0
    while True:
        with database.writing() as connection:
            page = keys_wrapped_by_others(connection, masters.current, place, _PAGE_KEYS)
            if not page:
                retire(connection, older)
                break
            wrapped = {owner: rewrap(masters, owner, key) for _, owner, key in page}
            overwrite_data_keys(connection, wrapped)
        done, place = done + len(page), page[-1][0]
        progress(done, max(total, done))
    database.remove_old_copies()
    return done


def count_keys(custodian: Custodian) -> dict[int, int]:
    """Number of the master key -> how many data keys it wraps."""
    with custodian.database.reading() as connection:
        return count_by_master_key(connection)
