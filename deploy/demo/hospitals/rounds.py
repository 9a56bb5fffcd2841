"""Rounds: on the first working day of each week hospitals' records are taken in; on the next one townships work off cases, and
the register warns. Meanwhile the pipeline beside shows what was taken in: hardly anybody waits for anybody.

The intake and the warner's assessor are the real ones. They work here, and not in the pipeline beside, so that the days that
follow from a warning lie in the demonstration's own time and the same seed makes the same bytes. A round is saved with its key in
one transaction; a round that was interrupted is held again: what is sent twice counts once.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Engine

from consumers.intake.intake import Intake as OpenIntake
from consumers.warning.assessor import Assessor
from consumers.warning.timers import command_of_the_day
from consumers.warning.warner import TOPICS, WARNER
from deploy.clocks import HandSetClock
from deploy.composition.intake_keys import read_intake_keys
from deploy.composition.intake_side import INTAKE_ACTOR, open_intake, person_tokens
from deploy.composition.log_side import open_consumer, open_producer
from deploy.composition.write_side import PROVINCE, WriteSide
from deploy.demo.chunks import Chunk
from deploy.demo.hospitals.casework import Casework, Told, officers_of
from deploy.demo.hospitals.held import Held
from deploy.demo.hospitals.households import Households
from deploy.demo.hospitals.institutions import Hospitals
from deploy.demo.hospitals.patients import Patient, other
from deploy.demo.hospitals.reporting import Others, Reports, Sent
from deploy.demo.province import Province
from deploy.demo.registration import Registration
from deploy.demo.seeds import SeededBytes
from deploy.demo.staff import office_of
from deploy.demo.stories.after_warning import BEGINNINGS, Followed, can_follow
from deploy.lag import intake_lag
from deploy.pipeline.warning import SOURCE, warned_by
from deploy.topics.making import make_each
from projections.database import snapshot
from projections.expenses.queries.open_cases import OpenCase, open_cases
from registry.application.batch import Batch, Given
from registry.application.request import Request
from registry.early_warning.assess import AssessEarlyWarning
from registry.early_warning.outcome import IDENTIFIED, MONITORED, RE_ENTERED
from registry.expenses.records import HOSPITAL_TOPIC, HospitalRecords
from registry.expenses.seal import seal
from registry.log.producer import LogProducer, Mark
from registry.refusal import Refused
from registry.store.command_result import CommandResult
from schemas.catalogue import registry_catalogue
from schemas.clock import shanghai_date
from schemas.divisions import hainan
from schemas.messages import Message

_ACTOR: Final = "demo"
_OK: Final = 200
_SOURCE: Final = "DEMO"
_SENDER: Final = "demo.hospitals"
"""Name of the hospitals' one producer; its mark says how much of which round was sent."""
_WAIT_S: Final = 0.25
_NO_CASE: Final = frozenset({"NONE", "BLUE"})
_AT_ONCE: Final = 2_000

Views = Callable[[], tuple[Engine, Engine]]
"""The read models of expenses and of the register, once they show everything that is in the store and in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What rounds are held with. hospitals: sends what they report; vault: knows who is to be identified; views: see `Views`."""

    side: WriteSide
    clock: HandSetClock
    ids: SeededBytes
    vault: Registration
    hospitals: LogProducer
    intake: OpenIntake
    reports: Reports
    views: Views
    province: Province
    seed: int


@dataclass(frozen=True, slots=True)
class Round:
    """One that is not ended yet. key: names it for ever; day: of the intake; sent: what was taken in."""

    key: str
    day: date
    sent: Sequence[Sent]


