"""The base of campaigns' events, and the ids of their streams, which follow from what they are about."""

from typing import Final
from uuid import UUID, uuid5

from registry.event import RegistryEvent

_CAMPAIGNS: Final = UUID("9b3d6a51-7c0e-5f28-8e4d-52a1c6f07b93")


class CampaignEvent(RegistryEvent):
    """An event of a campaign; `division` in the envelope is the province, or whoever has the mismatch or the target."""


def campaign_id(kind: str, *subject: object) -> UUID:
    """The id of the stream, or of the run, of this kind about this subject."""
    return uuid5(_CAMPAIGNS, ":".join([kind, *map(str, subject)]))
