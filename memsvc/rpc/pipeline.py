"""What every call passes through, whatever it asks for.

From the outside in: errors become statuses, the call is given its id, measured and logged in one
line; then it is admitted, its time is capped, it is found out who calls and whether they may, and its
request is checked.
"""

from __future__ import annotations

import asyncio
import math
import sys
import time
import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import grpc
from google.protobuf.message import DecodeError, Message

from memsvc.core.costs import cost_of
from memsvc.core.errors import (
    CredentialInvalid,
    DeadlineExceeded,
    MalformedMessage,
    MemsvcError,
    Overloaded,
)
from memsvc.core.model import Caller
from memsvc.rpc.admission import Admission
from memsvc.rpc.binding import bind
from memsvc.rpc.call_names import name_trailers, new_error_id, request_id_of, trace_id_of
from memsvc.rpc.door import Door
from memsvc.rpc.errors import failure
from memsvc.rpc.pacing import Allowance, Pacing
from memsvc.rpc.validation import RequestValidator
from memsvc.telemetry import CALL_SECONDS, CALLS, log
from memsvc.v1 import memory_pb2

ServicerContext: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
#: A request of a stream that follows the contract's rules, or the rule that it breaks.
Checked: TypeAlias = Message | MemsvcError

#: Our calls; the standard services (health, reflection) need no credential and no log line.
OUR_PREFIX: Final = "/memsvc.v1."


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """How long a call may take, in seconds."""

    #: Whatever the caller asks for.
    most: float
    #: If the caller sets no deadline.
    default: float

    def seconds(self, context: ServicerContext) -> float:
        """Return how long this call may take."""
        remaining = context.time_remaining()
        return self.default if remaining is None else min(remaining, self.most)


UNARY_LIMITS: Final = TimeLimits(most=30.0, default=10.0)
#: A call whose requests or responses are a stream; each step of it has a limit of its own.
STREAM_LIMITS: Final = TimeLimits(most=3600.0, default=3600.0)
#: Streams that have a limit of their own: nobody waits longer for an answer, however slowly it is read.
TIME_LIMITS: Final = {"/memsvc.v1.MemoryService/Chat": TimeLimits(most=300.0, default=300.0)}

#: How long a stream goes on before its caller's credential is looked at again, in seconds.
CREDENTIAL_SECONDS_MAX: Final = 30.0

#: The caller before its credential was looked at.
_NOBODY: Final = Caller("", 0.0)


@dataclass(slots=True)
class Call:
    """One call on its way through the server."""

    method: str
    context: ServicerContext
    metadata: dict[str, str]
    request_id: str
    #: The distributed trace that the call belongs to; empty if the caller sends none.
    trace_id: str = ""
    caller: Caller = _NOBODY
    #: When the caller's credential was last found good, in seconds of the event loop's clock.
    checked: float = 0.0
    #: What the handler adds to the call's log line: counts and flags, never texts.
    facts: dict[str, object] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    #: What is left of the tenant's rate; None if that has no bound.
    allowance: Allowance | None = None

    @property
    def trailers(self) -> tuple[tuple[str, str], ...]:
        """What every reply ends with: how the log knows the call, who answered, what is left."""
        left: tuple[tuple[str, str], ...] = ()
        if self.allowance is not None:
            left = (
                ("ratelimit-limit", f"{self.allowance.limit:.0f}"),
                ("ratelimit-remaining", f"{self.allowance.remaining:.0f}"),
                ("ratelimit-reset", f"{math.ceil(self.allowance.reset)}"),
            )
        return *name_trailers(self.request_id), *left


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came in: its bytes, and the message unless they are none."""

    data: bytes
    message: Message | None


#: What came in before the first request of a stream.
_NOTHING: Final = Received(b"", None)


_current: ContextVar[Call] = ContextVar("call")


def current_call() -> Call:
    """Return the call that the running handler answers."""
    return _current.get()


def guarded(deserialize: Callable[[bytes], Any] | None) -> Callable[[bytes], Received]:
    """Return a deserializer that never raises: what cannot be read is the caller's mistake."""

    def received(data: bytes) -> Received:
        try:
            return Received(data, deserialize(data) if deserialize else None)
        except DecodeError:
            return Received(data, None)

    return received


