"""A process that makes the read model anew beside the live one and swaps it in, or only compares the two."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from consumers.log.consumer import LogConsumer
from consumers.log.embedded import EmbeddedConsumer
from consumers.rebuild.rebuild import Rebuild
from schemas.messages import Record, ResumeFrom, TopicPartition
from tests.support.simulation.worker import Worker


@dataclass
class AtOnce:
    """A consumer that waits for nothing: there is nobody else who could append meanwhile."""

    consumer: LogConsumer

    def poll(self, max_records: int, timeout_s: float) -> Sequence[Record]:
        return self.consumer.poll(max_records, 0.0)

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        self.consumer.commit(next_offsets)

    def resume_from(self, next_offset: ResumeFrom) -> None:
        self.consumer.resume_from(next_offset)

    def end_offsets(self) -> Mapping[TopicPartition, int]:
        return self.consumer.end_offsets()

    def close(self) -> None:
        self.consumer.close()


@dataclass
class StageWatcher:
    """A moment between any two stages."""

    worker: "RebuildWorker"
    stages: list[str] = field(default_factory=list)

    def begin(self, stage: str, total: int | None) -> None:
        self.worker.stage = stage
        self.worker.between()

    def advance(self, count: int) -> None:
        self.worker.between()


class RebuildWorker(Worker):
    """Rebuilds once in each piece of work."""

    stage = ""

    def open(self) -> None:
        self._views = self.world.views()
        self.opened.callback(self._views.close)

    def work(self) -> str:
        self.stage = ""
        rebuild = Rebuild(self._views, self.world.parts.model, self._open_log, workers=1, watcher=StageWatcher(self))
        if self.chance.random() < 0.25:
            comparison = rebuild.check()
            assert comparison is None or comparison.equal, comparison
            self.world.done["compared"] += comparison is not None
            return "compares"
        outcome = rebuild.run()
        assert outcome.comparison is None or outcome.comparison.equal, outcome.comparison
        assert outcome.swapped
        self.world.done["swapped"] += 1
        return f"swaps in {outcome.build}"

    def bury(self) -> None:
        super().bury()
        if self.process.life.dead:
            self.world.done[f"rebuild died at {self.stage or 'its begin'}"] += 1

    def _open_log(self, topics: Collection[str], partitions: Collection[int] | None) -> Any:
        return AtOnce(EmbeddedConsumer(self.world.log, group="rebuild", topics=topics, partitions=partitions))
