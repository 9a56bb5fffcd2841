"""What can be checked of an installation, while it runs or not: each check says what it looked at and what is wrong.

A check that cannot be made is a check that failed: nobody shall take it for a good one.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import sqlalchemy.exc

from consumers.rebuild.rebuild import Rebuild
from consumers.verification.log_copy import check_log_copy
from deploy.composition.checkpoint_keys import read_signing_keys
from deploy.composition.history_side import published_checkpoints, relay_mark, stored_rows
from deploy.composition.log_side import open_consumer
from deploy.composition.read_side import READ_MODELS, opened_views
from deploy.composition.write_side import register_clock, write_side
from deploy.lag import marks_of
from deploy.settings import Settings
from deploy.stage_progress import Stages
from deploy.told_errors import Language, code_of, lines_of
from projections.database import snapshot
from projections.read_model import ReadModel
from projections.register.balance import check_balance
from projections.register.read_model import REGISTER
from registry.history.notary import NOTHING_SEALED
from registry.history.published import confirmed
from registry.relay.relay import RELAY
from registry.store.audit import audit_store
from registry.store.opening import recorder_for
from schemas.catalogue import registry_catalogue
from schemas.codec import Codec

GROUP: Final = "verify"
PROBLEMS_SHOWN: Final = 5
_DAMAGE: Final = (sqlalchemy.exc.DBAPIError, sqlite3.DatabaseError)


@dataclass(slots=True)
class Check:
    """facts: what was looked at; problems: what is wrong, the first few of each kind; `faults`: how many in all."""

    name: str
    facts: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    faults: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def fail(self, problems: Sequence[str], faults: int | None = None) -> None:
        """Note problems."""
        self.problems += problems[:PROBLEMS_SHOWN]
        self.faults += len(problems) if faults is None else faults

    def document(self) -> Mapping[str, Any]:
        """For a program to read."""
        return {"name": self.name, "ok": self.ok, "faults": self.faults, "facts": self.facts, "problems": self.problems}


@dataclass(frozen=True, slots=True)
class Verification:
    """The checks of one installation."""

    settings: Settings
    stages: Stages
    language: Language
    workers: int

    def store(self) -> Check:
        """Positions, times, records, ids, versions and the hash chain of the event store."""
        check = Check("store")
        recorder = recorder_for(self.settings.store)
        try:
            self.stages.begin("AUDIT", recorder.head().position)
            audit = audit_store(recorder, Codec(registry_catalogue()), self.stages.advance)
        finally:
            recorder.close()
        check.facts = {"events": audit.events, "position": audit.position}
        faults = sorted(audit.first.values(), key=lambda fault: fault.position)
        check.fail([f"{fault.rule}: {fault}" for fault in faults], audit.faults)
        return check

    def log(self) -> Check:
        """The log beside the store, up to the relay's mark."""
        check = Check("log")
        marks = marks_of(self.settings, register_clock(self.settings))
        try:
            mark = marks.mark(RELAY)
        finally:
            marks.close()
        relayed = 0 if mark is None else int(mark.value["position"])
        self.stages.begin("LOG", relayed)
        recorder = recorder_for(self.settings.store)
        try:
            opener = partial(open_consumer, self.settings, GROUP)
            copy = check_log_copy(recorder.select_raw, opener, relayed, self.settings.source, self.stages.advance)
            check.facts = {"events": copy.events, "relayed": relayed, "waiting": recorder.head().position - relayed}
        finally:
            recorder.close()
        if copy.fault is not None:
            check.fail([copy.fault])
        return check

    def view(self, model: ReadModel) -> Check:
        """The live build beside a fresh one at the same offsets."""
        check = Check(model.name)
        with opened_views(self.settings) as views:
            live = views.live_build(model)
            rebuild = Rebuild(views, model, partial(open_consumer, self.settings, GROUP), self.workers, self.stages)
            comparison = rebuild.check()
        check.facts = {"build": live and live.name}
        if comparison is not None:
            check.facts |= {"rows": comparison.live.rows, "digest": comparison.live.text, "fresh": comparison.built.text}
            check.facts["events"] = sum(comparison.offsets.values())
            check.fail([str(difference) for difference in comparison.differences], len(comparison.tables))
        elif live is not None:
            check.fail([f"E-VIEW-OUTDATED: {live.name} is of version {live.version}, this program's is {model.version}"])
        return check

    def balance(self) -> Check:
        """Closing is opening plus in less out, for every division, stock and period of the register."""
        check = Check("balance")
        self.stages.begin("BALANCE", None)
        with opened_views(self.settings) as views:
            engine = views.live(REGISTER)
            if engine is not None:
                with snapshot(engine) as connection:
                    imbalances = check_balance(connection)
                check.facts = {"imbalances": len(imbalances)}
                check.fail([str(imbalance) for imbalance in imbalances], len(imbalances))
        return check

    def vault(self) -> Check:
        """Every row of the access log as it was written, and none missing."""
        check = Check("vault")
        self.stages.begin("VAULT", None)
        with write_side(self.settings) as side:
            verdict = side.vault.verify_access_log()
        check.facts = {"accesses": verdict.head.seq, "head": f"{verdict.head.seq}:{verdict.head.seal.hex()}"}
        if verdict.broken_at is not None:
            check.fail([f"row {verdict.broken_at} of the access log is missing or was altered"])
        return check

    def history(self) -> Check:
        """The store beside the signed checkpoints that the log holds."""
        check = Check("history")
        recorder = recorder_for(self.settings.store)
        try:
            self.stages.begin("HISTORY", relay_mark(self.settings).sealed.position)
            rows = stored_rows(recorder)
            sealed, count = NOTHING_SEALED, 0
            for checkpoint in published_checkpoints(self.settings):
                before = sealed.tree.leaves
                sealed = confirmed(sealed, checkpoint, rows, read_signing_keys(self.settings).public)
                count += 1
                self.stages.advance(sealed.tree.leaves - before)
            check.facts = {"checkpoints": count, "position": sealed.position, "root": sealed.tree.root.hex()}
        finally:
            recorder.close()
        return check

    def made(self, name: str) -> list[Check]:
        """The check of this name, or those of all read models for `views`; failed where it cannot be made."""
        parts: dict[str, Sequence[tuple[str, Callable[[], Check]]]] = {
            "store": [("store", self.store)],
            "log": [("log", self.log)],
            "views": [(model.name, partial(self.view, model)) for model in READ_MODELS],
            "balance": [("balance", self.balance)],
            "vault": [("vault", self.vault)],
            "history": [("history", self.history)],
        }
        return [self._guarded(*part) for part in parts[name]]

    def _guarded(self, name: str, make: Callable[[], Check]) -> Check:
        try:
            return make()
        except Exception as error:
            check = Check(name)
            if code_of(error) is not None:
                check.fail(lines_of(error, self.language))
            elif isinstance(error, _DAMAGE):
                check.fail([str(error).splitlines()[0]])
            else:
                raise
            return check
