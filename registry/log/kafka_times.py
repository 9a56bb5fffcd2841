"""How long a batch and its transaction may take on Kafka: whoever waits for somebody else's has to know."""

from typing import Final

DELIVERY_S: Final = 30.0
"""How long a batch may take. Longer, and nobody knows whether it is stored: the mark will tell the next producer."""
SETTLED_S: Final = 75.0
"""After this whatever transaction was open has ended: by its producer, or by the broker, which looks every ten seconds."""


def transaction_s(delivery_s: float) -> float:
    """After how long the broker ends a transaction whose producer died: it never does so to a batch that may still arrive."""
    return 2 * delivery_s
