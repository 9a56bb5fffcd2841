"""The tables of accounts and of their sessions, in the event store's database beside the tokens.

Instants are microseconds since 1970 UTC.
"""

from sqlalchemy import BigInteger, Column, Engine, Index, Integer, LargeBinary, MetaData, String, Table
from sqlalchemy.schema import CreateIndex, CreateTable

metadata = MetaData()

account = Table(
    "account",
    metadata,
    Column("user_id", String(64), primary_key=True),
    Column("role", String(40), nullable=False),
    Column("organisation", String(64), nullable=False),
    Column("division", String(12), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("totp_sealed", LargeBinary),
    Column("totp_step", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("last_sign_in_at", BigInteger),
)

session = Table(
    "account_session",
    metadata,
    Column("secret_sha256", LargeBinary(32), primary_key=True),
    Column("user_id", String(64), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
of_user = Index("account_session_of_user", session.c.user_id)


def create_tables(engine: Engine) -> None:
    """Make them in a file of SQLite unless they are there; in PostgreSQL `registry migrate` does."""
    with engine.begin() as connection:
        for table in (account, session):
            connection.execute(CreateTable(table, if_not_exists=True))
        connection.execute(CreateIndex(of_user, if_not_exists=True))
