"""The revisions of the outbox's tables in PostgreSQL, one file each: see `registry.store.migrating`."""
