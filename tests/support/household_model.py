"""A plain model of a household's two state machines and its spells, written from the transition tables alone.

It knows no guard: only which event leads from where to where, which command may be given where, and what that does to the
spells. A household that disagrees with it is wrong, whatever its guards say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.correction import as_corrected

POOR = {"REGISTERED", "PRE_EXIT", "RELAPSED"}
EXITED = {"EXITED_WITH_POLICY", "EXITED_STABLE"}
LISTED = POOR | EXITED
UNLISTED = {"NOT_REGISTERED", "CLEARED_OUT"}
LIVE = LISTED | UNLISTED | {"IN_IDENTIFICATION"}
BACK = "where it was before"

REGISTER: dict[str, tuple[set[str], str]] = {
    "HouseholdImported": ({"NONE"}, "REGISTERED EXITED_WITH_POLICY EXITED_STABLE"),
    "IdentificationApplied": (UNLISTED, "IN_IDENTIFICATION"),
    "HouseholdIdentified": ({"IN_IDENTIFICATION"}, "REGISTERED"),
    "IdentificationRejected": ({"IN_IDENTIFICATION"}, BACK),
    "ExitProposed": ({"REGISTERED"}, "PRE_EXIT"),
    "HouseholdExited": ({"PRE_EXIT"}, "EXITED_WITH_POLICY"),
    "ExitRejected": ({"PRE_EXIT"}, "REGISTERED"),
    "ExitWithdrawn": ({"PRE_EXIT"}, "REGISTERED"),
    "PolicyRetentionEnded": ({"EXITED_WITH_POLICY"}, "EXITED_STABLE"),
    "RelapseConfirmed": (EXITED, "RELAPSED"),
    "HouseholdReEntered": ({"RELAPSED"}, "REGISTERED"),
    "RelapseRevoked": ({"RELAPSED"}, BACK),
    "HouseholdClearedOut": (LISTED, "CLEARED_OUT"),
    "ClearOutReversed": ({"CLEARED_OUT"}, BACK),
    "ExitReversed": (EXITED, "REGISTERED"),
    "HouseholdClosed": (LIVE, "CLOSED"),
}
"""Event -> statuses it may come in, statuses it may lead to. The two that may also stay are told apart in `saw`."""

OVERLAY: dict[str, tuple[set[str], str]] = {
    "MonitoringStarted": ({"NONE", "RISK_ELIMINATED"}, "ACTIVE"),
    "RiskEliminated": ({"ACTIVE"}, "RISK_ELIMINATED"),
    "MonitoringEnded": ({"ACTIVE"}, "NONE"),
}

GIVEN_IN: dict[str, set[str]] = {
    "RecordLedgerHousehold": LIVE | {"NONE"},
    "ImportHousehold": {"NONE"},
    "ApplyForIdentification": UNLISTED,
    "AnnounceIdentification": {"IN_IDENTIFICATION"},
    "RejectIdentification": {"IN_IDENTIFICATION"},
    "FileAppeal": UNLISTED,
    "DecideAppeal": UNLISTED,
    "ProposeExit": {"REGISTERED"},
    "VerifyExit": {"PRE_EXIT"},
    "RecordConsent": {"PRE_EXIT"},
    "AcceptExit": {"PRE_EXIT"},
    "AnnounceExit": {"PRE_EXIT"},
    "RejectExit": {"PRE_EXIT"},
    "WithdrawExit": {"PRE_EXIT"},
    "EndRetention": {"EXITED_WITH_POLICY"},
    "ProposeRelapse": EXITED,
    "ConfirmRelapse": EXITED,
    "ReEnter": {"RELAPSED"},
    "RevokeRelapse": {"RELAPSED"},
    "RequestAppraisal": LISTED,
    "ClearOut": LISTED,
    "ReverseExit": EXITED,
    "ExpectExitYear": POOR,
    "StartMonitoring": LIVE - POOR - {"IN_IDENTIFICATION"},
}
"""Command -> statuses in which it may be accepted at all; commands that are not named, in every live one."""

LATE = {
    *("AdoptAssistancePlan", "RecordMeasureProgress", "CompleteMeasure", "StopMeasure", "GrantPublicPost", "EndPublicPost"),
    *("PaySubsidy", "ReverseSubsidy", "CompleteTraining", "LinkToEntity", "UnlinkFromEntity", "RecordConsolidationMeasure"),
    "FlagVisit",
}
"""Help that was given before the household closed may be recorded afterwards."""

ENDS_HELP = {"PolicyRetentionEnded", "HouseholdClearedOut", "HouseholdClosed"}
UNMONITORED = POOR | {"CLOSED"}


@dataclass
class PlainSpell:
    """A spell by number and entry kind; open until something ends it."""

    number: int
    entry_kind: str
    open: bool = True
    voided: bool = False


@dataclass
class PlainHousehold:
    """What the events so far make of a household, by the tables above."""

    status: str = "NONE"
    overlay: str = "NONE"
    spells: list[PlainSpell] = field(default_factory=list)
    before_application: str = ""
    before_relapse: str = ""
    before_clear_out: str = ""
    open_obstacles: set[tuple[str, Any]] = field(default_factory=set)
    version: int = 0

    @classmethod
    def of(cls, history: Sequence[Any]) -> "PlainHousehold":
        """What a whole stream makes of a household: corrected facts in their place, voided ones not at all."""
        household = cls()
        for event, fact in as_corrected(history):
            if fact is None:
                household.version = event.originator_version
            else:
                household.saw(fact)
        return household

    def forbids(self, command_name: str) -> bool:
        """Whether the command cannot be accepted now, whatever its fields say."""
        allowed = GIVEN_IN.get(command_name, LIVE)
        return self.status not in (allowed | {"CLOSED"} if command_name in LATE else allowed)

    def saw(self, event: Any) -> None:
        """Take an event in; an AssertionError says which rule of the tables it broke."""
        self.version += 1
        assert event.originator_version == self.version
        name = type(event).__name__
        if name == "AppealDecided":
            self._appeal_decided(event)
        elif name == "VillageLedgerEntryUpserted":
            self._register(event, {event.from_status} if self.status != "NONE" else {"NOT_REGISTERED"})
        elif name in REGISTER:
            self._transition(name, event)
        elif name in OVERLAY:
            assert self.overlay == event.from_overlay
            assert self.overlay in OVERLAY[name][0]
            assert event.to_overlay == OVERLAY[name][1]
            self.overlay = event.to_overlay
        elif name == "ObstacleOpened":
            self.open_obstacles.add((event.kind, event.ref))
        elif name == "ObstacleCleared":
            self.open_obstacles.discard((event.kind, event.ref))

    def agrees_with(self, household: Any) -> None:
        """The household is where the model is, with the same spells, and with the cases that its status asks for."""
        assert household.version == self.version
        assert household.status == self.status
        assert household.overlay == self.overlay
        spells = [PlainSpell(s.number, s.entry_kind, s.ended_on is None, s.voided) for s in household.spells]
        assert spells == self.spells
        assert household.obstacles == (set() if self.status == "CLOSED" else self.open_obstacles)
        assert household.entitled or not household.live_measures
        assert household.size == len(household.members) or not household.members
        open_cases = set(household.cases)
        asked = {"IN_IDENTIFICATION": "IDENTIFICATION", "PRE_EXIT": "EXIT", "RELAPSED": "RE_ENTRY"}
        for status, procedure in asked.items():
            assert (procedure in open_cases) == (self.status == status)
        assert "RELAPSE" not in open_cases or self.status in EXITED
        assert "CLEAR_OUT" not in open_cases or self.status in LISTED
        assert self.overlay != "ACTIVE" or self.status not in UNMONITORED
        running = [spell for spell in self.spells if spell.open]
        assert len(running) == (1 if self.status in POOR else 0)

    def _register(self, event: Any, to: set[str]) -> None:
        assert event.from_status == self.status
        assert event.to_status in to, f"{self.status} -> {event.to_status}, not {sorted(to)}"
        self.status = event.to_status

    def _transition(self, name: str, event: Any) -> None:
        allowed, to = REGISTER[name]
        assert self.status in allowed, f"{name} in {self.status}"
        before = self.status
        self._register(event, {self._back(name)} if to == BACK else set(to.split()))
        self._spells(name, event)
        if name == "IdentificationApplied":
            self.before_application = before
        elif name == "RelapseConfirmed":
            self.before_relapse = before
        elif name == "HouseholdClearedOut":
            self.before_clear_out = before

    def _back(self, name: str) -> str:
        if name == "IdentificationRejected":
            return self.before_application
        if name == "RelapseRevoked":
            return self.before_relapse
        return "REGISTERED" if self.before_clear_out == "PRE_EXIT" else self.before_clear_out

    def _appeal_decided(self, event: Any) -> None:
        reopens = event.procedure == "IDENTIFICATION" and event.outcome == "UPHELD"
        assert self.status in UNLISTED
        self._register(event, {"IN_IDENTIFICATION"} if reopens else {self.status})

    def _spells(self, name: str, event: Any) -> None:
        counting = next((spell for spell in reversed(self.spells) if not spell.voided), None)
        if name == "HouseholdImported":
            self.spells.append(PlainSpell(event.spell_no, "OPENING", open=event.to_status == "REGISTERED"))
        elif name in ("HouseholdIdentified", "RelapseConfirmed"):
            number = self.spells[-1].number + 1 if self.spells else 1
            kind = "RELAPSE" if name == "RelapseConfirmed" else "REIDENTIFIED" if self.spells else "NEW"
            assert event.spell_no == number
            self.spells.append(PlainSpell(number, kind))
        elif counting is not None:
            if name in ("HouseholdExited", "HouseholdClearedOut", "HouseholdClosed"):
                counting.open = False
            elif name == "RelapseRevoked":
                counting.open, counting.voided = False, True
            elif name in ("ClearOutReversed", "ExitReversed"):
                counting.open = event.to_status in POOR
