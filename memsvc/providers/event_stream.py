"""Server-sent events (HTML Living Standard §9.2), as far as models use them: the data of each event.

Our own, since the libraries at hand keep a line of any length in memory.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Final

#: An event's data is kept up to this size, in bytes.
EVENT_BYTES_MAX: Final = 1024 * 1024


class EventTooLarge(Exception):
    """An event has more data than EVENT_BYTES_MAX."""


class EventStream:
    """Takes a body piece by piece, cut anywhere, and gives the data of the events that are complete."""

    def __init__(self) -> None:
        """Begin."""
        #: The beginning of a line.
        self._rest = bytearray()
        self._is_first = True
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yield the data of each event that *piece* completes; raise EventTooLarge."""
        self._rest += piece
        lines: list[bytes] = []
        # A line is looked at once it has an end: it may come byte by byte.
        if b"\n" in piece:
            lines = bytes(self._rest).replace(b"\r\n", b"\n").split(b"\n")
            # A "\r" at the very end may be half of a line's end.
            self._rest = bytearray(lines.pop())
        if self._size + len(self._rest) > EVENT_BYTES_MAX:
            raise EventTooLarge
        for line in lines:
            yield from self._line(line)

    def end(self) -> Iterator[bytes]:
        """Yield the data of a last event that no empty line ended: some servers forget it."""
        yield from self._line(bytes(self._rest))
        yield from self._line(b"")
        self._rest = bytearray()

    def _line(self, line: bytes) -> Iterator[bytes]:
        if self._is_first:
            self._is_first, line = False, line.removeprefix(BOM_UTF8)
        if not line:
            if self._data:
                data, self._data, self._size = b"\n".join(self._data), [], 0
                yield data
        elif line.startswith(b"data:"):
            # Whatever else there is (comments, names, ids, times to retry) says nothing that we need.
            self._data.append(line[5:].removeprefix(b" "))
            self._size += len(line)
            if self._size > EVENT_BYTES_MAX:
                raise EventTooLarge
