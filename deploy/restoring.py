"""A register from an export: the events as they were, from which the relay and the projectors make the rest again."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from deploy.composition.history_side import relay_mark
from deploy.composition.installation_facts import keep_clock_offset
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import prepare_store
from deploy.settings import Settings
from deploy.stage_progress import Stages
from registry.history.checking import Checked, ExportCheck
from registry.history.keys import PublicKeys
from registry.history.segments import ExportedEvent
from registry.relay.mark import RelayMark
from registry.relay.relay import StoreBehindLog
from registry.store.opening import recorder_for
from registry.store.restoring import StoreNotEmpty, restore_rows
from registry.store.write_transaction import Row
from registry.tokens.tables import open_database
from schemas.catalogue import registry_catalogue
from schemas.codec import schema_id_of


def restore(settings: Settings, export: Path, keys: PublicKeys | None, stages: Stages) -> Checked:
    """Fill an empty store with an export's events, each checked on its way; all of them or none.

    An old log that is still there has to hold the same history, up to wherever it was fed: the relay then goes on from there.
    Raises HistoryFault, ExportRefused, StoreNotEmpty, StoreBehindLog, StoreUnavailable, LogUnavailable, LogDamaged.
    """
    check = ExportCheck(export, keys)
    mark = relay_mark(settings)
    if mark.position > check.manifest.last_position:
        raise StoreBehindLog(f"the log was fed up to position {mark.position}, the export ends at {check.manifest.last_position}")
    if not mark.position:
        _require_no_views(settings)
    prepare_store(settings)
    recorder = recorder_for(settings.store)
    try:
        if position := recorder.head().position:
            raise StoreNotEmpty(f"the store holds events already, up to position {position}")
        _keep_offset(settings, check.manifest.clock_offset_us)
        stages.begin("RESTORE", check.manifest.events)
        restore_rows(recorder, _rows(check, mark, stages))
    finally:
        recorder.close()
    return check.result()


def _rows(check: ExportCheck, mark: RelayMark, stages: Stages) -> Iterator[list[Row]]:
    """The export's events as the store keeps them. Raises StoreBehindLog where the log was fed with another one."""
    for page in check.pages():
        for event in page:
            if event.position == mark.position and hashlib.sha256(event.record).hexdigest() != mark.record_hash:
                raise StoreBehindLog(f"the export holds another event at position {mark.position} than the log was fed with")
        yield [_row(event) for event in page]
        stages.advance(len(page))


def _row(event: ExportedEvent) -> Row:
    values = event.values
    event_type = registry_catalogue().by_id(schema_id_of(event.record)).event_type
    stream = UUID(bytes=values["aggregate_id"])
    return Row(event.position, stream, values["version"], event_type, event.record, values["recorded_at"])


def _require_no_views(settings: Settings) -> None:
    """Read models go with the log that they were made from: beside a new log they would skip its beginning."""
    with opened_views(settings) as views:
        if builds := views.builds():
            names = ", ".join(build.name for build in builds)
            raise StoreNotEmpty(f"there are read models of another log ({names}): delete them, they are made again")


def _keep_offset(settings: Settings, offset_us: int) -> None:
    """A demonstration goes on in its own time."""
    if not offset_us:
        return
    engine = open_database(settings.store)
    try:
        keep_clock_offset(engine, timedelta(microseconds=offset_us))
    finally:
        engine.dispose()
