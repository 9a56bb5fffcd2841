"""Make the vault's tables: persons, their lookups and keys, notes, and the access log, to which rows are only added."""

from alembic import op

revision = "vault_1"
down_revision = None

_STATEMENTS = (
    """CREATE TABLE vault.person (
    person_id bytea PRIMARY KEY,
    sealed bytea,
    created_at bigint NOT NULL,
    office varchar(12) NOT NULL,
    erased_at bigint)""",
    """CREATE TABLE vault.person_lookup (
    place bigserial PRIMARY KEY,
    person_id bytea NOT NULL UNIQUE,
    lookup bytea NOT NULL)""",
    "CREATE UNIQUE INDEX person_lookup_by_lookup ON vault.person_lookup (lookup)",
    """CREATE TABLE vault.note (
    note_id bytea PRIMARY KEY,
    owner_kind varchar(16) NOT NULL,
    owner_id bytea NOT NULL,
    kind varchar(40) NOT NULL,
    sealed bytea,
    written_at bigint NOT NULL,
    erased_at bigint)""",
    "CREATE INDEX ix_vault_note_owner_id ON vault.note (owner_id)",
    """CREATE TABLE vault.data_key (
    place bigserial PRIMARY KEY,
    owner_id bytea NOT NULL UNIQUE,
    wrapped bytea NOT NULL)""",
    """CREATE TABLE vault.key_check (
    number integer PRIMARY KEY,
    check_value bytea NOT NULL)""",
    """CREATE TABLE vault.access_log (
    seq bigint PRIMARY KEY,
    at bigint NOT NULL,
    user_id varchar NOT NULL,
    role varchar NOT NULL,
    organisation varchar NOT NULL,
    division varchar NOT NULL,
    action varchar(16) NOT NULL,
    purpose varchar(40) NOT NULL,
    subjects bytea NOT NULL,
    fields varchar NOT NULL,
    seal bytea NOT NULL)""",
    """CREATE FUNCTION vault.refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the access log is append only'; END $$""",
    """CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vault.access_log
    FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_log_change()""",
)


def upgrade() -> None:
    """Make the tables. The schema is there: the revision is kept in it too."""
    for statement in _STATEMENTS:
        op.execute(statement)
