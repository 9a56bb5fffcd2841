"""Our amounts are Avro's: the same bytes as fastavro writes for its own decimals, and read back the same."""

from decimal import Decimal
from io import BytesIO

import fastavro
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import _amount_to_bytes, _bytes_to_amount

SCHEMA = {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}


@given(st.integers(-(10**12) + 1, 10**12 - 1))
def test_an_amount_is_written_as_everybody_writes_it(fen: int) -> None:
    amount = Decimal(fen).scaleb(-2)
    out = BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(SCHEMA), amount)
    ours = _amount_to_bytes(amount, SCHEMA)
    assert out.getvalue()[1:] == ours  # behind the length
    read = _bytes_to_amount(ours, SCHEMA, None)
    assert read == amount
    assert str(read) == str(amount)
