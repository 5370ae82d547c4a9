"""One speaker's answer: from the response cache, or from the first provider that answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias

from memsvc.core.cache_key import cache_key
from memsvc.core.chat import AnswerOptions, AnswerPiece, CacheMode, FinishReason, TokenUsage
from memsvc.core.chat_prompt import Prompt
from memsvc.core.errors import (
    AnswerTruncated,
    MemsvcError,
    ModelBusy,
    ModelRefused,
    ModelUnavailable,
)
from memsvc.core.model import Caller, JsonValue
from memsvc.providers import model_errors
from memsvc.providers.model_errors import ErrorClass, ModelError
from memsvc.store.response_cache import CachedAnswer
from memsvc.telemetry import CHAT_ANSWERS, CHAT_FIRST_WORD_SECONDS, log
from memsvc.usecases.chats.asking import (
    Answer,
    ChatAsk,
    ChatEvent,
    Delta,
    ProviderChanged,
    Thought,
)
from memsvc.usecases.chats.providers import Candidate
from memsvc.usecases.chats.response_cache import ResponseCache

Put: TypeAlias = Callable[[ChatEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Speaking:
    """Has models speak."""

    cache: ResponseCache

    async def speak(
        self,
        caller: Caller,
        ask: ChatAsk,
        candidates: Sequence[Candidate],
        prompt: Prompt,
        options: AnswerOptions,
        answer: Answer,
        put: Put,
    ) -> None:
        """Fill *answer* while it is told to *put* piece by piece.

        The next candidate is asked where one does not answer, as long as nothing was said. Raises ModelBusy,
        ModelUnavailable and ModelRefused of the domain, and AnswerTruncated once something was said.
        """
        first = candidates[0]
        key = self._key(caller, ask, first, prompt, options)
        if ask.cache_mode is CacheMode.USE and await self._kept(caller, ask, key, answer, put):
            return
        for place, candidate in enumerate(candidates):
            try:
                await self._ask(candidate, prompt, options, answer, put)
            except ModelError as error:
                refused = error.error_class is ErrorClass.MODEL_REFUSED
                # Thoughts that no answer follows are whole, and of no use.
                whole = refused or isinstance(error, model_errors.UnusableReply)
                if answer.begun and not whole:
                    raise AnswerTruncated from error
                following = candidates[place + 1 : place + 2]
                if answer.begun or refused or not following:
                    raise _of_the_domain(error, answer.provider) from error
                await put(_change(candidate, following[0], error))
            else:
                break
        if ask.cache_mode is not CacheMode.OFF:
            await self._keep(caller, ask, key, answer, first)

    async def _ask(
        self,
        candidate: Candidate,
        prompt: Prompt,
        options: AnswerOptions,
        answer: Answer,
        put: Put,
    ) -> None:
        name = answer.provider = candidate.provider.offer.name
        answer.model = candidate.model.name
        now = asyncio.get_running_loop().time
        asked = now()
        end = "given up"
        try:
            async with candidate.provider.answering(
                candidate.model.name, prompt.turns, options
            ) as pieces:
                async for piece in pieces:
                    if not answer.begun:
                        CHAT_FIRST_WORD_SECONDS.labels(name).observe(now() - asked)
                    await _tell(piece, answer, put)
            end = answer.finish.name.lower()
        except ModelError as error:
            end = str(error.error_class)
            # With a next provider nobody would notice that a key has become a wrong one.
            log.warning("provider_failed", provider=name, model=answer.model, reason_class=end)
            raise
        finally:
            CHAT_ANSWERS.labels(name, end).inc()
        answer.cost = candidate.model.cost(answer.usage) if answer.usage else None

    async def _kept(
        self, caller: Caller, ask: ChatAsk, key: bytes, answer: Answer, put: Put
    ) -> bool:
        """Tell the answer that the cache holds; return whether there is one."""
        try:
            kept = await self.cache.get(caller, ask.user_id, key)
        except MemsvcError as error:
            # There is a model to ask.
            log.warning("cache_not_read", error=type(error).__name__)
            kept = None
        if kept is None:
            return False
        answer.provider, answer.model, answer.cached = kept.provider, kept.model, True
        answer.usage = TokenUsage(0, 0)
        await _tell(AnswerPiece(kept.text), answer, put)
        answer.finish = FinishReason(kept.finish_reason)
        return True

    async def _keep(
        self, caller: Caller, ask: ChatAsk, key: bytes, answer: Answer, first: Candidate
    ) -> None:
        usage = answer.usage or TokenUsage(0, 0)
        kept = CachedAnswer(
            answer.text,
            int(answer.finish),
            answer.provider,
            answer.model,
            usage.input_tokens,
            usage.output_tokens,
        )
        try:
            if answer.provider == first.provider.offer.name:
                await self.cache.put(caller, ask.user_id, key, kept)
            elif ask.cache_mode is CacheMode.REFRESH:
                # Another one's answer is not kept under this key, and the one before was not wanted any more.
                await self.cache.drop(caller, ask.user_id, key)
        except MemsvcError as error:
            # The caller has the answer already: that it is not kept for others is no failure of the call.
            log.warning("answer_not_cached", error=type(error).__name__)

    def _key(
        self,
        caller: Caller,
        ask: ChatAsk,
        first: Candidate,
        prompt: Prompt,
        options: AnswerOptions,
    ) -> bytes:
        effort = options.reasoning_effort
        parts: dict[str, JsonValue] = {
            "tenant": caller.tenant_id,
            "user": ask.user_id,
            "provider": first.provider.offer.name,
            "model": first.model.name,
            "options": {
                **asdict(options),
                "reasoning_effort": None if effort is None else effort.value,
            },
            "prompt": prompt.identity,
        }
        return cache_key(parts)


async def _tell(piece: AnswerPiece, answer: Answer, put: Put) -> None:
    if piece.reasoning:
        answer.begun = True
        await put(Thought(piece.reasoning))
    if piece.text:
        answer.begun = True
        # Noted first: what the caller may have seen is kept, whatever happens while it is sent.
        answer.texts.append(piece.text)
        await put(Delta(piece.text))
    answer.finish = piece.finish or answer.finish
    answer.usage = piece.usage or answer.usage


def _change(candidate: Candidate, following: Candidate, error: ModelError) -> ProviderChanged:
    return ProviderChanged(
        candidate.provider.offer.name,
        following.provider.offer.name,
        following.model.name,
        str(error.error_class),
    )


def _of_the_domain(error: ModelError, provider: str) -> ModelBusy | ModelUnavailable | ModelRefused:
    reason = str(error.error_class)
    match error:
        case model_errors.ModelBusy():
            wait = error.retry_after_seconds
            return ModelBusy(retry_seconds=wait, provider=provider, reason_class=reason)
        case model_errors.ModelRefused() | model_errors.UnusableReply():
            return ModelRefused(provider=provider, reason_class=reason)
        case _:
            return ModelUnavailable(provider=provider, reason_class=reason)
