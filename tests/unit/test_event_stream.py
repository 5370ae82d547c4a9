"""Events of a stream, whatever it is cut into."""

from __future__ import annotations

from time import process_time

import pytest

from memsvc.providers.event_stream import EVENT_BYTES_MAX, EventStream, EventTooLarge


def test_a_long_line_may_come_byte_by_byte() -> None:
    """Each byte costs the same, however many came before: the server has others to serve."""
    events = EventStream()
    begun = process_time()
    for _ in range(EVENT_BYTES_MAX):
        assert not list(events.feed(b"x"))
    with pytest.raises(EventTooLarge):
        list(events.feed(b"x"))

    # Looked at anew with each byte it would take minutes.
    assert process_time() - begun < 20


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_a_mark_of_the_byte_order_is_no_part_of_the_first_line(size: int) -> None:
    """Servers whose language writes one before every text send it too, and it hides no event."""
    whole = b"\xef\xbb\xbfdata: one\r\n\r\n: still here\n\ndata: two\n"
    events = EventStream()
    cut = [whole[at : at + size] for at in range(0, len(whole), size)]
    found = [data for part in cut for data in events.feed(part)]

    assert [*found, *events.end()] == [b"one", b"two"]
