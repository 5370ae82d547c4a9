"""What is stored of a turn: the user's message before anything is answered, each answer once, the end.

The ids of a turn's messages follow from the turn's own id, which the request_id stands for. So a turn goes on
after a crash where it was left, by whoever takes it up; the attempt is the fence against whoever was at it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from memsvc.core.chat import FinishReason
from memsvc.core.chat_prompt import WebPage
from memsvc.core.errors import (
    ChatTakenOver,
    ConversationNotFound,
    MessageNotFound,
    RequestIdReused,
    UserErased,
)
from memsvc.core.guard import GuardPolicy
from memsvc.core.model import Caller, Metadata, NewMessage, RequestKey, Role
from memsvc.core.secrets import SecretPolicy
from memsvc.store import chats, conversations, replies, search
from memsvc.store.chats import StoredLine, TakenTurn
from memsvc.store.database import Transaction
from memsvc.usecases.chats.asking import Answer, ChatAsk
from memsvc.usecases.context import Context
from memsvc.usecases.conversations.truncating import cut_after
from memsvc.usecases.memories.ingest import ExtractionMode, Ingest, IngestAsk
from memsvc.usecases.memories.removing import remove_messages
from memsvc.usecases.once import Once
from memsvc.usecases.screening import (
    TrustPolicy,
    at_leisure,
    screened_message,
    screened_text,
)

#: More turns than a call can have.
TURNS_MAX: Final = 32
#: The longest answer that is stored, in characters: what a message may have.
ANSWER_CHARACTERS_MAX: Final = 100_000


@dataclass(frozen=True, slots=True)
class Ended:
    """How a turn ended, as the same request is told again."""

    message_ids: list[str]
    speakers: list[str]
    finishes: list[int]
    provider: str = ""
    model: str = ""
    title: str = ""
    cached: bool = False
    job_id: str = ""
    revision: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    cost: float | None = None

    def encoded(self) -> bytes:
        """Return it as it is kept."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__}).encode()

    @classmethod
    def decoded(cls, kept: bytes) -> Ended:
        """Return what was kept."""
        values: dict[str, Any] = json.loads(kept)
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that a call is at."""

    turn_id: UUID
    attempt: int
    key: RequestKey | None
    conversation_id: str
    user_message_id: str
    #: As it may be stored and shown to a model.
    message: str
    stored: bool
    job_id: UUID | None = None
    #: Where the user's message stands in its conversation: who says it anew, or begins the conversation anew,
    #: has it stand elsewhere.
    place: int | None = None
    #: The answers that earlier attempts completed, in order.
    said: tuple[StoredLine, ...] = ()
    #: How the turn ended, if it has.
    ended: Ended | None = None
    #: The conversation has no title yet.
    untitled: bool = False

    def answer_id(self, place: int) -> str:
        """Return the message id of the answer at *place*."""
        return str(uuid5(self.turn_id, f"answer {place}"))

    @property
    def own_ids(self) -> set[str]:
        """The ids of all that may be stored of the turn, half answers too."""
        return {self.user_message_id, *(self.answer_id(place) for place in range(TURNS_MAX))}


@dataclass(frozen=True, slots=True)
class AnswerToStore:
    """An answer with who gave it."""

    place: int
    answer: Answer
    author: str
    agent_id: str
    pages: Sequence[WebPage] = ()


@dataclass(frozen=True, slots=True)
class Storing:
    """Stores turns."""

    context: Context
    ingest: Ingest

    async def begin(self, caller: Caller, ask: ChatAsk) -> Turn:
        """Store the user's message, or find out how far the same request came before.

        Raises RequestIdReused, SecretFound, TextRejected, QuotaExceeded, UserErased, InvalidFields and
        MessageNotFound.
        """
        turn_id = self.context.new_id()
        policy = self.context.trust(caller.tenant_id)
        said = NewMessage("", Role.USER, ask.message, "", None, {}, None, "")
        screened = await at_leisure(
            len(ask.message), lambda: screened_message(policy, said, "message")
        )
        if not ask.memory_mode.writes:
            return Turn(turn_id, 0, None, ask.conversation_id, "", screened.content, stored=False)
        batch = _batch(ask, ask.conversation_id, screened, _spoken_to(ask))
        await self.ingest.make_room(caller, batch)
        (embedded,) = await self.ingest.embed(caller, [batch])
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            taken = await self._take_up(tx, ask, turn_id, now)
            turn = self._turn(ask, taken, screened.content)
            if turn.ended is not None:
                return turn
            turn = await self._go_on(tx, ask, turn, taken.attempt, now)
            whole = replace(screened, message_id=turn.user_message_id)
            batch = replace(batch, conversation_id=turn.conversation_id, messages=[whole])
            put = await self.ingest.put(tx, caller, batch, embedded, now)
            place = await self._place(tx, ask, turn, now)
            talk = (ask.user_id, turn.conversation_id)
            titles = await search.conversation_titles(tx, [talk])
        return replace(
            turn,
            job_id=put.ingested.job_id,
            place=place,
            # What is put aside is not to be read in a list of conversations either.
            untitled=talk not in titles and not screened.withheld,
        )

    async def _go_on(
        self, tx: Transaction, ask: ChatAsk, turn: Turn, attempt: int, now: datetime
    ) -> Turn:
        """Return the turn with what earlier attempts left of it; raise MessageNotFound.

        The first attempt cuts off a message that is there, since it is said anew.
        """
        found = await chats.turn_messages(tx, ask.user_id, sorted(turn.own_ids))
        before = found.pop(turn.user_message_id, None)
        if attempt == 1:
            if before is not None:
                await self._cut(tx, ask, turn, now)
            return turn
        if before is None or before.content != turn.message:
            # It was deleted or said anew since: nobody waits for an answer to the words before.
            raise MessageNotFound(field="user_message_id")
        said = _complete(turn, found)
        spoiled = found.keys() - {line.message_id for line in said}
        await self._forget(tx, ask, turn, [found[one] for one in spoiled], now)
        return replace(turn, said=tuple(said))

    async def _forget(
        self,
        tx: Transaction,
        ask: ChatAsk,
        turn: Turn,
        lines: Sequence[StoredLine],
        now: datetime,
    ) -> None:
        """Remove the whole ones of *lines*, which answer one that is gone: they are given anew."""
        gone: dict[UUID, str] = {}
        for line in lines:
            memory_id = await conversations.find_message(tx, ask.user_id, line.message_id, now=now)
            if memory_id is not None and not line.interrupted:
                gone[memory_id] = line.message_id
        if gone:
            await conversations.hold(tx, ask.user_id, turn.conversation_id)
            await remove_messages(tx, self.context, ask.user_id, gone)

    async def _place(self, tx: Transaction, ask: ChatAsk, turn: Turn, now: datetime) -> int | None:
        return await conversations.place_of(
            tx, ask.user_id, turn.conversation_id, turn.user_message_id, now=now
        )

    async def _cut(self, tx: Transaction, ask: ChatAsk, turn: Turn, now: datetime) -> None:
        """Cut off the message that is said anew, and all after it; raise MessageNotFound if it is elsewhere."""
        try:
            await cut_after(
                tx,
                self.context,
                ask.user_id,
                turn.conversation_id,
                turn.user_message_id,
                inclusive=True,
                now=now,
            )
        except (ConversationNotFound, MessageNotFound) as error:
            raise MessageNotFound(field="user_message_id") from error

    async def _take_up(
        self, tx: Transaction, ask: ChatAsk, turn_id: UUID, now: datetime
    ) -> TakenTurn:
        if ask.key is None:
            return TakenTurn(turn_id, 1, b"", None)
        taken = await chats.take_up(tx, ask.key, turn_id, now=now)
        _check_same(ask.key, taken)
        return taken

    async def told(self, caller: Caller, ask: ChatAsk) -> Turn | None:
        """Return the turn of the same request as it is, None if there is none; raises RequestIdReused."""
        if ask.key is None or not ask.memory_mode.writes:
            return None
        async with self.context.database.transaction(caller) as tx:
            taken = await chats.get(tx, ask.key, now=self.context.clock())
        if taken is None:
            return None
        _check_same(ask.key, taken)
        return self._turn(ask, taken, ask.message)

    def _turn(self, ask: ChatAsk, taken: TakenTurn, message: str) -> Turn:
        return Turn(
            taken.turn_id,
            taken.attempt,
            ask.key,
            ask.conversation_id or str(uuid5(taken.turn_id, "conversation")),
            ask.user_message_id or str(taken.turn_id),
            message,
            stored=True,
            ended=None if taken.response is None else Ended.decoded(taken.response),
        )

    async def answer(self, caller: Caller, ask: ChatAsk, turn: Turn, new: AnswerToStore) -> int:
        """Store an answer, in the place of what an earlier attempt left of it; return the revision.

        Raises ChatTakenOver if somebody else is at the turn by now, MessageNotFound if what it answers is gone, or
        was said anew, and UserErased.
        """
        answer = new.answer
        interrupted = answer.finish is FinishReason.INTERRUPTED
        message = NewMessage(
            turn.answer_id(new.place),
            Role.ASSISTANT,
            answer.text[:ANSWER_CHARACTERS_MAX],
            new.author,
            None,
            _metadata(new),
            None,
            turn.user_message_id,
            interrupted=interrupted,
        )
        policy = _lenient(self.context.trust(caller.tenant_id))
        screened = await at_leisure(
            len(answer.text), lambda: screened_message(policy, message, "answer")
        )
        batch = _batch(ask, turn.conversation_id, screened, new.agent_id)
        (embedded,) = await self.ingest.embed(caller, [batch])
        async with self.context.database.transaction(caller) as tx:
            await self._hold(tx, turn)
            # As whoever cuts it off: the conversation first, then its messages.
            await conversations.hold(tx, ask.user_id, turn.conversation_id)
            await chats.delete_interrupted(tx, ask.user_id, message.message_id)
            now = self.context.clock()
            put = await self.ingest.put(tx, caller, batch, embedded, now)
            if await self._place(tx, ask, turn, now) != turn.place:
                raise MessageNotFound(field="user_message_id")
        return put.ingested.revision

    async def end(self, caller: Caller, ask: ChatAsk, turn: Turn, ended: Ended) -> Ended:
        """Note how the turn ended, and give the conversation its title if it has none by now.

        Raises ChatTakenOver and UserErased.
        """
        policy = _lenient(self.context.trust(caller.tenant_id))
        title = screened_text(policy, ended.title, "title")
        ended = replace(ended, title="" if title.withheld else title.text)
        async with self.context.database.transaction(caller) as tx:
            await self._hold(tx, turn)
            if ended.title and not await chats.name(
                tx, ask.user_id, turn.conversation_id, ended.title
            ):
                ended = replace(ended, title="")
            if turn.key is not None:
                await replies.store(tx, turn.key, ask.user_id, ended.encoded())
        return ended

    async def _hold(self, tx: Transaction, turn: Turn) -> None:
        if turn.key is None or await chats.hold(tx, turn.key, turn.attempt):
            return
        if await chats.get(tx, turn.key, now=self.context.clock()) is None:
            # Nobody else is at it: it went with all that was the user's.
            raise UserErased(field="user_id")
        raise ChatTakenOver(field="request_id")

    async def lines(
        self, caller: Caller, ask: ChatAsk, message_ids: Sequence[str]
    ) -> dict[str, StoredLine]:
        """Return answers by their ids, those that are still there."""
        async with self.context.database.transaction(caller) as tx:
            return await chats.turn_messages(tx, ask.user_id, message_ids)


def _check_same(key: RequestKey, taken: TakenTurn) -> None:
    if taken.fingerprint != key.fingerprint:
        raise RequestIdReused(field="request_id")


def _complete(turn: Turn, found: dict[str, StoredLine]) -> list[StoredLine]:
    """Return the answers that need not be asked for again: all before the first that is not whole."""
    complete = []
    for place in range(TURNS_MAX):
        line = found.get(turn.answer_id(place))
        if line is None or line.interrupted:
            break
        complete.append(line)
    return complete


def _batch(ask: ChatAsk, conversation_id: str, message: NewMessage, agent_id: str) -> IngestAsk:
    return IngestAsk(
        user_id=ask.user_id,
        conversation_id=conversation_id,
        messages=[message],
        project_id=ask.project_id,
        agent_id=agent_id,
        deferred=False,
        extraction=ExtractionMode.LATER,
        once=Once(None, lambda _: b""),
    )


def _spoken_to(ask: ChatAsk) -> str:
    """Return the agent that the user's message belongs to: the persona that answers, if it is one."""
    return ask.persona_id if ask.persona_id and not ask.participants else ask.agent_id


def _metadata(new: AnswerToStore) -> Metadata:
    metadata: dict[str, Any] = {"provider": new.answer.provider, "model": new.answer.model}
    if new.pages:
        metadata["citations"] = [page.url[:2048] for page in new.pages]
    return metadata


def _lenient(policy: TrustPolicy) -> TrustPolicy:
    """Return a policy under which an answer that was already given can be stored, put aside or masked."""
    return replace(
        policy,
        guard=GuardPolicy.QUARANTINE if policy.guard is GuardPolicy.REJECT else policy.guard,
        secrets=SecretPolicy.MASK if policy.secrets is SecretPolicy.BLOCK else policy.secrets,
    )