class Pipeline(grpc.aio.ServerInterceptor):
    """Wraps every handler of ours, unary or streaming, in the same steps."""

    def __init__(
        self,
        admission: Admission,
        validator: RequestValidator,
        pacing: Pacing,
        *,
        calls_max: int,
    ) -> None:
        """Let *admission* decide who may call, *pacing* when, and take in up to *calls_max* calls.

        One more is turned away, since it could only wait.
        """
        self._admission = admission
        self._validator = validator
        self._pacing = pacing
        self._door = Door(admission, pacing)
        self._calls_max = calls_max
        self._calls = 0

    async def intercept_service(
        self,
        continuation: Callable[
            [grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]
        ],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Return the wrapped handler; None for an unknown method stays None."""
        handler = await continuation(handler_call_details)
        method = str(handler_call_details.method)
        if handler is None or not method.startswith(OUR_PREFIX):
            return handler
        metadata = _metadata(handler_call_details.invocation_metadata)
        if refusal := self._door.refusal(method, metadata):
            return refusal
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(
                self._unary_unary(method, handler.unary_unary),
                guarded(handler.request_deserializer),
                handler.response_serializer,
            )
        if handler.unary_stream:
            return grpc.unary_stream_rpc_method_handler(
                self._unary_stream(method, handler.unary_stream),
                guarded(handler.request_deserializer),
                handler.response_serializer,
            )
        return grpc.stream_unary_rpc_method_handler(
            self._stream_unary(method, handler.stream_unary),
            guarded(handler.request_deserializer),
            handler.response_serializer,
        )

    def _unary_unary(self, method: str, handle: Any) -> Any:
        async def answer(received: Received, context: ServicerContext) -> Any:
            async with self._call(method, context, received=received) as call:
                return await handle(self._checked(call, received), context)

        return answer

    def _unary_stream(self, method: str, handle: Any) -> Any:
        async def answer(received: Received, context: ServicerContext) -> None:
            limits = TIME_LIMITS.get(method, STREAM_LIMITS)
            async with (
                self._call(method, context, limits) as call,
                # Closed at once if the caller goes away while something is written.
                aclosing(handle(self._checked(call, received), context)) as responses,
            ):
                async for response in responses:
                    await self._still_admitted(call)
                    await context.write(response)

        return answer

    def _stream_unary(self, method: str, handle: Any) -> Any:
        async def answer(requests: AsyncIterator[Received], context: ServicerContext) -> Any:
            async with self._call(method, context, STREAM_LIMITS) as call:
                return await handle(self._judged(call, requests), context)

        return answer

    def _checked(self, call: Call, received: Received) -> Message:
        if received.message is None:
            raise MalformedMessage
        self._validator.check(received.message, received.data)
        if call.caller.user_id:
            bind(received.message, call.caller.user_id)
        return received.message

    async def _judged(
        self, call: Call, requests: AsyncIterator[Received]
    ) -> AsyncGenerator[Checked]:
        """Yield each request of a stream, or what is wrong with it: the others still count.

        A stream that comes too fast is read more slowly.
        """
        async for received in requests:
            await self._still_admitted(call)
            units = cost_of(call.method).of(len(received.data))
            await self._pacing.charge_patiently(call.caller.tenant_id, units)
            try:
                checked: Checked = self._checked(call, received)
            except MemsvcError as error:
                checked = error
            yield checked

    async def _still_admitted(self, call: Call) -> None:
        """Look at the credential of a long stream again: what was revoked does not go on for an hour."""
        now = asyncio.get_running_loop().time()
        if now - call.checked >= CREDENTIAL_SECONDS_MAX:
            call.checked = now
            await self._admission(call.method, call.metadata, call.context)

    @asynccontextmanager
    async def _call(
        self,
        method: str,
        context: ServicerContext,
        limits: TimeLimits = UNARY_LIMITS,
        *,
        received: Received = _NOTHING,
    ) -> AsyncGenerator[Call]:
        metadata = _metadata(context.invocation_metadata())
        call = Call(method, context, metadata, request_id_of(metadata), trace_id_of(metadata))
        _current.set(call)
        context.set_trailing_metadata(call.trailers)
        try:
            async with (
                self._entered(call, limits.seconds(context)),
                self._paced(call, received),
            ):
                yield call
        except asyncio.CancelledError:
            # The caller went away or its deadline passed; nobody reads a status.
            _record(call, "DEADLINE_EXCEEDED" if _is_over(context) else "CANCELLED")
            raise
        except (MemsvcError, TimeoutError) as error:
            await _fail(call, error if isinstance(error, MemsvcError) else DeadlineExceeded())
        except Exception:  # ruff: ignore[blind-except] - the border: whatever it was, no text of it leaves
            await _fail(call, None)
        else:
            _record(call, "OK")

    @asynccontextmanager
    async def _entered(self, call: Call, seconds: float) -> AsyncGenerator[None]:
        """Let a call in for so many *seconds*, once it is known who makes it."""
        async with self._admitted(), asyncio.timeout(seconds):
            call.checked = asyncio.get_running_loop().time()
            identity = await self._admission(call.method, call.metadata, call.context)
            call.caller = Caller(
                identity.tenant_id,
                call.checked + seconds,
                identity.user_id,
                identity.principal,
                identity.scopes,
                identity.session_id,
            )
            try:
                yield
            except CredentialInvalid:
                # What a public call shows stands in its request, so it counts only now.
                self._admission.note_failure(call.metadata, call.context)
                raise

    @asynccontextmanager
    async def _paced(self, call: Call, received: Received) -> AsyncGenerator[None]:
        """Serve the call when it is its turn."""
        cost = cost_of(call.method)
        if self._pacing.limits.extraction_lasts and _wants_facts(received.message):
            cost = replace(cost, lasting=True)
        async with self._pacing.admitted(
            call.method, call.caller.tenant_id, cost, len(received.data)
        ) as allowance:
            if allowance is not None:
                call.allowance = allowance
                call.context.set_trailing_metadata(call.trailers)
            yield

    @asynccontextmanager
    async def _admitted(self) -> AsyncGenerator[None]:
        if self._calls >= self._calls_max:
            raise Overloaded
        self._calls += 1
        try:
            yield
        finally:
            self._calls -= 1


async def _fail(call: Call, error: MemsvcError | None) -> None:
    """End the call with *error*; None stands for a fault of ours, told to the log alone."""
    error_id = new_error_id()
    if error is None:
        _tell_the_log(call, error_id)
    end = failure(error, error_id, call.request_id)
    _record(call, end.code.name, reason=end.reason, error_id=error_id)
    try:
        await call.context.abort(end.code, end.message, (*call.trailers, *end.trailers))
    except grpc.aio.InternalError as ended:
        # The caller's deadline passed at this very moment; nobody reads a status.
        raise asyncio.CancelledError from ended


def _tell_the_log(call: Call, error_id: str) -> None:
    """Log where the fault is, and not its text, which may quote what a user said."""
    kind, _, trace = sys.exc_info()
    log.error(
        "internal_error",
        method=call.method,
        error_id=error_id,
        error=kind.__qualname__ if kind else "",
        frames="".join(traceback.format_tb(trace)),
    )


def _record(call: Call, code: str, **more: object) -> None:
    """Write the call's one line and count it."""
    seconds = time.perf_counter() - call.started
    CALLS.labels(call.method, code).inc()
    CALL_SECONDS.labels(call.method).observe(seconds)
    log.info(
        "rpc",
        method=call.method,
        code=code,
        duration_ms=round(seconds * 1000, 2),
        request_id=call.request_id,
        tenant=call.caller.tenant_id,
        principal=call.caller.principal,
        **({"trace_id": call.trace_id} if call.trace_id else {}),
        **call.facts,
        **more,
    )


def _metadata(pairs: Iterable[tuple[str, str | bytes]] | None) -> dict[str, str]:
    return {key: str(value) for key, value in pairs or ()}


def _wants_facts(message: Message | None) -> bool:
    return getattr(message, "extraction", None) == memory_pb2.EXTRACTION_MODE_SYNC


def _is_over(context: ServicerContext) -> bool:
    """Return whether the caller's deadline has passed."""
    remaining = context.time_remaining()
    return remaining is not None and remaining <= 0
