"""Make the tables of events, command results, tokens and facts of the installation."""

from alembic import op

revision = "store_1"
down_revision = None

_TABLES = (
    """CREATE TABLE stored_events (
    position bigint PRIMARY KEY,
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL CHECK (originator_version >= 1),
    topic text NOT NULL,
    state bytea NOT NULL,
    recorded_at bigint NOT NULL,
    UNIQUE (originator_id, originator_version))""",
    """CREATE TABLE command_result (
    actor text NOT NULL,
    key text NOT NULL,
    request_digest bytea NOT NULL,
    status integer NOT NULL,
    body bytea NOT NULL,
    recorded_at bigint NOT NULL,
    PRIMARY KEY (actor, key))""",
    """CREATE TABLE token (
    token_id bytea PRIMARY KEY,
    secret_sha256 bytea NOT NULL,
    user_id varchar(64) NOT NULL,
    role varchar(40) NOT NULL,
    organisation varchar(64) NOT NULL,
    division varchar(12) NOT NULL,
    made_by varchar(64) NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint,
    last_used_at bigint)""",
    """CREATE TABLE installation_fact (
    name text PRIMARY KEY,
    value text NOT NULL)""",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in _TABLES:
        op.execute(statement)