class Rounds:
    """Holds them. Not for use by several threads. refused: what the register refused."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._side = side = means.side
        self._province = means.province
        self._reports = means.reports
        self._records = HospitalRecords(registry_catalogue())
        self._key_id, self._public_key = read_intake_keys(side.settings).current
        self._tokens = person_tokens(side.settings)
        self._is_fresh = False
        self._unlisted: dict[UUID, Patient] = {}
        self._begun: set[str] = set()
        self._week: tuple[int, int] | None = None
        self._round: Round | None = None
        self.refused: list[str] = []

    def hold(self, chunk: Chunk) -> None:
        """Take in what hospitals sent, after the first chunk of a week; see to the warnings after the first of the next day."""
        self._end_round(chunk)
        week = chunk.day.isocalendar()[:2]
        if week == self._week:
            return
        self._week = week
        key = f"demo/hospitals/{chunk.day}"
        self._round = held = Round(key, chunk.day, self._reports.take(chunk.at))
        if self._side.application.find_command_result(_ACTOR, key) is None:
            self._set_out(chunk)
            self._means.ids.begin(f"{key}/records")
            self._send(held)
            self._means.vault.foretell({each.patient.id_number: each.patient.person_id for each in held.sent})
            self._take_in()

    def end(self, chunk: Chunk) -> None:
        """See to what the last round took in, after the last chunk of all."""
        self._end_round(replace(chunk, day=chunk.day + timedelta(days=1)))

    def _end_round(self, chunk: Chunk) -> None:
        """A day has passed: the read models show what was taken in, or soon will. What was saved before is not said again."""
        held = self._round
        if held is None or chunk.day <= held.day:
            return
        self._round = None
        stored = self._side.application.find_command_result(_ACTOR, held.key)
        if stored is None:
            self._set_out(chunk)
            self._means.ids.begin(held.key)
            outcome = self._warn(held)
        else:
            outcome = Held.read(stored.body)
        self._take_over(outcome, held.sent, chunk.day)

    def _set_out(self, chunk: Chunk) -> None:
        """Where the chunk was stored by an earlier start, nobody has told the clock yet, nor looked at policy and divisions."""
        self._means.clock.set(max(self._means.clock.now(), chunk.at))
        if not self._is_fresh:
            self._is_fresh = True
            self._side.shelf.refresh()

    def hand_over(self) -> None:
        """Let the warner of a register that is served go on from the log's end: what came before was assessed in its own time."""
        self._means.views()
        consumer = open_consumer(self._side.settings, WARNER, TOPICS)
        ends = {f"{topic}/{partition}": end for (topic, partition), end in consumer.end_offsets().items()}
        consumer.close()
        producer = open_producer(self._side.settings, WARNER, self._side.clock)
        producer.append([], Mark(WARNER, ends))
        producer.close()

    def _message(self, sent: Sent) -> Message:
        """The record, its patient named by the sealed number, or by the token where the hospital has one."""
        patient, sending, known = sent
        institution = sending.values["institution"]
        named: dict[str, object] = {"sealed_id": None, "key_id": None, "person_token": None}
        if known:
            named["person_token"] = self._tokens.give(patient.person_id, institution)
        else:
            named |= {"sealed_id": seal(patient.id_number, self._public_key), "key_id": self._key_id}
        return self._records.message(sending.record_type, sending.values | named, institution)

    def _send(self, held: Round) -> None:
        """Append what the hospitals send, but for what was sent before this round was interrupted."""
        mark = self._means.hospitals.mark(_SENDER)
        reached = 0 if mark is None else int(mark.value.get(held.key, 0))
        for start in range(reached, len(held.sent), _AT_ONCE):
            messages = [self._message(each) for each in held.sent[start : start + _AT_ONCE]]
            self._means.hospitals.append(messages, Mark(_SENDER, {held.key: start + len(messages)}))

    def _take_in(self) -> None:
        """Until nothing that hospitals sent is waiting: a log may take a while to hand it out."""
        intake = self._means.intake
        while True:
            while intake.step():
                pass
            lag = intake_lag(self._side.settings, self._side.clock)
            if lag is None or not lag.events:
                return
            intake.step(_WAIT_S)

    def _warn(self, round_: Round) -> Held:
        """Have cases worked off and persons assessed, and save it all with what the province has to know of it."""
        side, batch = self._side, Batch(self._side.service, self._overtaken)
        expenses, register = self._means.views()
        today = shanghai_date(side.clock.now())
        with snapshot(expenses) as connection:
            cases = open_cases(connection)
        told, held = self._worked_off(cases, today)
        persons = sorted({each.patient.person_id for each in round_.sent})
        assessor = Assessor(expenses, register, side.shelf.policy_for, warned_by(side), lambda: today, PROVINCE)
        assessed = assessor.commands(persons) if persons else []
        told += [(INTAKE_ACTOR, command) for command in assessed]
        held.warned |= {
            each.subject_id for each in assessed if isinstance(each, AssessEarlyWarning) and each.level not in _NO_CASE
        }
        round_id = side.next_id()
        for actor, command in told:
            try:
                batch.add(command, Request(actor, SOURCE if actor is INTAKE_ACTOR else _SOURCE, round_id, round_id))
            except Refused as refused:
                self.refused.append(f"{type(command).__name__} {getattr(command, 'subject_id', '')}: {refused}")
        batch.save(CommandResult(_ACTOR, round_.key, b"", _OK, held.body()))
        return held

    def _worked_off(self, cases: Sequence[OpenCase], today: date) -> tuple[list[Told], Held]:
        """What townships say of open cases, and what the day brings about by itself."""
        casework = Casework(today, self._means.seed, set(self._begun))
        held = Held({UUID(bytes=case.subject_id) for case in cases}, [])
        told: list[Told] = []
        for case in cases:
            subject_id = UUID(bytes=case.subject_id)
            done, begun = casework.work_off(case, self._possible(subject_id, today))
            by_itself = None if done else command_of_the_day(case, self._side.shelf.policy_for, today)
            told += done if by_itself is None else [(INTAKE_ACTOR, by_itself)]
            if begun:
                held.begun.append((begun, subject_id, UUID(bytes=case.case_id), officers_of(case).village))
            elif done and case.state != "RAISED":
                held.warned.discard(subject_id)
        return told, held

    def _possible(self, subject_id: UUID, today: date) -> tuple[str, ...]:
        """The outcomes for which something could be begun for the subject of a case."""
        life = self._province.life_of(subject_id)
        if life is not None:
            return (RE_ENTERED, MONITORED) if can_follow(life) else ()
        patient = self._unlisted.get(subject_id)
        return (IDENTIFIED,) if patient is not None and patient.is_grown(today) else ()

    def _take_over(self, held: Held, sent: Sequence[Sent], today: date) -> None:
        """Let the province know who is warned of, and let what was begun take its course from the next day on."""
        self._province.warned = frozenset(held.warned)
        for outcome, subject_id, case_id, village in held.begun:
            self._begun.add(outcome)
            self._begin(outcome, subject_id, case_id, village, today)
        unlisted = {each.patient.person_id: each.patient for each in sent if not each.patient.registered}
        self._unlisted = {
            person_id: patient for person_id, patient in (self._unlisted | unlisted).items() if person_id in held.warned
        }

    def _begin(self, outcome: str, subject_id: UUID, case_id: UUID, village: str, today: date) -> None:
        patient = self._unlisted.get(subject_id)
        if outcome == IDENTIFIED:
            assert patient is not None
            life = self._province.found(patient.village, patient.person_id.int % 4 + 2, today)
            self._reports.forget(patient, today)
        else:
            known = self._province.life_of(subject_id)
            assert known is not None
            life = known
        treated = None if patient is None else patient.as_treated()
        followed = Followed(outcome, subject_id, case_id, office_of(village).township, treated)
        life.plan(today + timedelta(days=1), BEGINNINGS[outcome], followed)
        self._province.rouse(life)

    @staticmethod
    def _overtaken(given: Given, refused: Refused) -> None:
        raise refused


@contextmanager
def opened_rounds(
    side: WriteSide, clock: HandSetClock, ids: SeededBytes, vault: Registration, province: Province, seed: int, views: Views
) -> Iterator[tuple[Rounds, Households]]:
    """Make the hospitals' topics, and open the intake on them."""
    villages = [village.code for village in province.villages]
    hospitals = Hospitals(hainan(), villages)
    topics = [HOSPITAL_TOPIC.of(each.code) for each in hospitals.all()]
    make_each(side.settings, topics)
    others = Others(province.scale.others, lambda place: other(place, villages[place % len(villages)], seed))
    reports = Reports(hospitals, seed, others)
    with ExitStack() as stack:
        producer = open_producer(side.settings, _SENDER, side.clock)
        stack.callback(producer.close)
        intake = open_intake(side, [topic.name for topic in topics], identify=vault.identify)
        stack.callback(intake.close)
        means = Means(
            side=side, clock=clock, ids=ids, vault=vault, hospitals=producer, intake=intake, reports=reports, views=views,
            province=province, seed=seed,
        )  # fmt: skip
        yield Rounds(means), Households(reports)
