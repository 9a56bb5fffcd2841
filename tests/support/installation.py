"""A real installation in a folder: prepared as the program does it, with one village, for tests of processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import select

from deploy.clocks import OffsetClock
from deploy.composition.installation_facts import keep_clock_offset
from deploy.composition.migrations import migrate
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import WriteSide, prepare, write_side
from deploy.settings import Settings
from projections.register.read_model import REGISTER
from projections.register.tables import HOUSEHOLD
from projections.views.views import Views
from registry.application.request import Request
from registry.household.ledger import RecordLedgerHousehold
from registry.reference.division_set import ChangedDivision, ChangeDivisions
from registry.tokens.tables import open_database
from schemas.access import Actor

VILLAGE = "469030100201"
ON = date(2020, 3, 2)
BEGUN_AT = datetime(2020, 3, 4, 1, tzinfo=UTC)
"""A Wednesday."""
CLERK = Actor("clerk-1", "TOWNSHIP_OFFICER", "office-1", "469030100000")
OPERATOR = Actor("operator-1", "PROVINCE_OFFICER", "office-0", "460000000000")


def new_installation(folder: Path, *, begun_at: datetime = BEGUN_AT, **settings: object) -> Settings:
    """An installation in that folder whose register knows VILLAGE, and whose time begins now with `begun_at`."""
    made = Settings.read({}, data=str(folder), **settings)
    offset = begun_at - datetime.now(UTC)
    migrate(made)
    prepare(made, clock=OffsetClock(offset))
    engine = open_database(made.store)
    keep_clock_offset(engine, offset)
    engine.dispose()
    with write_side(made) as side:
        village = ChangedDivision(code=VILLAGE, level="VILLAGE", name_zh="测试村")
        side.service.execute(ChangeDivisions(effective_on=ON, edition="2020", divisions=(village,)), request(OPERATOR))
    return made


def request(actor: Actor = CLERK, key: str | None = None) -> Request:
    """A request in a conversation of its own."""
    conversation = uuid4()
    return Request(actor, "API", conversation, conversation, idempotency_key=key)


def ledger_household(household_id: UUID, size: int = 3) -> RecordLedgerHousehold:
    """The village ledger holds the household, with so many persons."""
    return RecordLedgerHousehold(household_id=household_id, effective_on=ON, division=VILLAGE, size=size, labour_count=1)


def record_household(side: WriteSide, household_id: UUID | None = None, size: int = 3) -> UUID:
    """Enter a household into the ledger of the village; return its id."""
    household_id = household_id or uuid4()
    side.service.execute(ledger_household(household_id, size), request())
    return household_id


@contextmanager
def shown(settings: Settings) -> Iterator["Shown"]:
    """What the live read model shows, now and again."""
    with opened_views(settings) as views:
        yield Shown(views)


class Shown:
    """Looks into the live register; nothing is shown where there is none yet."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def households(self) -> dict[UUID, tuple[int, int]]:
        """Household -> version and size."""
        engine = self._views.live(REGISTER)
        if engine is None:
            return {}
        with engine.connect() as connection:
            rows = connection.execute(select(HOUSEHOLD.c.household_id, HOUSEHOLD.c.version, HOUSEHOLD.c.size))
            return {UUID(bytes=household_id): (version, size) for household_id, version, size in rows}
