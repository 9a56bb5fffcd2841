"""Ports for servers of tests."""

import socket

from deploy.broker.layout import CONTROLLER_OFFSET, INTERNAL_OFFSET


def free_port() -> int:
    """A port of the loopback address that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_broker_port() -> int:
    """The same for a Kafka node, whose other ports are free too."""
    while True:
        with socket.socket() as first, socket.socket() as second, socket.socket() as third:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + CONTROLLER_OFFSET))
                third.bind(("127.0.0.1", port + INTERNAL_OFFSET))
            except (OSError, OverflowError):
                continue
            return port
