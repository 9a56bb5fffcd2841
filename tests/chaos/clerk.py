"""A client who enters households: each command is sent until it is answered, with one idempotency key, and written down then.

The notes are written before anything else is done, so that a campaign that goes on another day still knows what was answered.
"""

import json
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from registry.household.closing import MOVED_OUT_OF_PROVINCE
from registry.vault.id_number import synthetic_id
from tests.support.api_client import as_request
from tests.support.families import newcomer, opening
from tests.support.installation import ON, VILLAGE
from tests.support.registry_up import NOBODY, ask, bearer

OK = (200, 201)
UNSURE = (NOBODY, 503)
"""Nobody knows whether it was carried out: send it again."""
VISITS = 2
CLOSED_EVERY = 3
"""Of so many households one moves away: its public state is taken back."""
_AGAIN_S = 0.05
_PACE_S = 0.05


class Clerk(threading.Thread):
    """One client in a thread of its own. `wrong`: answers that should not have come."""

    def __init__(self, number: int, port: int, token: str, notes: Path) -> None:
        super().__init__(daemon=True)
        self.wrong: list[object] = []
        self.retries = 0
        self.answered = 0
        self._number = number
        self._port = port
        self._token = bearer(token)
        self._notes = notes
        self._done = threading.Event()
        self._people = sum(1 for _ in notes.open()) if notes.exists() else 0

    def run(self) -> None:
        while not self._done.is_set():
            self._enter(uuid4())

    def finish(self) -> None:
        """End after the present household."""
        self._done.set()

    def _enter(self, household_id: UUID) -> None:
        head = self._register()
        if head is None:
            return
        command = opening(household_id, newcomer(UUID(head["person_id"]), "HEAD", "MALE"), division=VILLAGE, effective_on=ON)
        path, body = as_request(command)
        self._note(household_id, self._send(path, body))
        visit = {"effective_on": ON.isoformat(), "visitor_role": "HELPER", "visitor_id": "helper-1", "purpose": "SURVEY"}
        for minutes in range(1, VISITS + 1):
            path = f"/v1/households/{household_id}/record-home-visit"
            self._note(household_id, self._send(path, visit | {"minutes": minutes}))
        if self._people % CLOSED_EVERY == 0:
            gone = {"effective_on": ON.isoformat(), "reason_code": MOVED_OUT_OF_PROVINCE}
            self._note(household_id, self._send(f"/v1/households/{household_id}/close-household", gone))

    def _register(self) -> Any:
        self._people += 1
        day, sequence = divmod(self._people, 900)
        born = date(1950, 1, 1) + timedelta(days=50 * self._number + day)
        person = {"name": f"某{self._number}拟{self._people}", "id_number": synthetic_id(born, sequence + 1)}
        return self._send("/v1/persons", person)

    def _send(self, path: str, body: Any) -> Any:
        key = {"Idempotency-Key": str(uuid4())}
        time.sleep(_PACE_S)
        while True:
            status, answer = ask(self._port, "POST", path, body, **self._token, **key)
            if status in OK:
                self.answered += 1
                return answer
            if status not in UNSURE:
                self.wrong.append((path, status, answer))
                return None
            self.retries += 1
            time.sleep(_AGAIN_S)

    def _note(self, household_id: UUID, answer: Any) -> None:
        if answer is not None:
            with self._notes.open("a") as notes:
                notes.write(json.dumps({"household": str(household_id), "version": answer["version"]}) + "\n")


def answered_versions(notes: list[Path]) -> dict[UUID, int]:
    """Household -> the last version that was answered."""
    found: dict[UUID, int] = {}
    for path in notes:
        for line in path.read_text().splitlines():
            note = json.loads(line)
            household = UUID(note["household"])
            found[household] = max(found.get(household, 0), note["version"])
    return found
