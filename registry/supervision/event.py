"""The bases of supervision's events; each aggregate has its own, so that no stream is taken for another's."""

from registry.event import RegistryEvent


class FindingEvent(RegistryEvent):
    """An event of one finding; `division` in the envelope is whoever has it: where it was found, then who is to rectify it."""


class ComplaintEvent(RegistryEvent):
    """An event of one complaint; `division` in the envelope is where it is about."""


class TypicalCasesEvent(RegistryEvent):
    """An event of a team's typical cases of a week; `division` in the envelope is where the finding is."""
