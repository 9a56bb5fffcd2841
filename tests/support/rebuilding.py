"""What tests of rebuilds share: a way to open the log that other processes can be given, and a look at live builds."""

from collections.abc import Collection
from functools import partial
from pathlib import Path

from consumers.log.consumer import LogConsumer
from consumers.log.embedded import EmbeddedConsumer
from consumers.projector.projector import Projector
from consumers.rebuild.folding import OpenLog
from projections.database import snapshot
from projections.digest import ViewDigest, digest_view
from projections.read_model import ReadModel
from projections.table_rows import shape_of
from projections.views.views import Views


def log_at(path: Path) -> OpenLog:
    """Opens consumers of the embedded log; goes to other processes."""
    return partial(_open, path)


def _open(path: Path, topics: Collection[str], partitions: Collection[int] | None) -> LogConsumer:
    return EmbeddedConsumer(path, group="rebuild", topics=topics, partitions=partitions)


def live_projector(views: Views, model: ReadModel, path: Path, batch_max: int = 400) -> Projector:
    """A projector of the live build, as the pipeline runs it."""
    return Projector(log_at(path)(model.topics, None), model.project(views.open_live(model)), batch_max=batch_max)


def feed(views: Views, model: ReadModel, path: Path, batches: int | None = None) -> None:
    """Feed the live build so many batches, or up to the end of the log."""
    projector = live_projector(views, model, path)
    if batches is None:
        projector.drain()
    else:
        for _ in range(batches):
            assert projector.step()
    projector.close()


def live_digest(views: Views, model: ReadModel) -> ViewDigest:
    """Of the live build as it is."""
    engine = views.open_live(model)
    with snapshot(engine) as connection:
        return digest_view(connection, [shape_of(table) for table in model.digested])
