"""Answers in pieces, from any server that speaks OpenAI's /v1/chat/completions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from memsvc.core.chat import (
    AnswerOptions,
    AnswerPiece,
    ChatTurn,
    FinishReason,
    ProviderState,
    TokenUsage,
)
from memsvc.providers.answer_chunks import DONE, AnswerReader, read_chunk
from memsvc.providers.call_guard import CallGuard
from memsvc.providers.dialects import DIALECTS, Dialect
from memsvc.providers.event_stream import EventStream, EventTooLarge
from memsvc.providers.language_model import ModelLimits
from memsvc.providers.metering import guessed_usage, note
from memsvc.providers.model_errors import (
    ErrorClass,
    ModelError,
    ModelRefused,
    ModelUnavailable,
    ReplyProblem,
    UnusableReply,
)
from memsvc.providers.model_http import FormRejected, failure, messages_of, model_client
from memsvc.providers.offers import Offer

#: How long the end of a body may follow the end of the answer; later, another connection is cheaper.
END_SECONDS: Final = 0.1
_TEMPERATURE: Final = "temperature"


@dataclass(frozen=True, slots=True)
class _Form:
    """A way to ask for an answer."""

    fields: dict[str, Any]
    #: Without what is not part of every server's protocol, and without a temperature that was asked for.
    plain: bool = False
    even: bool = False


class ChatModel:
    """One provider of answers, with one guard for all its models.

    Neither the key nor anything that the server wrote gets into a message of its errors.
    """

    def __init__(
        self,
        offer: Offer,
        base_url: str,
        api_key: str,
        *,
        limits: ModelLimits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask the server at *base_url*, which ends before "/chat/completions", with a key ("" for none)."""
        self.offer = offer
        self._dialect: Dialect = DIALECTS[offer.kind]
        self._limits = limits
        self._guard = CallGuard(limits.calls_max, clock)
        self._client = model_client(base_url, api_key, limits.connect_seconds)
        #: Models that refuse what is not part of every server's protocol.
        self._plain: set[str] = set()
        #: Models that refuse a temperature.
        self._even: set[str] = set()

    @property
    def state(self) -> ProviderState:
        """Whether the provider is asked at the moment."""
        return self._guard.state

    async def close(self) -> None:
        """Close the connections; afterwards every call fails."""
        await self._client.close()

    @asynccontextmanager
    async def answering(
        self, model: str, turns: Sequence[ChatTurn], options: AnswerOptions
    ) -> AsyncGenerator[AsyncIterator[AnswerPiece]]:
        """Yield the pieces of the model's answer to *turns*, as they come.

        Leaving the context closes the connection, at once. No piece is empty; the last one, and no other, says
        why the answer ended and what it took. The pieces, and entering, raise ModelBusy, ModelUnavailable,
        ModelRefused, and UnusableReply if the answer has no text; what came before stays true.
        """
        request = {"model": model, "messages": messages_of(turns), "stream": True}
        tally = _Tally(sum(len(turn.text) for turn in turns))
        async with self._guard.call(self._limits.total_seconds) as begun:
            try:
                async with (
                    self._opened(model, request, options) as body,
                    aclosing(self._pieces(body, tally, begun)) as pieces,
                ):
                    yield pieces
            finally:
                if tally.begun:
                    offered = self.offer.model(model)
                    note(tally.usage, offered.cost(tally.usage) if offered else None)

    @asynccontextmanager
    async def _opened(
        self, model: str, request: dict[str, Any], options: AnswerOptions
    ) -> AsyncGenerator[AsyncIterator[bytes]]:
        """Yield the body of a successful answer, read under the limits of time and size.

        What a model refuses besides the protocol's core is left out from then on.
        """
        forms = self._forms(model, options)
        for place, form in enumerate(forms):
            try:
                async with _Reading(self._client, request | form.fields, self._limits) as body:
                    if place:
                        self._learn(model, form)
                    yield body
                    return
            except FormRejected:
                if place == len(forms) - 1:
                    raise

    def _forms(self, model: str, options: AnswerOptions) -> list[_Form]:
        """Return the ways to ask for an answer, the one that is wanted first."""
        full = self._dialect.request(options) | {"stream_options": {"include_usage": True}}
        core = self._dialect.request(replace(options, reasoning_effort=None))
        forms = [_Form(full), _Form(core, plain=True)]
        # Models that reason may take no temperature.
        forms += [
            _Form({k: v for k, v in one.fields.items() if k != _TEMPERATURE}, one.plain, even=True)
            for one in forms
            if _TEMPERATURE in one.fields
        ]
        return [
            one
            for one in forms
            if (one.plain or model not in self._plain)
            and (_TEMPERATURE not in one.fields or model not in self._even)
        ]

    def _learn(self, model: str, form: _Form) -> None:
        """Ask the model in this form from now on."""
        if form.plain:
            self._plain.add(model)
        if form.even:
            self._even.add(model)

    async def _pieces(
        self, body: AsyncIterator[bytes], tally: _Tally, begun: Callable[[], None]
    ) -> AsyncGenerator[AnswerPiece]:
        """Yield what a body says, and at last how it ended."""
        answer = AnswerReader(think_tags=self._dialect.think_tags)
        async for chunk in _chunks(body):
            for piece in answer.feed(chunk):
                tally.add(piece)
                if piece.text or piece.reasoning:
                    begun()
                    yield AnswerPiece(piece.text, piece.reasoning)
        for piece in answer.end():
            tally.add(piece)
            yield piece
        if not tally.has_text:
            raise tally.nothing_said()
        yield tally.end()
        await _read_out(body)


