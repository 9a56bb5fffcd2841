"""Compares a build with the live one at the same offsets, while the live one goes on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consumers.rebuild.folding import Offsets, check_reached
from consumers.rebuild.live_state import LiveState, Told, now_and_then, state_of
from projections.difference import Difference
from projections.digest import ViewDigest, digest_view
from projections.table_rows import TableShape
from projections.views.place import Location


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both digests, the offsets at which they hold, and the first differing key of each table that differs."""

    live: ViewDigest
    built: ViewDigest
    offsets: Offsets
    differences: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        """Whether the two builds hold the same rows."""
        return self.live.text == self.built.text

    @property
    def tables(self) -> list[str]:
        """Names of the tables that differ."""
        return self.live.differing(self.built)


def compare(
    live: LiveState, built: Location, shapes: Sequence[TableShape], bring_to: Callable[[Offsets], Offsets], told: Told
) -> Comparison:
    """Compare the two. bring_to: folds the new build up to these offsets and says where it stands then.

    Raises RebuildStopped where it cannot stand where the live one does: the log does not hold what that was made of.
    """
    offsets = live.offsets()
    check_reached(bring_to(offsets), offsets)
    with state_of(built) as connection:
        ours = digest_view(connection, shapes, now_and_then(told))
    theirs = live.digest(told)
    differing = theirs.differing(ours)
    return Comparison(theirs, ours, offsets, live.differences(built, differing) if differing else ())
