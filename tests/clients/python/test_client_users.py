"""Users as a whole: exports as lines, imports from lines, and what is repeated."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc
import pytest

from memsvc_client import (
    ExportUserResponse,
    FailedPrecondition,
    ImportUserResponse,
    Unavailable,
    lines,
)
from tests.clients.python.scripted_server import ScriptedServer, events, failing, info, refusing
from tests.clients.python.twins import Twin, closed, first


class Intake:
    """A script that keeps the pieces of an import."""

    def __init__(self) -> None:
        """Begin with none."""
        self.pieces: list[Any] = []

    def __call__(self, requests: Iterator[Any], _: grpc.ServicerContext) -> ImportUserResponse:
        """Take everything in."""
        self.pieces = list(requests)
        return ImportUserResponse(memory_count=len(self.pieces))


async def test_an_export_is_lines(twin: Twin, server: ScriptedServer) -> None:
    """Lines come one by one, without their ends, whatever pieces they came in and whatever they hold."""
    server.scripts["ExportUser"] = events(
        {"lines": '{"a":1}\n{"b":"\u2028"}\n'}, {"lines": ""}, {"lines": '{"c":3}\n'}
    )

    exported = await twin.call("export_user", user_id="ana")
    before = len(server.received)
    got = [line async for line in each(exported)]

    assert before == 0
    assert got == ['{"a":1}', '{"b":"\u2028"}', '{"c":3}']


async def test_closing_an_export_cancels_it(twin: Twin, server: ScriptedServer) -> None:
    """The server learns at once that nobody reads any more."""
    over = threading.Event()

    def script(_: Any, context: grpc.ServicerContext) -> Iterator[ExportUserResponse]:
        context.add_callback(over.set)
        yield ExportUserResponse(lines="{}\n{}\n")
        over.wait(30)

    server.scripts["ExportUser"] = script

    exported = await twin.call("export_user", user_id="ana")
    await first(exported)
    await closed(exported)

    assert await asyncio.to_thread(over.wait, 10)


async def test_an_import_is_made_of_lines(twin: Twin, server: ScriptedServer) -> None:
    """Lines go in pieces below the limit, each line whole and ended once, for the user that is named."""
    server.scripts["ImportUser"] = intake = Intake()
    long = "x" * (lines.PIECE_CHARACTERS - 2)

    await twin.call("import_user", ["{}", "{}\n", long, long], user_id="ben")

    assert [piece.lines for piece in intake.pieces] == ["{}\n{}\n", f"{long}\n", f"{long}\n"]
    assert {piece.user_id for piece in intake.pieces} == {"ben"}


async def test_an_asynchronous_source_is_taken(twin: Twin, server: ScriptedServer) -> None:
    """The client for asyncio imports from an asynchronous iterator as well."""
    if not twin.is_async:
        return
    server.scripts["ImportUser"] = intake = Intake()

    async def source() -> AsyncIterator[str]:  # ruff: ignore[unused-async] - as callers have them
        yield "{}"

    await twin.call("import_user", source())

    assert [piece.lines for piece in intake.pieces] == ["{}\n"]


async def test_what_the_source_raises_is_raised(twin: Twin, server: ScriptedServer) -> None:
    """An import whose lines break off fails with the caller's own exception."""
    server.scripts["ImportUser"] = Intake()

    def source() -> Iterator[str]:
        yield "{}"
        message = "no more"
        raise OSError(message)

    with pytest.raises(OSError, match="no more"):
        await twin.call("import_user", source())


async def test_a_text_is_not_taken_for_lines(twin: Twin) -> None:
    """A text in the place of lines is a mistake that is told before anything is sent."""
    with pytest.raises(TypeError):
        await twin.call("import_user", "{}\n{}\n")


async def test_only_what_may_be_repeated_is(twin: Twin, server: ScriptedServer) -> None:
    """Erasing is retried; reopening, exporting and importing are not."""
    for rpc in ("EraseUser", "ReopenUser", "ExportUser", "ImportUser"):
        server.scripts[rpc] = failing(grpc.StatusCode.UNAVAILABLE)
    for method, arguments in (
        ("erase_user", ()),
        ("reopen_user", ()),
        ("export_user", ()),
        ("import_user", (["{}"],)),
    ):
        with pytest.raises(Unavailable):
            await twin.run(method, *arguments, user_id="ana")

    methods = [call.method for call in server.received]
    assert methods == ["EraseUser"] * 4 + ["ReopenUser", "ExportUser", "ImportUser"]


async def test_the_errors_of_an_export_are_typed(twin: Twin, server: ScriptedServer) -> None:
    """An export that fails raises what a call raises, with the reason."""
    server.scripts["ExportUser"] = refusing(
        grpc.StatusCode.FAILED_PRECONDITION, "gone", info("USER_ERASED")
    )

    with pytest.raises(FailedPrecondition) as caught:
        await twin.items("export_user", user_id="ana")

    assert caught.value.reason == "USER_ERASED"


async def each(items: Any) -> AsyncIterator[Any]:
    """Yield *items* of either kind."""
    if hasattr(items, "__aiter__"):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item
