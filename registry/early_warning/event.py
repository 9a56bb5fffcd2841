"""The base of a warning's events."""

from uuid import UUID

from registry.event import RegistryEvent


class WarningEvent(RegistryEvent):
    """An event of one warning; `division` in the envelope is whoever has it: a township, or the county before it is claimed."""

    case_id: UUID
