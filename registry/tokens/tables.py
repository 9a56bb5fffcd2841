"""The table of tokens, and how its database, the event store's, is opened. Instants are microseconds since 1970 UTC."""

from sqlalchemy import BigInteger, Column, Engine, LargeBinary, MetaData, String, Table, create_engine, func, make_url, select
from sqlalchemy.schema import CreateTable

from registry.store.postgres_line import engine_on

_WAIT_S = 10
"""How long a statement waits for a lock (SQLite has one for the file, which writers of the event store take)."""
_TABLES_LOCK = 0x746F6B656E73

metadata = MetaData()

token = Table(
    "token",
    metadata,
    Column("token_id", LargeBinary(16), primary_key=True),
    Column("secret_sha256", LargeBinary(32), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("role", String(40), nullable=False),
    Column("organisation", String(64), nullable=False),
    Column("division", String(12), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("last_used_at", BigInteger),
)


def open_database(url: str) -> Engine:
    """The database of an address such as `sqlite:////path/registry.db` or `postgresql://...`. Its owner disposes of it."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return create_engine(address, connect_args={"timeout": _WAIT_S}, hide_parameters=True)
    return engine_on(url, _WAIT_S)


def create_tables(engine: Engine) -> None:
    """Create the table unless it is there; several processes may do so at once."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # IF NOT EXISTS alone can fail where two look at the same moment.
            connection.execute(select(func.pg_advisory_xact_lock(_TABLES_LOCK)))
        connection.execute(CreateTable(token, if_not_exists=True))
