"""A Kafka for one test alone, where the session's would not do: topics have fixed names, and principals are the broker's."""

import gc
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.broker.cluster_control import start_cluster, stop_cluster
from deploy.broker.errors import BrokerProblem
from deploy.broker.jars import find_jars
from deploy.broker.java import find_java
from deploy.broker.layout import Cluster
from tests.support.ports import free_broker_port


def skip_without_kafka() -> None:
    """Skip the test where no Kafka can be started; in CI it goes on, and fails."""
    if os.environ.get("CI") == "true":
        return
    try:
        find_java(os.environ)
        find_jars(os.environ, print)
    except BrokerProblem as problem:
        pytest.skip(f"no Kafka can be started here: {problem}")


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
