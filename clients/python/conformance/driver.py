"""Does what it is told on standard input, a JSON object a line, with the client of this folder.

The commands are those of tests/conformance. With --threads it uses the client for threads, else the
one for asyncio.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format

import memsvc_client
from memsvc_client import AsyncMemoryClient, IngestStreamRequest, MemoryClient, MemsvcError
from memsvc_client.pagers import AsyncPager, Pager

#: What is told of a failed call.
Answer = dict[str, Any]


def snake_case(name: str) -> str:
    """Return the name of the client's method for the RPC *name*."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def to_json(message: Any) -> Any:
    """Return *message* in the canonical JSON mapping, with the contract's field names."""
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def told(error: MemsvcError) -> Answer:
    """Return what is told of *error*."""
    return {
        "code": error.code.name,
        "reason": error.reason,
        "message": error.message,
        "field_violations": [
            {"field": field, "description": text} for field, text in error.field_violations
        ],
        "retry_after_seconds": error.retry_after,
        "error_id": error.error_id,
        "request_id": error.request_id,
        "metadata": error.metadata,
    }


class Driver:
    """One client after another, and what is done with it."""

    def __init__(self, *, threads: bool) -> None:
        """Use the client for *threads*, or the one for asyncio."""
        self._kind = MemoryClient if threads else AsyncMemoryClient
        self._client: MemoryClient | AsyncMemoryClient | None = None
        #: What came of the latest stream before it failed.
        self._events: list[Any] = []

    async def do(self, op: str, **arguments: Any) -> Answer:
        """Carry out one command and return the answer to it."""
        try:
            return {"response": await getattr(self, f"do_{op}")(**arguments)}
        except MemsvcError as error:
            so_far = {"response": {"events": self._events}} if op == "stream" else {}
            return {"error": told(error), **so_far}

    async def do_describe(self) -> Answer:
        """Tell who answers."""
        return {"language": "python", "client_version": metadata.version("memsvc-client")}

    async def do_connect(
        self,
        target: str,
        api_key: str | None = None,
        timeout_seconds: float = 10.0,
        tls_roots_file: str | None = None,
        headers: dict[str, str] | None = None,
        **rest: Any,
    ) -> Answer:
        """Make a new client."""
        await self.do_close()
        roots = Path(tls_roots_file).read_bytes() if tls_roots_file else None  # ruff: ignore[blocking-path-method-in-async-function] - nothing else runs
        self._client = self._kind(
            target,
            api_key=api_key,
            timeout=timeout_seconds,
            secure=grpc.ssl_channel_credentials(roots) if roots else False,
            metadata=list((headers or {}).items()),
            **rest,
        )
        return {}

    async def do_close(self) -> Answer:
        """Close the client, if there is one."""
        if self._client is not None:
            await settled(self._client.close())
        self._client = None
        return {}

    async def do_wait_until_ready(self, timeout_seconds: float) -> Answer:
        """Wait for the server."""
        assert self._client
        await settled(self._client.wait_until_ready(timeout_seconds))
        return {}

    async def do_unary(self, method: str, request: Answer, **terms: Any) -> Any:
        """Make a call; of a list, return the first page."""
        result = self._call(method, request, **terms)
        if isinstance(result, Pager):
            return to_json(next(result.pages()))
        if isinstance(result, AsyncPager):
            return to_json(await anext(result.pages()))
        return to_json(await settled(result))

    async def do_list(
        self, method: str, request: Answer, take: int | None = None, **terms: Any
    ) -> Answer:
        """Return all items of a list, or the first so many."""
        items: list[Any] = []
        async for item in each(self._call(method, request, **terms)):
            if len(items) == take:
                break
            items.append(to_json(item))
        return {"items": items}

    async def do_stream(
        self, method: str, request: Answer, cancel_after: int | None = None, **terms: Any
    ) -> Answer:
        """Return the events of a stream, or the first so many."""
        events: list[Any] = []
        self._events = events
        stream = self._call(method, request, **terms)
        async for event in each(stream):
            events.append(event if isinstance(event, str) else to_json(event))
            if len(events) == cancel_after:
                break
        await settled(stream.aclose() if hasattr(stream, "aclose") else stream.close())
        return {"events": events}

    async def do_upload(
        self,
        method: str,
        requests: list[Any],
        request: Answer | None = None,
        cancel_after: int | None = None,
        timeout_seconds: float | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Send a stream of requests; with *cancel_after*, cancel the call when so many are sent."""
        sent = asyncio.Event()
        upload = getattr(self._client, snake_case(method))
        terms: Any = {"timeout": timeout_seconds, "call_metadata": list((headers or {}).items())}
        if method == "ImportUser":
            return to_json(await settled(upload(requests, **(request or {}), **terms)))
        messages = [json_format.ParseDict(each, IngestStreamRequest()) for each in requests]

        async def some() -> AsyncIterator[IngestStreamRequest]:
            for message in messages[:cancel_after]:
                yield message
            sent.set()
            await asyncio.Event().wait()

        if cancel_after is None:
            return to_json(await settled(upload(iter(messages), **terms)))
        task = asyncio.ensure_future(upload(some(), **terms))
        await sent.wait()
        task.cancel()
        try:
            return to_json(await task)
        except asyncio.CancelledError:  # how asyncio says that a call was cancelled
            raise memsvc_client.Cancelled(grpc.StatusCode.CANCELLED, "cancelled") from None

    async def do_bench(self, method: str, request: Answer, warmup: int, count: int) -> Answer:
        """Return how long calls take, one after the other, in milliseconds."""
        kind = getattr(memsvc_client, f"{method}Request")
        message = json_format.ParseDict(request, kind())
        call = getattr(self._client, snake_case(method))
        times = []
        for _ in range(warmup + count):
            started = time.perf_counter()
            await settled(call(message))
            times.append((time.perf_counter() - started) * 1000)
        cuts = statistics.quantiles(times[warmup:], n=20)
        return {"p50_ms": statistics.median(times[warmup:]), "p95_ms": cuts[-1]}

    def _call(
        self,
        method: str,
        request: Answer,
        timeout_seconds: float | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        service, _, name = method.rpartition("/")
        message = json_format.ParseDict(request, getattr(memsvc_client, f"{name}Request")())
        metadata = list((headers or {}).items())
        if service:
            call = getattr(self._stub(service), name)
            return call(message, timeout=timeout_seconds, metadata=metadata)
        call = getattr(self._client, snake_case(name))
        return call(message, timeout=timeout_seconds, call_metadata=metadata)

    def _stub(self, service: str) -> Any:
        """Return the client's stub of a service that it has no methods for."""
        assert self._client
        stubs = vars(self._client.services).values()
        return next(stub for stub in stubs if type(stub).__name__ == f"{service}Stub")


async def settled(result: Any) -> Any:
    """Return *result*, awaited if it can be."""
    return await result if inspect.isawaitable(result) else result


async def each(items: Any) -> AsyncIterator[Any]:
    """Yield *items* of either kind."""
    if hasattr(items, "__aiter__"):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


def commands() -> Iterator[Answer]:
    """Yield what stands on standard input."""
    for line in sys.stdin:
        yield json.loads(line)


async def main() -> None:
    """Answer each command with one line, in order."""
    driver = Driver(threads="--threads" in sys.argv)
    for command in commands():
        number = command.pop("id")
        try:
            answer = await driver.do(**command)
        except Exception as error:  # ruff: ignore[blind-except] - whatever it was is told
            answer = {"failure": f"{type(error).__name__}: {error}"}
        print(json.dumps({"id": number, **answer}), flush=True)
    await driver.do_close()


if __name__ == "__main__":
    asyncio.run(main())
