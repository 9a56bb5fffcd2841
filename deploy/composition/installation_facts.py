"""What is true of one installation and of nothing else: kept beside the events, so that a copy of the data has it too.

The only fact so far is the clock's offset: after a demonstration the register goes on in demonstration time.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import Column, Connection, Engine, MetaData, Table, Text, delete, insert, select

_METADATA: Final = MetaData()
_FACT: Final = Table(
    "installation_fact", _METADATA, Column("name", Text, primary_key=True), Column("value", Text, nullable=False)
)
_CLOCK_OFFSET: Final = "clock_offset_us"
_MICROSECOND: Final = timedelta(microseconds=1)


def create_facts(engine: Engine) -> None:
    """Make the table, unless it is there."""
    _METADATA.create_all(engine)


def read_clock_offset(engine: Engine) -> timedelta:
    """How far the register's time is ahead of the machine's (negative: behind)."""
    with engine.connect() as connection:
        return int(_read(connection, _CLOCK_OFFSET) or 0) * _MICROSECOND


def keep_clock_offset(engine: Engine, offset: timedelta) -> None:
    """Let the register's time run at this offset from the machine's, from the next start of each process."""
    keep_fact(engine, _CLOCK_OFFSET, str(offset // _MICROSECOND))


def read_fact(engine: Engine, name: str) -> str | None:
    """The value of a fact, if there is one."""
    with engine.connect() as connection:
        return _read(connection, name)


def keep_fact(engine: Engine, name: str, value: str) -> None:
    """Set a fact."""
    with engine.begin() as connection:
        connection.execute(delete(_FACT).where(_FACT.c.name == name))
        connection.execute(insert(_FACT).values(name=name, value=value))


def _read(connection: Connection, name: str) -> str | None:
    value: str | None = connection.execute(select(_FACT.c.value).where(_FACT.c.name == name)).scalar_one_or_none()
    return value
