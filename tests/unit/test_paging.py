"""What fits into one reply."""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from memsvc.core.paging import data_bytes, within

JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
)


@given(st.dictionaries(st.text(), JSON))
def test_data_takes_no_more_room_than_is_reckoned(data: dict[str, Any]) -> None:
    """Whatever the callers' own data is, it is not larger on the wire."""
    assert json_format.ParseDict(data, struct_pb2.Struct()).ByteSize() <= data_bytes(data)


def test_one_always_fits() -> None:
    """The first is there however large it is, and no more than have room."""
    assert within([9, 1, 1], lambda size: size, bytes_max=5) == [9]
    assert within([3, 2, 1], lambda size: size, bytes_max=5) == [3, 2]
    assert within([], lambda _: 1, bytes_max=5) == []
