"""The revisions of the vault's tables in PostgreSQL, one file each: see `registry.store.migrating`."""
