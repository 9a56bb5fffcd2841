"""The warner on a real log and store: everybody about whom something is new is assessed, whenever it dies, and nobody twice."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from consumers.log.embedded import EmbeddedConsumer
from consumers.warning.warner import TOPICS, WARNER, Warner
from registry.early_warning.command import WarningCommand
from registry.household.members import AddMember
from registry.log.embedded import EmbeddedProducer
from registry.refusal import Refused, refuse
from schemas.catalogue import registry_catalogue
from schemas.log_errors import ProducerFenced
from tests.support.families import FATHER, NEIGHBOUR, OTHER_HOUSEHOLD, neighbours, newcomer, opening
from tests.support.scenario import HOUSEHOLD, day, person
from tests.support.warning_bench import WarningBench

ALONE = person(40)


class Killed(BaseException):
    """The process ends here."""


class Register:
    """Carries the commands out; dies before or after one of them, and refuses some."""

    def __init__(self, bench: WarningBench, dies_at: int = -1, *, afterwards: bool = False, refuses: UUID | None = None) -> None:
        self.bench = bench
        self.left = dies_at
        self.afterwards = afterwards
        self.refuses = refuses
        self.sent: list[WarningCommand] = []
        self.refused: list[UUID] = []

    def tell(self, commands: Sequence[WarningCommand], cause: UUID) -> None:
        for command in commands:
            try:
                self._carry_out(command)
            except Refused:
                self.refused.append(command.subject_id)

    def _carry_out(self, command: WarningCommand) -> None:
        if self.left == 0 and not self.afterwards:
            raise Killed
        if command.subject_id == self.refuses:
            refuse("E-DIVISION-UNKNOWN", at="division", division="x")
        self.bench.pipe.execute(command)
        self.sent.append(command)
        if self.left == 0:
            raise Killed
        self.left -= 1


def opened(bench: WarningBench, register: Register, batch_max: int = 200) -> Warner:
    consumer = EmbeddedConsumer(bench.pipe.log, group=WARNER, topics=TOPICS)
    producer = EmbeddedProducer(bench.pipe.log, now_ms=lambda: 0, name=WARNER)
    return Warner(
        consumer, producer, bench.expenses, bench.assessor, register.tell, catalogue=registry_catalogue(),
        batch_max=batch_max,
    )  # fmt: skip


def drain(warner: Warner) -> int:
    done = 0
    while count := warner.step():
        done += count
    return done


def two_households(bench: WarningBench) -> None:
    bench.pipe.execute(opening(), neighbours())
    bench.spend(FATHER, 11_000, day(10), 1)
    bench.spend(NEIGHBOUR, 6000, day(11), 2)
    bench.spend(ALONE, 13_000, day(12), 3)
    bench.flow()


def cases(bench: WarningBench) -> list[tuple[UUID, str, str]]:
    bench.flow()
    return sorted((UUID(bytes=row.subject_id), row.state, row.warning_level) for row in bench.cases())


ALL = sorted([
    (HOUSEHOLD, "ASSIGNED", "ORANGE"), (OTHER_HOUSEHOLD, "ASSIGNED", "YELLOW"), (ALONE, "RAISED", "YELLOW"),
])  # fmt: skip


def test_everybody_is_assessed_once(bench: WarningBench) -> None:
    two_households(bench)
    register = Register(bench)
    warner = opened(bench, register)
    assert drain(warner) > 3
    assert cases(bench) == ALL
    sent = len(register.sent)
    warner.close()
    another = opened(bench, register)
    drain(another)  # periods have ended meanwhile: nothing that is anybody's
    assert len(register.sent) == sent
    another.close()


@pytest.mark.parametrize("afterwards", [False, True])
@pytest.mark.parametrize("batch_max", [1, 200])
def test_killed_at_any_command_nothing_is_lost_and_nothing_raised_twice(
    bench: WarningBench, batch_max: int, afterwards: bool
) -> None:
    two_households(bench)
    deaths = 0
    while True:
        warner = opened(bench, Register(bench, deaths, afterwards=afterwards), batch_max)
        try:
            drain(warner)
            break
        except Killed:
            deaths += 1  # the next one gets one command further
        finally:
            warner.close()
    assert deaths > 1
    assert cases(bench) == ALL
    assert len({row.case_id for row in bench.cases()}) == 3
    events = [event.TOPIC for row in bench.cases() for event in bench.pipe.stored(UUID(bytes=row.stream_id))]
    assert events.count("warning.early_warning_raised") == 3


def test_it_waits_for_the_read_models_and_loses_nothing(bench: WarningBench) -> None:
    bench.pipe.execute(opening())
    bench.spend(FATHER, 11_000, day(10))
    bench.pipe.relay()
    register = Register(bench)
    warner = opened(bench, register)
    assert (warner.step(), register.sent) == (0, [])
    bench.projector.drain()
    assert (warner.step(), register.sent) == (0, [])  # the register's view is still behind
    bench.pipe.flow()
    assert drain(warner) > 0
    assert cases(bench) == [(HOUSEHOLD, "ASSIGNED", "ORANGE")]
    warner.close()


def test_who_is_taken_in_is_assessed_again_and_who_was_never_treated_is_not(bench: WarningBench) -> None:
    bench.pipe.execute(opening())
    bench.spend(ALONE, 13_000, day(10))
    bench.flow()
    register = Register(bench)
    warner = opened(bench, register)
    drain(warner)
    assert {command.subject_id for command in register.sent} == {ALONE}
    joins = AddMember(
        household_id=HOUSEHOLD, effective_on=day(14), reason_code="MARRIED_IN", member=newcomer(ALONE, "SON_IN_LAW", "MALE")
    )
    bench.pipe.execute(joins)
    bench.flow()
    drain(warner)
    assert cases(bench) == sorted([(HOUSEHOLD, "ASSIGNED", "ORANGE"), (ALONE, "TRANSFERRED", "YELLOW")])
    warner.close()


def test_a_command_that_is_refused_keeps_nobody_waiting(bench: WarningBench) -> None:
    two_households(bench)
    register = Register(bench, refuses=HOUSEHOLD)
    warner = opened(bench, register)
    drain(warner)
    assert register.refused == [HOUSEHOLD]
    assert cases(bench) == [case for case in ALL if case[0] != HOUSEHOLD]
    warner.close()


def test_another_warner_takes_over(bench: WarningBench) -> None:
    two_households(bench)
    register = Register(bench)
    first, second = opened(bench, register), opened(bench, register)
    with pytest.raises(ProducerFenced):
        first.step()
    drain(second)
    assert cases(bench) == ALL
    for warner in (first, second):
        warner.close()
