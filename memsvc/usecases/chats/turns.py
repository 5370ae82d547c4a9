"""One turn from the user's message to the end: who speaks, what they are given, what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from memsvc.core.chat import AnswerOptions, FinishReason, TokenUsage
from memsvc.core.chat_prompt import Line, Material, Prompt, Voice, assembled
from memsvc.core.context_block import RANDOM_BYTES, Fence
from memsvc.core.errors import AnswerTruncated, ChatTakenOver, MemsvcError, MessageNotFound
from memsvc.core.model import Caller, Role
from memsvc.core.paging import REPLY_BYTES_MAX, fitting
from memsvc.core.personas import Persona
from memsvc.core.turn_taking import Said
from memsvc.telemetry import log
from memsvc.usecases.chats import asking
from memsvc.usecases.chats.asking import Answer, ChatAsk, Cited, ContextShown, Done, Started, Titled
from memsvc.usecases.chats.gathering import Company, Gathering, Known, lines_of, spoken
from memsvc.usecases.chats.moderating import Moderating
from memsvc.usecases.chats.providers import ChatProviders
from memsvc.usecases.chats.speaking import Put, Speaking
from memsvc.usecases.chats.storing import AnswerToStore, Ended, Storing, Turn
from memsvc.usecases.chats.titling import Titling
from memsvc.usecases.context import Context
from memsvc.usecases.embedding import Degradation
from memsvc.usecases.quotas import Quotas

#: How long what was said until a call was given up may take to be kept, in seconds.
KEEPING_SECONDS: Final = 10.0
#: How much of the memories is shown of a prompt, twice, in bytes, and how much of each part, in characters.
SHOWN_BYTES_MAX: Final = REPLY_BYTES_MAX // 4
PART_CHARACTERS_MAX: Final = 20_000


@dataclass(frozen=True, slots=True)
class _Spoken:
    """An answer of this turn with whose it is and where it is kept."""

    line: Line
    answer: Answer
    revision: int = 0


@dataclass(slots=True)
class _Round:
    """What has come of a turn so far."""

    spoken: list[_Spoken] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return [one.line for one in self.spoken]

    @property
    def said(self) -> list[Said]:
        return [Said(line.speaker_id, line.text) for line in self.lines]

    @property
    def usage(self) -> TokenUsage:
        counted = [one.answer.usage for one in self.spoken if one.answer.usage is not None]
        return TokenUsage(
            sum(usage.input_tokens for usage in counted),
            sum(usage.output_tokens for usage in counted),
            estimated=any(usage.estimated for usage in counted),
        )

    @property
    def cost(self) -> float | None:
        costs = [one.answer.cost for one in self.spoken if one.answer.cost is not None]
        return sum(costs) if costs else None


@dataclass(frozen=True, slots=True)
class Turns:
    """Takes turns."""

    context: Context
    providers: ChatProviders
    gathering: Gathering
    storing: Storing
    speaking: Speaking
    moderating: Moderating
    titling: Titling
    quotas: Quotas
    #: Of a prompt, in tokens, unless a request says otherwise.
    token_budget: int
    #: What is still being kept although nobody waits for it any more.
    _left: set[asyncio.Task[Any]] = field(default_factory=set)

    async def take(self, caller: Caller, ask: ChatAsk, put: Put) -> None:
        """Take the turn of *ask*, or go on with it, and *put* every event.

        Raises ProviderNotConfigured, ProviderNotFound, ModelNotFound and PersonaNotFound before anything is
        stored, what Storing.begin raises, and ModelBusy, ModelUnavailable, ModelRefused, AnswerTruncated and
        QuotaExceeded after the user's message was.
        """
        ask = replace(ask, token_budget=ask.token_budget or self.token_budget)
        try:
            speakers, moderator = await self.gathering.speakers(caller, ask)
            for persona in speakers:
                self.providers.candidates(ask, persona)
            turn = await self.storing.begin(caller, ask)
        except MemsvcError:
            # What was told before is told again, whoever is gone and whatever is full by now.
            told = await self.storing.told(caller, ask)
            if told is None or told.ended is None:
                raise
            await self._replay(caller, ask, told, told.ended, put)
            return
        if turn.ended is not None:
            await self._replay(caller, ask, turn, turn.ended, put)
            return
        await put(Started(turn.conversation_id, turn.user_message_id))
        async with self.quotas.spending(caller):
            titling = self._begin_title(turn)
            try:
                company = await self.gathering.company(caller, ask, turn, speakers, moderator)
                rounds = await self._speak(caller, ask, turn, company, put)
                title = await titling if titling else ""
            finally:
                if titling:
                    titling.cancel()
        await self._end(caller, ask, turn, rounds, title, put)

    def _begin_title(self, turn: Turn) -> asyncio.Task[str] | None:
        if not (turn.stored and turn.untitled):
            return None
        return asyncio.create_task(self.titling.title(turn.message))

    async def _speak(
        self, caller: Caller, ask: ChatAsk, turn: Turn, company: Company, put: Put
    ) -> _Round:
        """Let everybody speak whose turn it is; what earlier attempts completed is told again."""
        done = _Round()
        several = bool(ask.participants)
        by_id = {one.persona_id: one for one in company.speakers if one is not None}
        for place, stored in enumerate(turn.said):
            line = spoken(stored)
            if several:
                await put(asking.Speaking(line.speaker_id, line.author, place))
            await put(asking.Delta(line.text))
            done.spoken.append(_Spoken(line, Answer([line.text], finish=FinishReason.STOP)))
            if several:
                await put(asking.TurnEnded(line.speaker_id, line.message_id, FinishReason.STOP))
        if not several:
            if not done.spoken:
                await self._one(caller, ask, turn, company, company.speakers[0], done, put)
            return done
        while following := await self.moderating.next(
            ask, company, lines_of(turn, done.lines), done.said
        ):
            if len(done.spoken) > len(turn.said):
                company = await self.gathering.anew(caller, ask, turn, company)
            await self._one(caller, ask, turn, company, by_id[following], done, put)
        return done

    async def _one(
        self,
        caller: Caller,
        ask: ChatAsk,
        turn: Turn,
        company: Company,
        persona: Persona | None,
        done: _Round,
        put: Put,
    ) -> None:
        place = len(done.spoken)
        if ask.participants and persona is not None:
            await put(asking.Speaking(persona.persona_id, persona.name, place))
        known = await self.gathering.known(caller, ask, turn, persona, company)
        material = _material(turn, company, persona, known, self._today(), done.lines)
        fence = Fence.of(self.context.chance(RANDOM_BYTES))
        budget = ask.token_budget or self.token_budget
        prompt = assembled(material, fence, budget)
        degradations = [*known.degradations, *company.degradations]
        await put(_shown(prompt, known, degradations, budget))
        for number, page in enumerate(company.pages if place == 0 else (), 1):
            await put(Cited(number, page))
        answer = Answer()
        new = AnswerToStore(
            place,
            answer,
            persona.name if persona else "",
            persona.agent_id if persona else ask.agent_id,
            company.pages,
        )
        candidates = self.providers.candidates(ask, persona)
        options = _options(ask.options, persona)
        try:
            await self.speaking.speak(caller, ask, candidates, prompt, options, answer, put)
        except AnswerTruncated as error:
            raise await self._truncated(caller, ask, turn, new) from error
        except BaseException:
            answer.finish = FinishReason.INTERRUPTED
            self._keep_behind(caller, ask, turn, new)
            raise
        revision = await self._keep(caller, ask, turn, new) if turn.stored else 0
        message_id = turn.answer_id(place) if turn.stored else ""
        line = Line(message_id, Role.ASSISTANT, answer.text, new.author, new.agent_id)
        done.spoken.append(_Spoken(line, answer, revision))
        if ask.participants and persona is not None:
            await put(asking.TurnEnded(persona.persona_id, message_id, answer.finish))

    def _today(self) -> date:
        return self.context.clock().date()

    async def _truncated(
        self, caller: Caller, ask: ChatAsk, turn: Turn, new: AnswerToStore
    ) -> AnswerTruncated:
        """Keep what was said before the model broke off; return the error that says where."""
        new.answer.finish = FinishReason.INTERRUPTED
        if not turn.stored:
            return AnswerTruncated()
        if new.answer.text.strip():
            await self._keep(caller, ask, turn, new)
        return AnswerTruncated(
            conversation_id=turn.conversation_id,
            user_message_id=turn.user_message_id,
            assistant_message_id=turn.answer_id(new.place) if new.answer.text.strip() else "",
        )

    async def _keep(self, caller: Caller, ask: ChatAsk, turn: Turn, new: AnswerToStore) -> int:
        """Store an answer to the end, even if the call is given up meanwhile."""
        return await asyncio.shield(
            self._behind(self.storing.answer(_later(caller), ask, turn, new))
        )

    def _keep_behind(self, caller: Caller, ask: ChatAsk, turn: Turn, new: AnswerToStore) -> None:
        """Store what was said until the call was given up, behind its back."""
        if turn.stored and new.answer.text.strip():
            self._behind(self.storing.answer(_later(caller), ask, turn, new))

    def _behind(self, work: Coroutine[Any, Any, int]) -> asyncio.Task[int]:
        task = asyncio.create_task(work)
        self._left.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._left.discard(task)
        error = None if task.cancelled() else task.exception()
        # Whoever has taken over keeps the answer; to what is gone there is none.
        if error is not None and not isinstance(error, ChatTakenOver | MessageNotFound):
            log.warning("answer_not_kept", error=type(error).__name__)

    async def flush(self) -> None:
        """Wait until all that was said is kept."""
        while self._left:
            await asyncio.wait(set(self._left), timeout=KEEPING_SECONDS)

    async def _end(
        self, caller: Caller, ask: ChatAsk, turn: Turn, done: _Round, title: str, put: Put
    ) -> None:
        last = done.spoken[-1]
        usage, cost = done.usage, done.cost
        ended = Ended(
            message_ids=[one.line.message_id for one in done.spoken],
            speakers=[one.line.speaker_id for one in done.spoken],
            finishes=[int(one.answer.finish) for one in done.spoken],
            provider=last.answer.provider,
            model=last.answer.model,
            title=title,
            cached=last.answer.cached,
            job_id=str(turn.job_id or ""),
            revision=last.revision,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            estimated=usage.estimated,
            cost=cost,
        )
        if turn.stored:
            ended = await self.storing.end(_later(caller), ask, turn, ended)
        await _tell_end(ended, put, replayed=False)

    async def _replay(
        self, caller: Caller, ask: ChatAsk, turn: Turn, ended: Ended, put: Put
    ) -> None:
        """Tell again what the same request was told before; what was deleted since is not told."""
        await put(Started(turn.conversation_id, turn.user_message_id))
        lines = await self.storing.lines(caller, ask, ended.message_ids)
        for place, message_id in enumerate(ended.message_ids):
            speaker, finish = ended.speakers[place], FinishReason(ended.finishes[place])
            line = lines.get(message_id)
            if ask.participants:
                await put(asking.Speaking(speaker, line.author if line else "", place))
            if line is not None and line.content:
                await put(asking.Delta(line.content))
            if ask.participants:
                await put(asking.TurnEnded(speaker, message_id, finish))
        await _tell_end(ended, put, replayed=True)


def _shown(
    prompt: Prompt, known: Known, degradations: list[str], token_budget: int
) -> ContextShown:
    """Return what the caller is shown of a prompt: each text that it holds, as far as one event can."""
    kept = {memory.memory_id for memory in prompt.recalled}
    hits = [hit for hit in known.recalled if hit.memory.memory_id in kept]
    fit = fitting(hits, lambda hit: hit.memory.content, bytes_max=SHOWN_BYTES_MAX)
    conscious = fitting(prompt.conscious, lambda one: one.content, bytes_max=SHOWN_BYTES_MAX)
    if len(fit) < len(hits) or len(conscious) < len(prompt.conscious):
        degradations = [*degradations, str(Degradation.REPLY_SIZE)]
    parts = [replace(part, text=part.text[:PART_CHARACTERS_MAX]) for part in prompt.parts]
    return ContextShown(list(fit), degradations, list(conscious), parts, token_budget)


async def _tell_end(ended: Ended, put: Put, *, replayed: bool) -> None:
    if ended.title:
        await put(Titled(ended.title))
    usage = TokenUsage(ended.input_tokens, ended.output_tokens, estimated=ended.estimated)
    await put(asking.Used(usage, ended.cost))
    await put(
        Done(
            ended.message_ids[-1],
            FinishReason(ended.finishes[-1]),
            cached=ended.cached,
            provider=ended.provider,
            model=ended.model,
            job_id=ended.job_id,
            revision=ended.revision,
            replayed=replayed,
        )
    )


def _material(
    turn: Turn,
    company: Company,
    persona: Persona | None,
    known: Known,
    today: date,
    said: Sequence[Line],
) -> Material:
    others = tuple(one.name for one in company.speakers if one is not None and one is not persona)
    voice = (
        Voice()
        if persona is None
        else Voice(persona.persona_id, persona.name, persona.system_prompt, others)
    )
    return Material(
        voice,
        today,
        company.preferences,
        known.conscious,
        [hit.memory for hit in known.recalled],
        company.pages,
        company.history,
        lines_of(turn, said),
    )


def _options(options: AnswerOptions, persona: Persona | None) -> AnswerOptions:
    if options.temperature is not None or persona is None:
        return options
    return replace(options, temperature=persona.temperature)


def _later(caller: Caller) -> Caller:
    """Return the caller with time enough to keep what was said, though the call's own may be over."""
    now = asyncio.get_running_loop().time()
    return replace(caller, deadline=max(caller.deadline, now + KEEPING_SECONDS))
