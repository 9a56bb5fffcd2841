"""Let a write be done in one round trip: the function that takes the lock, compares and appends."""

from importlib.resources import files

from alembic import op

revision = "store_2"
down_revision = "store_1"


def upgrade() -> None:
    """Make the function, which goes into the schema of its tables."""
    op.execute((files("registry.store.migrations") / "append_stored_events.sql").read_text("utf-8"))