async def _read_out(body: AsyncIterator[bytes]) -> None:
    """Read what follows the answer, mostly nothing: a body that was read to its end leaves its connection."""
    with suppress(TimeoutError, ModelError):
        async with asyncio.timeout(END_SECONDS):
            async for _ in body:
                pass


async def _chunks(body: AsyncIterator[bytes]) -> AsyncGenerator[AnswerPiece]:
    """Yield the chunks of a body; raise ModelUnavailable if it ends before the answer does."""
    events = EventStream()
    finished = False
    async for part in body:
        try:
            for data in events.feed(part):
                if data.strip() == DONE:
                    return
                chunk = read_chunk(data)
                finished = finished or chunk.finish is not None
                yield chunk
        except EventTooLarge:
            raise ModelRefused(ErrorClass.REPLY_TOO_LARGE) from None
    for data in events.end():
        if data.strip() == DONE:
            return
        chunk = read_chunk(data)
        finished = finished or chunk.finish is not None
        yield chunk
    if not finished:
        raise ModelUnavailable(ErrorClass.MODEL_FAILED)


class _Reading:
    """A request under way: its body, piece by piece, within the limits."""

    def __init__(self, client: Any, request: dict[str, Any], limits: ModelLimits) -> None:
        self._limits = limits
        self._opening = client.chat.completions.with_streaming_response.create(
            **{name: request[name] for name in ("model", "messages", "stream")},
            extra_body={
                k: v for k, v in request.items() if k not in {"model", "messages", "stream"}
            },
            # A few compressed bytes can stand for more than the memory holds.
            extra_headers={"Accept-Encoding": "identity"},
        )
        self._now = asyncio.get_running_loop().time
        #: When the provider's time is over.
        self._ends = self._now() + limits.total_seconds

    async def __aenter__(self) -> AsyncIterator[bytes]:
        """Return the body once the answer has begun."""
        try:
            async with asyncio.timeout(self._patience(self._limits.first_byte_seconds)):
                self._answer = await self._opening.__aenter__()
        except Exception as error:
            raise failure(error) from error
        if self._answer.headers.get("content-encoding", "identity") != "identity":
            await self._close()
            raise UnusableReply(ReplyProblem.COMPRESSED)
        return self._body()

    async def __aexit__(self, *_: object) -> None:
        """Close the connection."""
        await self._close()

    async def _close(self) -> None:
        await self._opening.__aexit__(None, None, None)

    async def _body(self) -> AsyncGenerator[bytes]:
        """Yield the body; the time that a reader takes between two pieces is nobody's patience."""
        parts = self._answer.iter_bytes()
        size, patience = 0, self._limits.first_byte_seconds
        while (part := await self._next(parts, patience)) is not None:
            size, patience = size + len(part), self._limits.chunk_seconds
            if size > self._limits.reply_bytes_max:
                raise ModelRefused(ErrorClass.REPLY_TOO_LARGE)
            given = self._now()
            yield part
            self._ends += self._now() - given

    async def _next(self, parts: AsyncIterator[bytes], patience: float) -> bytes | None:
        """Return the next part, None at the end."""
        try:
            async with asyncio.timeout(self._patience(patience)):
                return await anext(parts, None)
        except Exception as error:
            raise failure(error) from error

    def _patience(self, seconds: float) -> float:
        return max(min(seconds, self._ends - self._now()), 0.0)


class _Tally:
    """What an answer has come to so far."""

    def __init__(self, prompt_characters: int) -> None:
        self._prompt_characters = prompt_characters
        self._characters = 0
        self._counted: TokenUsage | None = None
        self._finish: FinishReason | None = None
        self.has_text = False
        self.begun = False

    def add(self, piece: AnswerPiece) -> None:
        self.begun = True
        self._characters += len(piece.text) + len(piece.reasoning)
        self.has_text = self.has_text or bool(piece.text.strip())
        # Some count anew with every chunk.
        self._counted = piece.usage or self._counted
        # A refusal stays one, whatever the end says.
        if self._finish is not FinishReason.CONTENT_FILTER:
            self._finish = piece.finish or self._finish

    @property
    def usage(self) -> TokenUsage:
        """What the provider counted, or what the texts make likely."""
        return self._counted or guessed_usage(self._prompt_characters, self._characters)

    def nothing_said(self) -> ModelError:
        """Return what it means that the answer came to its end without a text."""
        if self._finish is FinishReason.CONTENT_FILTER:
            return ModelRefused(ErrorClass.MODEL_REFUSED)
        return UnusableReply(ReplyProblem.EMPTY)

    def end(self) -> AnswerPiece:
        return AnswerPiece(finish=self._finish or FinishReason.STOP, usage=self.usage)
