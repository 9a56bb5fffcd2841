"""`registry visits flag` on a real register: what the rules doubt is flagged, once, and stands."""

from dataclasses import replace
from pathlib import Path

from registry.household.visits import FlagVisit, RecordHomeVisit
from tests.support.api_client import an_api
from tests.support.asked import Asked
from tests.support.hand_set_register import make_installation, move_clock
from tests.support.histories import in_ledger
from tests.support.program import registry
from tests.support.scenario import COUNTY, HOUSEHOLD, day, paper, ref

VISIT = RecordHomeVisit(
    household_id=HOUSEHOLD, effective_on=day(20), visit_id=ref(1), visitor_role="HELPER", visitor_id="staff-17", purpose="HELP",
    minutes=35, fields_compared=10, differences=("INCOME",),
)  # fmt: skip
SHORT = replace(VISIT, visit_id=ref(2), effective_on=day(21), minutes=2, evidence=(paper("VISIT_RECORD"),))
SAME_NOTE = replace(VISIT, visit_id=ref(3), effective_on=day(22), evidence=(paper("VISIT_RECORD"),))
KNOWN = FlagVisit(household_id=HOUSEHOLD, visit_id=ref(3), effective_on=day(23), rule="IDENTICAL_NOTES")
PATH = f"/v1/divisions/{COUNTY}/visit-figures"
PERIOD = {"from": day(1).isoformat(), "to": day(23).isoformat()}


def test_what_a_rule_doubts_is_flagged_once(tmp_path: Path) -> None:
    make_installation(tmp_path)
    with an_api(tmp_path) as api:
        api.give(*in_ledger(), VISIT, SHORT, SAME_NOTE, KNOWN)
        api.flow()
        before = Asked(api).json(PATH, **PERIOD)["total"]
    flag = ("--lang", "en", "visits", "flag", "--data", tmp_path)
    first = registry(*flag, "--since", day(0).isoformat())
    assert (first.status, first.lines) == (0, ["Too short: 1", "The same note as of another visit: 1"]), first.err
    with an_api(tmp_path) as api:
        move_clock(api.side, day(30))
        api.flow()
        after = Asked(api).json(PATH, **PERIOD)["total"]
    assert before["flagged"] == {"numerator": 1, "denominator": 3, "percent": "33.3"}
    assert after["flagged"] == {"numerator": 2, "denominator": 3, "percent": "66.7"}
    assert (after["flags"]["TOO_SHORT"], after["flags"]["IDENTICAL_NOTES"], after["flags"]["BULK_ENTRY"]) == (1, 2, 0)
    assert after["handbook"] == {"numerator": 27, "denominator": 30, "percent": "90.0"}
    again = registry(*flag, "--since", day(0).isoformat())
    assert again.lines == ["no visit is doubted that was not before"]


def test_only_what_was_entered_since_is_looked_at(tmp_path: Path) -> None:
    make_installation(tmp_path)
    with an_api(tmp_path) as api:
        api.give(*in_ledger(), SHORT)
        api.flow()
    nothing = registry("--lang", "zh", "visits", "flag", "--data", tmp_path, "--since", day(30).isoformat())
    assert (nothing.status, nothing.lines) == (0, ["没有新的存疑走访"])
    assert registry("visits", "flag", "--data", tmp_path, "--since", "yesterday").status == 2
