"""Ports that nobody listens on."""

import socket
from contextlib import closing

from deploy.broker.layout import CONTROLLER_OFFSET


def free_broker_port() -> int:
    """A port for a Kafka node, whose controller's port is free too."""
    while True:
        with closing(socket.socket()) as first, closing(socket.socket()) as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + CONTROLLER_OFFSET))
            except (OSError, OverflowError):
                continue
            return port
