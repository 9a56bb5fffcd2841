"""Headers come back from the embedded log as they went in, whatever bytes they hold."""

from hypothesis import example, given
from hypothesis import strategies as st

from schemas.embedded_log import ShapedHeaders, shape_from_text, shape_to_text, split_headers
from schemas.messages import Headers

NAMES = st.sampled_from(["ce_type", "ce_source", "content-type", "ce_id", "reason"]) | st.text(max_size=8)
VALUES = st.binary(max_size=8) | st.lists(st.sampled_from([b"\x00", b"\x01", b"e", b"s", b"x"])).map(b"".join)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=10).map(tuple))
@example(())
@example((("reason", b""),))
@example((("reason", b""), ("reason", b"\x01"), ("ce_type", b"\x00\xff")))
def test_headers_come_back(headers: Headers) -> None:
    shape, own = split_headers(headers)
    assert ShapedHeaders(shape_from_text(shape_to_text(shape))).restore(own) == headers


@given(st.binary(max_size=8), st.binary(max_size=8))
def test_an_own_value_does_not_make_a_shape_of_its_own(one: bytes, other: bytes) -> None:
    constant = ("ce_type", b"household.exited")
    assert split_headers((constant, ("ce_id", one)))[0] == split_headers((constant, ("ce_id", other)))[0]
