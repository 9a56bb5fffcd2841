"""Alembic's environment, for the store's revisions and the vault's: all happens in the one transaction that is passed in."""

from alembic import context

from registry.store.revision import REVISION_TABLE

_connection = context.config.attributes.get("connection")
_options = {"version_table": REVISION_TABLE, "version_table_schema": context.config.attributes["schema"]}

if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True, **_options)
else:
    context.configure(connection=_connection, **_options)
with context.begin_transaction():
    context.run_migrations()
