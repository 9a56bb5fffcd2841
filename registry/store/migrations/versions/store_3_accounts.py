"""Make the tables of people's accounts and their sessions."""

from alembic import op

revision = "store_3"
down_revision = "store_2"

_STATEMENTS = (
    """CREATE TABLE account (
    user_id varchar(64) PRIMARY KEY,
    role varchar(40) NOT NULL,
    organisation varchar(64) NOT NULL,
    division varchar(12) NOT NULL,
    password_hash varchar(200) NOT NULL,
    totp_sealed bytea,
    totp_step bigint NOT NULL,
    failures integer NOT NULL,
    locked_until bigint,
    created_at bigint NOT NULL,
    disabled_at bigint,
    last_sign_in_at bigint)""",
    """CREATE TABLE account_session (
    secret_sha256 bytea PRIMARY KEY,
    user_id varchar(64) NOT NULL,
    opened_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    expires_at bigint NOT NULL)""",
    "CREATE INDEX account_session_of_user ON account_session (user_id)",
)


def upgrade() -> None:
    """Make them."""
    for statement in _STATEMENTS:
        op.execute(statement)
