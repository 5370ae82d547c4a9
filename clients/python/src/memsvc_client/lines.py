"""Exports as lines: what the server hands over in pieces, and the pieces in which they go back."""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Generator,
    Iterable,
    Iterator,
)
from typing import Final

from memsvc_client._pb.user_service_pb2 import ExportUserResponse, ImportUserRequest

#: About how many characters go in one piece: far below what the server takes.
PIECE_CHARACTERS: Final = 256 * 1024


def lines_of(pieces: Generator[ExportUserResponse, None, None]) -> Generator[str, None, None]:
    """Yield the lines in *pieces*, without their ends; closing it closes them."""
    try:
        for piece in pieces:
            yield from _split(piece.lines)
    finally:
        pieces.close()


async def async_lines_of(
    pieces: AsyncGenerator[ExportUserResponse, None],
) -> AsyncGenerator[str, None]:
    """Yield the lines in *pieces*, without their ends; closing it closes them."""
    try:
        async for piece in pieces:
            for line in _split(piece.lines):
                yield line
    finally:
        await pieces.aclose()


def pieces_of(lines: Iterable[str], user_id: str) -> Iterator[ImportUserRequest]:
    """Yield *lines* in pieces, for the user *user_id*."""
    gathered = _Gathered(user_id)
    for line in lines:
        yield from gathered.add(line)
    yield from gathered.rest()


async def async_pieces_of(
    lines: AsyncIterable[str] | Iterable[str], user_id: str
) -> AsyncIterator[ImportUserRequest]:
    """Yield *lines* of either kind in pieces, for the user *user_id*."""
    gathered = _Gathered(user_id)
    if isinstance(lines, AsyncIterable):
        async for line in lines:
            for piece in gathered.add(line):
                yield piece
    else:
        for line in lines:
            for piece in gathered.add(line):
                yield piece
    for piece in gathered.rest():
        yield piece


def checked(lines: AsyncIterable[str] | Iterable[str]) -> None:
    """Raise TypeError for a text, whose items would be its characters."""
    if isinstance(lines, str):
        message = "give the lines of an export, not a text"
        raise TypeError(message)


def _split(text: str) -> list[str]:
    # Not splitlines(): JSON may hold other ends of lines, such as U+2028, as they are.
    return text.removesuffix("\n").split("\n") if text else []


class _Gathered:
    """Lines that wait until there are enough of them for a piece."""

    def __init__(self, user_id: str) -> None:
        self._user_id = user_id
        self._lines: list[str] = []
        self._characters = 0

    def add(self, line: str) -> Iterator[ImportUserRequest]:
        """Take a line; yield those before it if there are enough of them with it."""
        line = line.removesuffix("\n") + "\n"
        if self._characters + len(line) > PIECE_CHARACTERS:
            yield from self.rest()
        self._lines.append(line)
        self._characters += len(line)

    def rest(self) -> Iterator[ImportUserRequest]:
        """Yield what is there."""
        if self._lines:
            yield ImportUserRequest(user_id=self._user_id, lines="".join(self._lines))
        self._lines.clear()
        self._characters = 0
