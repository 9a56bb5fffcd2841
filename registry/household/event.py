"""The base of every household event."""

from registry.event import RegistryEvent


class HouseholdEvent(RegistryEvent):
    """An event in a household's stream; `division` in the envelope is the household's village at the time."""
