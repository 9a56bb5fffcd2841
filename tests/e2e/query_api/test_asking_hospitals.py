"""The hospitals' board of a whole installation: who has a topic in its log is there, whoever else has heard of him."""

from pathlib import Path

from deploy.composition.hospital_side import KEPT_S, HospitalTopics
from deploy.settings import Settings
from deploy.topics.making import make_topic
from registry.expenses.records import HOSPITAL_TOPIC
from tests.support.api_client import Api
from tests.support.asked import Asked
from tests.support.expenses import OTHER_HOSPITAL
from tests.support.scenario import HOSPITAL


def test_a_hospital_that_has_a_topic_alone_is_on_the_board(young: Api) -> None:
    make_topic(young.side.settings, HOSPITAL_TOPIC.of(HOSPITAL))
    (row,) = Asked(young).json("/v1/hospitals")["hospitals"]
    assert (row["institution"], row["has_topic"], row["name"], row["last_seen"]) == (HOSPITAL, True, None, None)


def test_the_log_is_asked_again_after_a_while(young: Api) -> None:
    now = [0.0]
    topics = HospitalTopics(young.side.settings, lambda: now[0])
    assert topics.codes() == set()
    make_topic(young.side.settings, HOSPITAL_TOPIC.of(OTHER_HOSPITAL))
    now[0] = KEPT_S - 1
    assert topics.codes() == set()
    now[0] = KEPT_S
    assert topics.codes() == {OTHER_HOSPITAL}


def test_a_log_that_cannot_be_read_says_nothing_of_topics(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_bytes(b"no log at all" * 1000)
    assert HospitalTopics(Settings.read({}, data=str(tmp_path)), lambda: 0.0).codes() is None
