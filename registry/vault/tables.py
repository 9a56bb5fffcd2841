"""The vault's tables, the same on SQLite and PostgreSQL (there in the schema `vault`).

Wrapped keys and lookups have tables of their own, whose rows have one length, are only appended and are overwritten in
place. That is what lets an erasure reach the bytes: where rows grow or move, SQLite's page balancing leaves copies of
them in the gaps of pages, `secure_delete` or not (11 wrapped keys of 1,500 erased rows were still to be read).
What is sealed may leave such copies: without its key it is noise.

Instants are microseconds since 1970 UTC, ids 16 bytes.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    event,
)

SCHEMA = "vault"
metadata = MetaData(schema=SCHEMA)
# SQLite: only INTEGER PRIMARY KEY is the row's own place, so that rows are appended.
_Place = BigInteger().with_variant(Integer(), "sqlite")

person = Table(
    "person",
    metadata,
    Column("person_id", LargeBinary(16), primary_key=True),
    Column("sealed", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    # Who may see somebody that no household has taken in yet: the office that registered them.
    Column("office", String(12), nullable=False),
    Column("erased_at", BigInteger),
)

person_lookup = Table(
    "person_lookup",
    metadata,
    Column("place", _Place, primary_key=True),
    Column("person_id", LargeBinary(16), nullable=False, unique=True),
    Column("lookup", LargeBinary(32), nullable=False),
)
lookup_index = Index("person_lookup_by_lookup", person_lookup.c.lookup, unique=True)

note = Table(
    "note",
    metadata,
    Column("note_id", LargeBinary(16), primary_key=True),
    Column("owner_kind", String(16), nullable=False),
    Column("owner_id", LargeBinary(16), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("sealed", LargeBinary),
    Column("written_at", BigInteger, nullable=False),
    Column("erased_at", BigInteger),
)

data_key = Table(
    "data_key",
    metadata,
    Column("place", _Place, primary_key=True),
    Column("owner_id", LargeBinary(16), nullable=False, unique=True),
    Column("wrapped", LargeBinary(63), nullable=False),
)

key_check = Table(
    "key_check",
    metadata,
    # 0 is the lookup key, others are master keys.
    Column("number", SmallInteger().with_variant(Integer(), "postgresql"), primary_key=True, autoincrement=False),
    Column("check_value", LargeBinary(16), nullable=False),
)

access_log = Table(
    "access_log",
    metadata,
    Column("seq", _Place, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("user_id", String, nullable=False),
    Column("role", String, nullable=False),
    Column("organisation", String, nullable=False),
    Column("division", String, nullable=False),
    Column("action", String(16), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("subjects", LargeBinary, nullable=False),
    Column("fields", String, nullable=False),
    Column("seal", LargeBinary(32), nullable=False),
)

# A guard against slips and simple tampering; who may alter tables can drop it, and then the chain of seals shows it.
for _verb in ("UPDATE", "DELETE"):
    event.listen(
        access_log,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER access_log_no_{_verb.lower()} BEFORE {_verb} ON access_log "
            "BEGIN SELECT RAISE(ABORT, 'the access log is append only'); END"
        ).execute_if(dialect="sqlite"),
    )
event.listen(
    access_log,
    "after_create",
    DDL(  # type: ignore[no-untyped-call]
        f"CREATE FUNCTION {SCHEMA}.refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the access log is append only'; END $$; "
        f"CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {SCHEMA}.access_log "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {SCHEMA}.refuse_log_change()"
    ).execute_if(dialect="postgresql"),
)
