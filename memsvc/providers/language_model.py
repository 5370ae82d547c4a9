"""Any server that speaks OpenAI's /v1/chat/completions."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final, Literal, TypeAlias

import openai

from memsvc.providers.circuit_breaker import AdaptiveLimit, CircuitBreaker
from memsvc.providers.metering import note
from memsvc.providers.model_errors import (
    RETRY_AFTER_SECONDS,
    RETRY_AFTER_SECONDS_MAX,
    RETRY_AFTER_SECONDS_MIN,
    ErrorClass,
    ModelBusy,
    ModelError,
    ModelRefused,
    ModelUnavailable,
    ReplyProblem,
    UnusableReply,
)

#: How a provider is held to a form of its reply, the strictest first.
Structured: TypeAlias = Literal["json_schema", "json_object", "none"]

_STRUCTURED: Final[tuple[Structured, ...]] = ("json_schema", "json_object", "none")
_REJECTED_KEY: Final = frozenset({
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
})
#: What servers answer to a form of reply that they do not know.
_REJECTED_FORM: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """What a provider may cost; all are above 0."""

    connect_seconds: float = 5.0
    #: From sending a request to the first byte of the answer's body.
    first_byte_seconds: float = 30.0
    #: From one piece of the answer to the next.
    chunk_seconds: float = 20.0
    #: The whole of one call, and as much again for waiting until it is the call's turn.
    total_seconds: float = 120.0
    reply_bytes_max: int = 4 * 1024 * 1024
    #: Calls at once.
    calls_max: int = 4


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """One message of the conversation that a model is to continue."""

    role: Literal["system", "user", "assistant"]
    text: str


class _FormRejected(ModelRefused):
    """The request was refused, perhaps for the form of reply that it asked for."""


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
        model: str,
        *,
        limits: ModelLimits = ModelLimits(),
        structured: Structured = "json_schema",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the provider's name, its address up to and including "/v1", a key ("" for none).

        *structured* is the strictest form that is tried: what the provider rejects is not asked for
        again. The *clock*, in seconds, times the pauses of the breaker and of a busy provider.
        """
        self._name = name
        self._model = model
        self._limits = limits
        self._structured = structured
        self._clock = clock
        self._breaker = CircuitBreaker(clock=clock)
        self._calls = AdaptiveLimit(limits.calls_max)
        self._busy_until = -math.inf
        # All times but that of connecting are kept here: the library knows none for a whole answer.
        timeout = openai.Timeout(None, connect=limits.connect_seconds)
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            # The library takes a key from the environment if it is given none.
            api_key=api_key or "none",
            timeout=timeout,
            max_retries=0,
            # A redirection would carry texts to a server that nobody configured.
            http_client=openai.DefaultAsyncHttpxClient(
                follow_redirects=False,
                timeout=timeout,
                event_hooks={"response": [_close_unless_successful]},
            ),
        )

    @property
    def name(self) -> str:
        """The provider's name in the configuration."""
        return self._name

    @property
    def model(self) -> str:
        """The model's name at the provider."""
        return self._model

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
        request = {"model": self._model, "messages": _messages(turns), "temperature": 0}
        form = None if schema is None else _Form(schema_name, schema)
        async with _within(seconds):
            self._turn_away_early()
            async with self._calls.slot(self._limits.total_seconds):
                self._turn_away_early()
                era = self._breaker.admit()
                if era is None:
                    raise ModelUnavailable(ErrorClass.MODEL_PAUSED)
                try:
                    async with _within(self._limits.total_seconds):
                        text = await self._answer(request, form)
                except BaseException as error:
                    self._note_failure(era, error)
                    raise
                self._breaker.succeeded(era)
                self._calls.succeeded()
                return text

    async def close(self) -> None:
        """Close the connections; afterwards every call fails."""
        await self._client.close()

    def _turn_away_early(self) -> None:
        """Raise ModelBusy and ModelUnavailable if the provider is to be left alone."""
        if (seconds := self._busy_until - self._clock()) > 0:
            raise ModelBusy(seconds)
        if self._breaker.is_open:
            raise ModelUnavailable(ErrorClass.MODEL_PAUSED)

    def _note_failure(self, era: int, error: BaseException) -> None:
        """Tell the breaker and the limit what the end of a call says about the provider."""
        match error:
            case ModelBusy():
                self._busy_until = max(self._busy_until, self._clock() + error.retry_after_seconds)
                self._calls.halve()
                self._breaker.released(era)
            case ModelUnavailable():
                self._breaker.failed(era)
            case ModelError():
                # It answered, though not as it should.
                self._breaker.succeeded(era)
            case _:
                # The caller gave up, or had less time than the provider is given.
                self._breaker.released(era)

    async def _answer(self, request: dict[str, Any], form: _Form | None) -> str:
        """Return the reply's text, in the strictest form that the provider knows."""
        if form is None:
            return _text(await self._exchange(request))
        for structured in _STRUCTURED[_STRUCTURED.index(self._structured) :]:
            try:
                body = await self._exchange({**request, **form.asked(structured)})
            except _FormRejected:
                if structured == _STRUCTURED[-1]:
                    raise
            else:
                # Only now it is known that the form was what the provider rejected.
                self._structured = structured
                return _text(body)
        raise ModelRefused(ErrorClass.MODEL_REJECTED_REQUEST)

    async def _exchange(self, request: dict[str, Any]) -> bytes:
        """Return the body of the answer to one request. Raises ModelError's subclasses."""
        try:
            async with asyncio.timeout(self._limits.first_byte_seconds) as patience:
                body = await self._receive(request, patience)
        except ModelError:
            raise
        except Exception as error:
            raise _failure(error) from error
        note(_tokens(body), *(turn["content"] for turn in request["messages"]))
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


