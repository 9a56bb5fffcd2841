"""What the client library tells of any process: when it began, its memory, its files."""

from prometheus_client import CollectorRegistry
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector


def process_registry() -> CollectorRegistry:
    """A registry of this process's own metrics, to which all others are added."""
    collector = CollectorRegistry()
    ProcessCollector(registry=collector)
    PlatformCollector(registry=collector)
    return collector
