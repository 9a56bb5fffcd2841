"""The revision of the vault's tables that this program is written for."""

from typing import Final

from registry.store.revision import Revision
from registry.vault.tables import SCHEMA

VAULT_REVISION: Final = Revision("vault", SCHEMA, "vault_1")