async def _close_unless_successful(answer: Any) -> None:
    """Keep the library from reading the body of a failure, which may be of any size."""
    if not answer.is_success:
        await answer.aclose()


@asynccontextmanager
async def _within(seconds: float | None) -> AsyncGenerator[None]:
    """Give up what is done within after *seconds*, None for never."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise ModelUnavailable(ErrorClass.MODEL_TIMEOUT) from error


def _messages(turns: Sequence[ChatTurn]) -> list[dict[str, str]]:
    """Return the turns as the protocol has them; half a character (a lone surrogate) becomes "?"."""
    return [
        {"role": turn.role, "content": turn.text.encode("utf-8", "replace").decode("utf-8")}
        for turn in turns
    ]


def _failure(error: Exception) -> ModelError:
    """Return what an error of the library, or of what it is built on, means."""
    match error:
        case TimeoutError():
            return ModelUnavailable(ErrorClass.MODEL_TIMEOUT)
        case openai.APIStatusError():
            return _status_failure(error.status_code, error.response.headers)
        # Of timeouts the library has none but that of connecting.
        case openai.APIConnectionError():
            return ModelUnavailable(ErrorClass.MODEL_UNREACHABLE)
        # The library lets many through: those of its HTTP client and of an odd address.
        case _:
            return ModelUnavailable(ErrorClass.MODEL_FAILED)


def _status_failure(status: int, headers: Mapping[str, str]) -> ModelError:
    """Return what a status that is no success means."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ModelBusy(_retry_after(headers))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ModelUnavailable(ErrorClass.MODEL_FAILED)
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return ModelUnavailable(ErrorClass.MODEL_TIMEOUT)
    if status in _REJECTED_KEY:
        return ModelRefused(ErrorClass.MODEL_REJECTED_KEY)
    if status in _REJECTED_FORM:
        return _FormRejected(ErrorClass.MODEL_REJECTED_REQUEST)
    return ModelRefused(ErrorClass.MODEL_REJECTED_REQUEST)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds to wait that an answer's headers name, in either form of the header."""
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        # By the server's own clock, which need not go as ours does.
        then, now = _moment(value), _moment(headers.get("date", ""))
        seconds = math.nan if then is None else then - (time.time() if now is None else now)
        if seconds < 0:
            seconds = 0.0
    if math.isnan(seconds) or seconds < 0:
        return RETRY_AFTER_SECONDS
    return min(max(seconds, RETRY_AFTER_SECONDS_MIN), RETRY_AFTER_SECONDS_MAX)


def _moment(date: str) -> float | None:
    """Return the seconds since 1970 of a header's date, None if it is none."""
    try:
        moment = parsedate_to_datetime(date)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _tokens(body: bytes) -> object:
    """Return what an answer says of its tokens, whatever that is."""
    try:
        return json.loads(body)["usage"]["total_tokens"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def _text(body: bytes) -> str:
    """Return the text of the first choice of a chat completion.

    Raises UnusableReply if there is none, and ModelRefused if the model declines.
    """
    try:
        choice = json.loads(body)["choices"][0]
        message = choice["message"]
        content, refusal = message.get("content"), message.get("refusal")
        reason = choice.get("finish_reason")
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        # Not chained: the error would keep the whole body.
        raise UnusableReply(ReplyProblem.NO_COMPLETION) from None
    if reason == "content_filter" or (isinstance(refusal, str) and refusal.strip()):
        raise ModelRefused(ErrorClass.MODEL_REFUSED)
    if not isinstance(content, str) or not content.strip():
        raise UnusableReply(ReplyProblem.EMPTY)
    return content
