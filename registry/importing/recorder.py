"""Records entries of a file, some hundred in one transaction; each is recorded whole or not at all, and never twice.

The result of a chunk whose entries are all in order is kept with its events, so that a second run, or another process with the
same file, finds the chunk done. Where an entry was refused nothing is kept, since the next run may find that it fits by then: the
entries of such a chunk are compared with the register one by one, as are those of a file that was changed. Persons go into the
vault before the events are saved: whoever is killed in between leaves a person without a household, whom the next run finds by
number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from registry.application.batch import Batch
from registry.application.request import Request
from registry.application.service import ATTEMPTS_MAX, CommandService, Conflict
from registry.command import action_of
from registry.household.household import Household
from registry.importing.chunk_result import Digest, note_doubts, result_of, with_doubts
from registry.importing.entry import Entry, Kind, LeftOut, refuse_whole, refused
from registry.importing.finding import Finding, Refusing
from registry.importing.view import View
from registry.refusal import Refused, Violation
from registry.store.command_result import CommandResult
from registry.store.errors import CommandReplayed
from schemas.access import decide

NOBODY: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many entries were recorded, were there already, were refused, said the same as another one; and events stored."""

    recorded: int = 0
    already: int = 0
    refused: int = 0
    repeated: int = 0
    events: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.recorded + other.recorded,
            self.already + other.already,
            self.refused + other.refused,
            self.repeated + other.repeated,
            self.events + other.events,
        )


@dataclass(slots=True)
class _Attempt:
    """One go at a chunk. refusals: place of an entry -> why the register refuses it; doubts: told with what is recorded."""

    view: View
    batch: Batch
    recorded: int = 0
    already: int = 0
    refusals: dict[int, Sequence[Finding]] = field(default_factory=dict)
    doubts: list[tuple[int, Finding]] = field(default_factory=list)


class _DecideAgain(Exception):
    """An entry was accepted in part and then refused: the chunk is decided anew without it."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """digest: see `result_of`; rehearse: decide, record nothing."""

    service: CommandService
    kind: Kind
    request: Request
    digest: Digest
    rehearse: bool

    def record(self, entries: Sequence[Entry | LeftOut]) -> Tally:
        """Record what is not there yet; what is wrong or odd is noted with the rows. Raises Conflict, and what stores raise."""
        in_order = [entry for entry in entries if not isinstance(entry, LeftOut) and not refused(entry)]
        tally = self._record(in_order, whole=len(in_order) == len(entries))
        left_out = sum(1 for entry in entries if isinstance(entry, LeftOut) and not refused(entry))
        return replace(tally, refused=sum(map(refused, entries)), repeated=left_out)

    def _record(self, entries: Sequence[Entry], *, whole: bool) -> Tally:
        """whole: whether these are all entries of the chunk."""
        result = result_of(self.kind.sheet.kind, entries, self.request.actor.user_id, self.digest) if whole else None
        done = result and self.service.store.find_command_result(result.actor, result.key)
        if done is not None:
            return _replay(done, entries)
        fresh = self.kind.introduce(entries)
        known = [entry for entry in entries if not refused(entry)]
        kept = result if len(known) == len(entries) else None
        out: dict[int, Sequence[Finding]] = {}
        conflicts = 0
        while conflicts < ATTEMPTS_MAX:
            try:
                return self._attempt(known, fresh if not conflicts else NOBODY, out, kept)
            except _DecideAgain:
                continue
            except Conflict:
                conflicts += 1
            except CommandReplayed as replayed:
                return _replay(replayed.result, entries)
        raise Conflict(f"gave up after {ATTEMPTS_MAX} attempts")

    def _attempt(
        self,
        entries: Sequence[Entry],
        fresh: frozenset[UUID],
        out: dict[int, Sequence[Finding]],
        result: CommandResult | None,
    ) -> Tally:
        """Decide and save. out: refusals of earlier attempts; to be left alone now. Raises _DecideAgain, Conflict."""
        view = View(self.service.new_loader(), fresh)
        batch = Batch(replace(self.service, new_loader=lambda: view), lambda given, refused: None)
        attempt = _Attempt(view, batch, refusals=dict(out))
        for place, entry in enumerate(entries):
            if place not in out:
                self._decide(place, entry, attempt, out)
        events = 0 if self.rehearse else self._save(entries, attempt, result)
        for place, doubt in attempt.doubts:
            _note(entries[place], [doubt])
        for place, findings in attempt.refusals.items():
            _note(entries[place], findings)
            refuse_whole(entries[place].rows)
        return Tally(recorded=attempt.recorded, already=attempt.already, events=events)

    def _decide(self, place: int, entry: Entry, attempt: _Attempt, out: dict[int, Sequence[Finding]]) -> None:
        household = attempt.view.household(entry.household_id)
        stored = attempt.view.stored_version(household)
        before, doubts = household.version, len(household.warnings)
        accepted = 0
        try:
            self._authorise(entry, household)
            for command in entry.due(attempt.view):
                attempt.batch.add(command, self.request)
                accepted += 1
        except Refusing as refusing:
            attempt.refusals[place] = refusing.findings
        except Refused as refusal:
            attempt.refusals[place] = [entry.finding_of(violation) for violation in refusal.violations]
        if place in attempt.refusals and self._written_meanwhile(entry, stored):
            raise Conflict("what refuses the entry may be its own trace")
        if place not in attempt.refusals:
            attempt.recorded += household.version > before
            attempt.already += household.version == before
            attempt.doubts += [(place, entry.finding_of(doubt)) for doubt in household.warnings[doubts:]]
        elif accepted:
            out[place] = attempt.refusals[place]
            raise _DecideAgain

    def _written_meanwhile(self, entry: Entry, stored: int) -> bool:
        """Whether the household has more events than were read: another process may have recorded the same entry between the
        reading of the household and that of its members, who are live in a household then that was not there yet.
        """
        return self.service.new_loader().household(entry.household_id).version != stored

    def _authorise(self, entry: Entry, household: Household) -> None:
        """Before anything is compared: who may not act there learns nothing of what is there. Raises Refused."""
        actor = self.request.actor
        self.service.authorise_role(entry.command_class, actor)
        action = action_of(entry.command_class)
        for division in {household.division, entry.division} - {""}:
            violation = decide(actor, action, division)
            if violation is not None:
                at = "division" if entry.division else "household_id"
                raise Refused([Violation(violation, at, {"action": action, "scope": actor.division})])

    def _save(self, entries: Sequence[Entry], attempt: _Attempt, result: CommandResult | None) -> int:
        """Events saved. Raises Conflict, CommandReplayed."""
        if result is None or attempt.refusals:
            return attempt.batch.save(attempts=1) if len(attempt.batch) else 0
        kept = with_doubts(result, entries, [doubt for _, doubt in attempt.doubts])
        return attempt.batch.save(kept, attempts=1)


def _replay(done: CommandResult, entries: Sequence[Entry]) -> Tally:
    note_doubts(done, entries)
    return Tally(already=len(entries))


def _note(entry: Entry, findings: Sequence[Finding]) -> None:
    rows = {row.number: row for row in entry.rows}
    for finding in findings:
        rows[finding.row].findings.append(finding)
