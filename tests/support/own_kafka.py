"""A Kafka for one test alone, where the session's would not do: topics have fixed names, and principals are the broker's."""

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.broker.cluster_control import start_cluster, stop_cluster
from deploy.broker.layout import Cluster
from tests.support.ports import free_broker_port


@contextmanager
def let_sockets_go() -> Iterator[None]:
    """For what asks a Kafka that does not answer (yet): the client leaves such sockets to the collector, which warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            yield
        finally:
            gc.collect()


@contextmanager
def own_kafka(folder: Path, *, secure: bool = False) -> Iterator[Cluster]:
    """The cluster, until the block is left."""
    with let_sockets_go():
        cluster = start_cluster(folder, 1, free_broker_port(), print, secure=secure)
    try:
        yield cluster
    finally:
        stop_cluster(folder)
