"""Policy documents become events: whole, and only if they fit together."""

import json
from typing import Any

from registry.policy.documents import shipped
from registry.policy.policy import PolicyBook
from registry.reference.policy_document import ActivatePolicy, PolicyVersionActivated, policy_stream_id
from tests.support.register import Register, a_register, on
from tests.support.scenario import PROVINCE, day, seen

LINGAO = "469024000000"
DOCUMENTS = {(d["division"], d["year"]): d for d in shipped()}
PROVINCE_2019 = DOCUMENTS[PROVINCE, 2019]


def activation(document: Any, number: int = 0) -> ActivatePolicy:
    return ActivatePolicy(effective_on=day(number), document=document)


def county(revision: int = 1, **publicity: Any) -> dict[str, Any]:
    return {"division": LINGAO, "year": 2019, "revision": revision, "publicity": publicity or {"village_days": 8}}


def province(revision: int, **publicity: Any) -> dict[str, Any]:
    return {**PROVINCE_2019, "revision": revision, "publicity": {**PROVINCE_2019["publicity"], **publicity}}


def in_force(*documents: Any) -> Register:
    return a_register(activation(PROVINCE_2019), *(activation(document) for document in documents))


def test_a_document_is_activated_whole() -> None:
    stream = policy_stream_id(PROVINCE, 2019)
    register = (
        a_register()
        .when(activation(PROVINCE_2019))
        .then(
            on(
                stream,
                seen(
                    PolicyVersionActivated,
                    scope="46",
                    year=2019,
                    policy_document_version="46/2019.1",
                    division=PROVINCE,
                    policy_version="",
                ),
            )
        )
    )
    assert json.loads(register.event(stream, PolicyVersionActivated).document) == PROVINCE_2019  # type: ignore[attr-defined]


def test_what_was_activated_makes_the_book_that_the_files_make() -> None:
    register = a_register(*(activation(document) for document in shipped()))
    events = [event for stream in register.streams.values() for event in stream]
    book = PolicyBook(json.loads(event.document) for event in events if isinstance(event, PolicyVersionActivated))
    assert {(d["division"], d["year"]) for d in book.documents} == set(DOCUMENTS)
    assert book.for_("469024100201", day(200)).version == PolicyBook(shipped()).for_("469024100201", day(200)).version


def test_the_same_document_again_is_silent() -> None:
    in_force().when(activation(PROVINCE_2019, 5)).then_nothing_happens()
    in_force(county()).when(activation(county())).then_nothing_happens()


def test_a_county_changes_only_what_it_may_and_only_the_allowed_way() -> None:
    in_force().when(activation(county())).then(on(policy_stream_id(LINGAO, 2019), PolicyVersionActivated))
    in_force().when(activation(county(village_days=3))).then_refuses("E-POLICY-DIRECTION")
    lines = {**county(), "lines": {"poverty": 3000}}
    in_force().when(activation(lines)).then_refuses("E-POLICY-COUNTY-KEY")


def test_a_county_without_the_provinces_policy_has_none() -> None:
    a_register().when(activation(county())).then_refuses("E-POLICY-NO-PROVINCE")


def test_the_province_does_not_overtake_a_countys_document() -> None:
    in_force(county(village_days=8)).when(activation(province(2, village_days=9))).then_refuses("E-POLICY-DIRECTION")
    in_force(county(village_days=9)).when(activation(province(2, village_days=8))).then(
        on(policy_stream_id(PROVINCE, 2019), PolicyVersionActivated)
    )


def test_revisions_rise_and_stand_for_one_content() -> None:
    register = in_force(county(1), county(3, village_days=9))
    register.when(activation(county(2, village_days=10))).then_refuses("E-POLICY-REVISION")
    register.when(activation(county(3, village_days=10))).then_refuses("E-POLICY-DUPLICATE")


def test_a_document_says_whose_policy_it_is() -> None:
    a_register().when(activation({})).then_refuses("E-POLICY-KEY-MISSING")
    a_register().when(activation({"division": "46", "year": "2019", "revision": 1})).then_refuses(
        "E-POLICY-DIVISION", "E-POLICY-TYPE"
    )
    a_register().when(activation({**PROVINCE_2019, "colour": "red"})).then_refuses("E-POLICY-KEY-UNKNOWN")
