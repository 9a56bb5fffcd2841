"""Which databases of an installation are in PostgreSQL and hold what cannot be made again: event store, vault, and the outbox
where notices are sent.
"""

from typing import Final

from consumers.notices.database import NOTICES_REVISION
from deploy.settings import Settings
from registry.store.migrating import Migrations
from registry.store.revision import STORE_REVISION, is_postgresql
from registry.vault.revision import VAULT_REVISION

STORE_PACKAGE: Final = "registry.store.migrations"
VAULT_PACKAGE: Final = "registry.vault.migrations"
NOTICES_PACKAGE: Final = "consumers.notices.migrations"


def migrations(settings: Settings) -> list[Migrations]:
    """The revisions of each; none of an embedded installation, whose files are made where they are missing."""
    places = [(STORE_REVISION, STORE_PACKAGE, settings.store), (VAULT_REVISION, VAULT_PACKAGE, settings.vault)]
    if settings.notices_file:
        places.append((NOTICES_REVISION, NOTICES_PACKAGE, settings.notices))
    return [Migrations(revision, package, url) for revision, package, url in places if is_postgresql(url)]


def migrate(settings: Settings) -> None:
    """Bring them all to this program's revision. Raises StoreUnavailable, StoreShapeUnknown, StoreNotMigrated."""
    for each in migrations(settings):
        each.apply()
