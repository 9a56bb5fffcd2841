"""Ids that follow from a name are those that everybody's uuid5 gives."""

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from schemas.named_ids import NamedIds


@given(st.uuids(), st.text())
def test_an_id_is_that_of_uuid5_however_often_it_is_asked_for(namespace: UUID, name: str) -> None:
    ids = NamedIds(namespace)
    assert ids.of(name) == ids.of(name) == uuid5(namespace, name)
