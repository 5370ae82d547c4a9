"""Any server that speaks OpenAI's /v1/chat/completions."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from memsvc.core.chat import ChatTurn, FinishReason, TokenUsage
from memsvc.providers.answer_chunks import read_finish
from memsvc.providers.call_guard import CallGuard
from memsvc.providers.metering import guessed_usage, note, read_usage
from memsvc.providers.model_errors import (
    ErrorClass,
    ModelError,
    ModelRefused,
    ModelUnavailable,
    ReplyProblem,
    UnusableReply,
)
from memsvc.providers.model_http import FormRejected, failure, messages_of, model_client
from memsvc.providers.offers import OfferedModel

#: How a provider is held to a form of its reply, the strictest first.
Structured: TypeAlias = Literal["json_schema", "json_object", "none"]

_STRUCTURED: Final[tuple[Structured, ...]] = ("json_schema", "json_object", "none")


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """What a provider may cost; all are above 0."""

    connect_seconds: float = 5.0
    #: From sending a request to the first byte of the answer's body.
    first_byte_seconds: float = 30.0
    #: From one piece of the answer to the next.
    chunk_seconds: float = 20.0
    #: The whole of one call, without the time that a reader of its pieces takes, and as much again for waiting
    #: until it is the call's turn.
    total_seconds: float = 120.0
    reply_bytes_max: int = 4 * 1024 * 1024
    #: Calls at once.
    calls_max: int = 4


class LanguageModel:
    """A model of one provider, with one circuit breaker and one limit of simultaneous calls.

    Neither the key nor anything that the server wrote gets into a message of its errors. The body
    of an answer that is no success is not even read.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        api_key: str,
        model: OfferedModel,
        *,
        limits: ModelLimits = ModelLimits(),
        structured: Structured = "json_schema",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the provider's name, its address up to and including "/v1", a key ("" for none), its model.

        *structured* is the strictest form that is tried: what the provider rejects is not asked for
        again. The *clock*, in seconds, times the pauses of the breaker and of a busy provider.
        """
        self._name = name
        self._model = model
        self._limits = limits
        self._structured = structured
        #: None until it is known.
        self._takes_temperature: bool | None = None
        self._guard = CallGuard(limits.calls_max, clock)
        self._client = model_client(base_url, api_key, limits.connect_seconds)

    @property
    def name(self) -> str:
        """The provider's name in the configuration."""
        return self._name

    @property
    def model(self) -> str:
        """The model's name at the provider."""
        return self._model.name

    async def complete(
        self,
        turns: Sequence[ChatTurn],
        *,
        schema: Mapping[str, object] | None = None,
        schema_name: str = "reply",
        seconds: float | None = None,
    ) -> str:
        """Return the text of the model's reply to *turns*, which is not empty but may be cut off.

        A JSON *schema* asks for a reply of that form; whether it has it is not checked. *seconds*
        limit the call further than ModelLimits do, waiting for its turn included.

        Raises ModelBusy, ModelUnavailable, ModelRefused, and UnusableReply if the answer has no text.
        """
        request = {"model": self._model.name, "messages": messages_of(turns)}
        form = None if schema is None else _Form(schema_name, schema)
        async with (
            _within(seconds),
            self._guard.call(self._limits.total_seconds),
            _within(self._limits.total_seconds),
        ):
            return await self._answer(request, form)

    async def close(self) -> None:
        """Close the connections; afterwards every call fails."""
        await self._client.close()

    async def _answer(self, request: dict[str, Any], form: _Form | None) -> str:
        """Return the reply's text, at the lowest temperature if the model takes one."""
        if self._takes_temperature is False:
            return _text(await self._formed(request, form))
        try:
            body = await self._formed({**request, "temperature": 0}, form)
        except FormRejected:
            if self._takes_temperature:
                raise
            # Models that reason may take none, in whatever form.
            body = await self._exchange(request)
            self._takes_temperature = False
        else:
            self._takes_temperature = True
        return _text(body)

    async def _formed(self, request: dict[str, Any], form: _Form | None) -> bytes:
        """Return the body of the answer, in the strictest form that the provider knows."""
        if form is None:
            return await self._exchange(request)
        for structured in _STRUCTURED[_STRUCTURED.index(self._structured) :]:
            try:
                body = await self._exchange({**request, **form.asked(structured)})
            except FormRejected:
                if structured == _STRUCTURED[-1]:
                    raise
            else:
                # Only now it is known that the form was what the provider rejected.
                self._structured = structured
                return body
        raise ModelRefused(ErrorClass.MODEL_REJECTED_REQUEST)

    async def _exchange(self, request: dict[str, Any]) -> bytes:
        """Return the body of the answer to one request. Raises ModelError's subclasses."""
        try:
            async with asyncio.timeout(self._limits.first_byte_seconds) as patience:
                body = await self._receive(request, patience)
        except ModelError:
            raise
        except Exception as error:
            raise failure(error) from error
        usage = _usage(body, request)
        note(usage, self._model.cost(usage))
        return body

    async def _receive(self, request: dict[str, Any], patience: asyncio.Timeout) -> bytes:
        """Return the body of the answer; each of its pieces renews the *patience*."""
        body = bytearray()
        now = asyncio.get_running_loop().time
        async with self._client.chat.completions.with_streaming_response.create(
            **request,
            stream=False,
            # A few compressed bytes can stand for more than the memory holds.
            extra_headers={"Accept-Encoding": "identity"},
        ) as answer:
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise UnusableReply(ReplyProblem.COMPRESSED)
            async for piece in answer.iter_bytes():
                # If it has just run out, the next wait ends by that.
                if not patience.expired():
                    patience.reschedule(now() + self._limits.chunk_seconds)
                body += piece
                if len(body) > self._limits.reply_bytes_max:
                    raise ModelRefused(ErrorClass.REPLY_TOO_LARGE)
        return bytes(body)


