"""An export's checkpoints: one file of the very records that were published, in order."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import fastavro

from registry.history import checkpoint as checkpoints
from registry.history.checkpoint import Checkpoint
from registry.history.container import ContainerWriter
from registry.history.durable_files import synced
from registry.history.faults import CHECKPOINT, HistoryFault
from registry.history.manifest import CHECKPOINTS, ExportedFile
from registry.store.instant import to_micros
from schemas.catalogue import Catalogue
from schemas.codec import HEADER_SIZE


class CheckpointWriter:
    """Writes them one by one; hashes do not get smaller, so nothing is compressed."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self.count = 0
        self._open: IO[bytes] = (folder / CHECKPOINTS).open("xb")
        schema = catalogue.latest(checkpoints.CHECKPOINT).text.encode()
        self._container = ContainerWriter(self._open, schema, CHECKPOINTS, compressed=False)

    def write(self, checkpoint: Checkpoint) -> None:
        """Write one."""
        self._container.write_block(1, checkpoint.to_bytes()[HEADER_SIZE:])
        self.count += 1

    def end(self, last_position: int) -> ExportedFile:
        """Finish the file, durably. `last_position`: up to where they go."""
        synced(self._open)
        self.close()
        first = min(1, last_position)
        return ExportedFile(CHECKPOINTS, self._container.sha256(), self._container.bytes, self.count, first, last_position)

    def close(self) -> None:
        """Let go of the file."""
        self._open.close()


def read_checkpoints(folder: Path) -> Iterator[Checkpoint]:
    """In order. Raises HistoryFault, at the position after the last one that could be read."""
    position = 0
    try:
        with (folder / CHECKPOINTS).open("rb") as content:
            for values in fastavro.reader(content):
                assert isinstance(values, dict)
                checkpoint = Checkpoint.from_values(values | {"recorded_at": to_micros(values["recorded_at"])})
                yield checkpoint
                position = checkpoint.position
    except HistoryFault:
        raise
    except Exception as error:  # damaged bytes can fail in any way
        text = f"{CHECKPOINTS} cannot be read from here on: {type(error).__name__}"
        raise HistoryFault(CHECKPOINT, position + 1, text) from error
