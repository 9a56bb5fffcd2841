"""A hospital's records as they stand in its topic."""

from collections.abc import Mapping
from typing import Any, Final

from schemas.catalogue import Catalogue
from schemas.codec import Codec
from schemas.messages import Message
from schemas.topics import topic_spec

HOSPITAL_TOPIC: Final = topic_spec("hospital.{institution}.expenses")


class HospitalRecords:
    """Writes them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._codec = Codec(catalogue)

    def message(self, record_type: str, values: Mapping[str, Any], institution: str) -> Message:
        """The record for this hospital's topic, keyed by hospital and settlement."""
        value = self._codec.encode(self._catalogue.latest(record_type), dict(values))
        key = f"{institution}:{values['settlement_id']}".encode()
        return Message(HOSPITAL_TOPIC.of(institution).name, key, value, (), 0)
