"""Make the outbox's tables: notices, their deliveries, every attempt, what is remembered, and how far the log was read."""

from alembic import op

revision = "notices_1"
down_revision = None

_STATEMENTS = (
    """CREATE TABLE notices.checkpoint (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    position bigint NOT NULL,
    known_before bigint NOT NULL,
    claim bigint DEFAULT 0 NOT NULL,
    PRIMARY KEY (topic, partition))""",
    """CREATE TABLE notices.notice (
    notice_id bytea PRIMARY KEY,
    kind text NOT NULL,
    recipient text NOT NULL,
    about text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    facts text NOT NULL,
    caused_at bigint NOT NULL,
    put_at bigint NOT NULL)""",
    "CREATE INDEX ix_notice_about ON notices.notice (about)",
    """CREATE TABLE notices.delivery (
    delivery_id bytea PRIMARY KEY,
    notice_id bytea NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    state text NOT NULL,
    tries integer NOT NULL,
    attempts integer NOT NULL,
    due_at bigint NOT NULL,
    claimed_until bigint NOT NULL,
    settled_at bigint)""",
    "CREATE INDEX ix_delivery_notice_id ON notices.delivery (notice_id)",
    "CREATE INDEX delivery_by_due ON notices.delivery (state, due_at)",
    """CREATE TABLE notices.attempt (
    delivery_id bytea NOT NULL,
    number integer NOT NULL,
    begun_at bigint NOT NULL,
    ended_at bigint,
    result text,
    code text,
    PRIMARY KEY (delivery_id, number))""",
    "CREATE TABLE notices.remembered (key text PRIMARY KEY, value text NOT NULL)",
)


def upgrade() -> None:
    """Make the tables. The schema is there: the revision is kept in it too."""
    for statement in _STATEMENTS:
        op.execute(statement)
