"""What is remembered of streams: a bounded number, the latest of each."""

from registry.store.links import Links
from tests.support.meter import id_of


def test_the_streams_that_nobody_came_back_to_are_forgotten() -> None:
    links = Links(streams_max=2)
    for number in range(3):
        links.remember({id_of(number): bytes([number])})
    links.remember({id_of(1): b"one"})
    links.remember({id_of(4): b"four"})
    assert links.states_at([(id_of(1), 1), (id_of(4), 1)]) == [b"one", b"four"]
    assert links.states_at([(id_of(1), 1), (id_of(2), 1)]) is None
    assert links.states_at([]) == []
