"""What of a round the province has to know, kept with it: one that was held before is not held again."""

import json
from dataclasses import dataclass
from uuid import UUID


@dataclass(slots=True)
class Held:
    """warned: households and persons with an open warning; begun: outcome, subject and case of a verified warning for which the
    household's own steps begin, and a village of the township that has it."""

    warned: set[UUID]
    begun: list[tuple[str, UUID, UUID, str]]

    def body(self) -> bytes:
        """As it is stored."""
        begun = [(outcome, str(subject_id), str(case_id), village) for outcome, subject_id, case_id, village in self.begun]
        return json.dumps({"warned": sorted(map(str, self.warned)), "begun": begun}).encode()

    @classmethod
    def read(cls, body: bytes) -> "Held":
        """What `body` gave."""
        told = json.loads(body)
        begun = [(outcome, UUID(subject), UUID(case), village) for outcome, subject, case, village in told["begun"]]
        return cls(set(map(UUID, told["warned"])), begun)