@dataclass(frozen=True, slots=True)
class _Form:
    """The form that a reply is to have."""

    name: str
    schema: Mapping[str, object]

    def asked(self, structured: Structured) -> dict[str, object]:
        """Return the part of a request that asks for it."""
        match structured:
            case "json_schema":
                schema = {"name": self.name, "schema": dict(self.schema), "strict": True}
                return {"response_format": {"type": structured, "json_schema": schema}}
            case "json_object":
                return {"response_format": {"type": structured}}
            case "none":
                return {}


@asynccontextmanager
async def _within(seconds: float | None) -> AsyncGenerator[None]:
    """Give up what is done within after *seconds*, None for never."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise ModelUnavailable(ErrorClass.MODEL_TIMEOUT) from error


def _usage(body: bytes, request: Mapping[str, Any]) -> TokenUsage:
    """Return what an answer says that it took, or what the request's texts make likely."""
    try:
        counted = read_usage(json.loads(body))
    except (ValueError, RecursionError):
        counted = None
    return counted or guessed_usage(sum(len(turn["content"]) for turn in request["messages"]), 0)


def _text(body: bytes) -> str:
    """Return the text of the first choice of a chat completion.

    Raises UnusableReply if there is none, and ModelRefused if the model declines.
    """
    try:
        choice = json.loads(body)["choices"][0]
        message = choice["message"]
        content, refusal = message.get("content"), message.get("refusal")
        finish = read_finish(choice.get("finish_reason"))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        # Not chained: the error would keep the whole body.
        raise UnusableReply(ReplyProblem.NO_COMPLETION) from None
    if finish is FinishReason.CONTENT_FILTER or (isinstance(refusal, str) and refusal.strip()):
        raise ModelRefused(ErrorClass.MODEL_REFUSED)
    if not isinstance(content, str) or not content.strip():
        raise UnusableReply(ReplyProblem.EMPTY)
    return content
