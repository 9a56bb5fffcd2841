"""Which build of each read model is live: one row that a single transaction turns to another build."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from projections.database import snapshot, writing
from projections.views.errors import BuildLost
from schemas.messages import TopicPartition

_METADATA: Final = MetaData()
_BUILD: Final = Table(
    "build",
    _METADATA,
    Column("name", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("version", Integer, nullable=False),
    # Once true, the build was live; one that is not was interrupted, unless its maker holds the read model's lock.
    Column("whole", Boolean, nullable=False),
)
_POINTER: Final = Table(
    "pointer",
    _METADATA,
    Column("model", Text, primary_key=True),
    Column("build", Text),
    # Grows with each swap, so that a reader sees at once whether anything changed.
    Column("generation", Integer, nullable=False),
    # Never given twice: whoever still writes to a build that was removed must not meet its successor.
    Column("last_number", Integer, nullable=False),
)
_PROGRESS: Final = Table(
    "progress",
    _METADATA,
    # How far a build in the making is; gone with the making.
    Column("build", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
)
_EMITTED: Final = Table(
    "emitted",
    _METADATA,
    # Up to where in the log the effects of a read model have happened, whichever build was live then.
    Column("model", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
)
_BEGUN: Final = ("", -1)
"""The place that is no place: there once the read model has had effects, so that a partition without a mark had none yet."""

_CREATION: Final = int.from_bytes(b"pointers")
"""Number of the lock under which PostgreSQL's tables are made."""


@dataclass(frozen=True, slots=True)
class Build:
    """One build of a read model, as the pointers know it. `whole`: it is, or was, the live one."""

    name: str
    model: str
    version: int
    whole: bool
    live: bool
    generation: int
    """Of the read model's pointer."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build in the making is: its stage, and how many of how many events were folded."""

    build: str
    stage: str
    done: int
    total: int


class Pointers:
    """The tables `build`, `pointer`, `progress` and `emitted`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with writing(engine) as connection:
            if engine.dialect.name == "postgresql":
                # Creating "if not exists" is not safe against others who do the same.
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_CREATION})")
            _METADATA.create_all(connection)

    def live(self, model: str) -> Build | None:
        """The live build of a read model."""
        with self._engine.connect() as connection:
            row = connection.execute(_builds().where(_POINTER.c.model == model, _POINTER.c.build == _BUILD.c.name)).one_or_none()
        return None if row is None else _build(row)

    def all(self) -> list[Build]:
        """Every build, by name."""
        with snapshot(self._engine) as connection:
            return [_build(row) for row in connection.execute(_builds().order_by(_BUILD.c.name))]

    def add(self, model: str, version: int) -> str:
        """Enter a new build that is not whole yet; return its name."""
        with writing(self._engine) as connection:
            found = connection.execute(select(_POINTER).where(_POINTER.c.model == model).with_for_update()).one_or_none()
            number = 1 if found is None else found.last_number + 1
            if found is None:
                connection.execute(insert(_POINTER).values(model=model, build=None, generation=0, last_number=number))
            else:
                connection.execute(update(_POINTER).where(_POINTER.c.model == model).values(last_number=number))
            name = f"{model}-v{version}-{number:04}"
            connection.execute(insert(_BUILD).values(name=name, model=model, version=version, whole=False))
        return name

    def swap(self, name: str, reached: Mapping[TopicPartition, int] | None = None) -> None:
        """Let a build be whole and live from now on. Raises BuildLost.

        reached: where it stands, if it has effects; where its read model had none before, those up to there are never emitted.
        """
        with writing(self._engine) as connection:
            finished = update(_BUILD).where(_BUILD.c.name == name, _BUILD.c.whole.is_(False)).values(whole=True)
            row = connection.execute(finished.returning(_BUILD.c.model)).one_or_none()
            if row is None:
                raise BuildLost(f"the build {name} was removed while it was made")
            turned = {"build": name, "generation": _POINTER.c.generation + 1}
            connection.execute(update(_POINTER).where(_POINTER.c.model == row.model).values(**turned))
            connection.execute(delete(_PROGRESS).where(_PROGRESS.c.build == name))
            if reached is not None and not _emitted(connection, row.model):
                _mark(connection, row.model, {_BEGUN: 0, **reached})

    @contextmanager
    def emitting(self, model: str, generation: int) -> Iterator[dict[TopicPartition, int] | None]:
        """The marks of a read model, to be moved on in the block; None where another build is live. A swap waits for the end."""
        with writing(self._engine) as connection:
            live = connection.execute(select(_POINTER.c.generation).where(_POINTER.c.model == model).with_for_update())
            if live.scalar_one_or_none() != generation:
                yield None
                return
            before = _emitted(connection, model)
            marks = dict(before)
            yield marks
            _mark(connection, model, {place: offset for place, offset in marks.items() if before.get(place) != offset})

    def tell(self, model: str, progress: Progress) -> None:
        """Let others see how far a build is."""
        with writing(self._engine) as connection:
            connection.execute(delete(_PROGRESS).where(_PROGRESS.c.build == progress.build))
            told = {"stage": progress.stage, "done": progress.done, "total": progress.total}
            connection.execute(insert(_PROGRESS).values(build=progress.build, model=model, **told))

    def progress(self, model: str) -> Progress | None:
        """How far the build in the making is, if there is one that has told."""
        wanted = select(_PROGRESS).where(_PROGRESS.c.model == model).order_by(_PROGRESS.c.build.desc()).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else Progress(row.build, row.stage, row.done, row.total)

    def close(self) -> None:
        """Dispose of the engine."""
        self._engine.dispose()

    def remove(self, name: str) -> None:
        """Forget a build that is not live."""
        pointed_at = select(_POINTER.c.build).where(_POINTER.c.build == name).exists()
        with writing(self._engine) as connection:
            connection.execute(delete(_BUILD).where(_BUILD.c.name == name, ~pointed_at))
            connection.execute(delete(_PROGRESS).where(_PROGRESS.c.build == name))


def _builds() -> Select[Any]:
    return select(_BUILD, _POINTER.c.build, _POINTER.c.generation).join(_POINTER, _POINTER.c.model == _BUILD.c.model)


def _build(row: Row[Any]) -> Build:
    return Build(row.name, row.model, row.version, row.whole, row.build == row.name, row.generation)


def _emitted(connection: Connection, model: str) -> dict[TopicPartition, int]:
    rows = connection.execute(select(_EMITTED).where(_EMITTED.c.model == model))
    return {(row.topic, row.partition): row.next_offset for row in rows}


def _mark(connection: Connection, model: str, marks: Mapping[TopicPartition, int]) -> None:
    e = _EMITTED.c
    for (topic, partition), offset in sorted(marks.items()):
        connection.execute(delete(_EMITTED).where(e.model == model, e.topic == topic, e.partition == partition))
        connection.execute(insert(_EMITTED).values(model=model, topic=topic, partition=partition, next_offset=offset))
