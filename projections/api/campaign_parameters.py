"""What questions about campaigns have in common: their moment, and the day by which something is overdue."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from projections.api.errors import Faults
from projections.api.moment_parameters import CAMPAIGNS, check_moment, is_now, moment_of
from projections.api.parts import QueryParts
from projections.register.queries.fields import day_number
from projections.register.queries.moments import Moment
from schemas.clock import shanghai_date

CAMPAIGN_PROBLEMS: Final = ("E-AUTH-SCOPE", "E-DATE-FUTURE", "E-KNOWN-AT")


def check_campaigns(parts: QueryParts, values: Mapping[str, Any], faults: Faults) -> None:
    """E-DATE-FUTURE, E-KNOWN-AT."""
    check_moment(parts, values, faults, CAMPAIGNS)


def moment_and_today(parts: QueryParts, connection: Connection, values: Mapping[str, Any]) -> tuple[Moment | None, int]:
    """The moment that is asked about, if any, and its day, or the present one. Raises QueryRefused (E-KNOWN-AT)."""
    if is_now(values):
        return None, day_number(shanghai_date(parts.clock.now()))
    moment = moment_of(connection, values, CAMPAIGNS)
    return moment, moment.as_of
