"""Ports for servers of tests."""

import random
import socket

from deploy.broker.layout import CONTROLLER_OFFSET, INTERNAL_OFFSET

BROKER_PORTS = (10_240, 28_000)


def free_port() -> int:
    """A port of the loopback address that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_broker_port() -> int:
    """The same for a Kafka node, whose other ports are free too.

    Not of those that the system gives to outgoing connections: while a broker is away, a client of its own could get its port.
    """
    while True:
        port = random.randrange(*BROKER_PORTS)
        with socket.socket() as first, socket.socket() as second, socket.socket() as third:
            try:
                for probe, each in ((first, port), (second, port + CONTROLLER_OFFSET), (third, port + INTERNAL_OFFSET)):
                    probe.bind(("127.0.0.1", each))
            except OSError:
                continue
            return port
