"""Whose turn it is among several speakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from memsvc.core.chat import AnswerOptions, ChatTurn
from memsvc.core.chat_prompt import Line
from memsvc.core.context_block import RANDOM_BYTES, Fence
from memsvc.core.reply_json import UnreadableReply, json_values
from memsvc.core.turn_taking import Participant, Said, TurnPolicy, next_addressed, next_in_order
from memsvc.providers import prompt_texts
from memsvc.providers.model_errors import ModelError
from memsvc.usecases.chats.asking import ChatAsk
from memsvc.usecases.chats.gathering import Company
from memsvc.usecases.chats.providers import ChatProviders
from memsvc.usecases.context import Context

#: How much of each line a moderator is shown, in characters, and how long its reply may be, in tokens.
SHOWN_MAX: Final = 2_000
REPLY_TOKENS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class Moderating:
    """Says who speaks next."""

    context: Context
    providers: ChatProviders

    async def next(
        self, ask: ChatAsk, company: Company, latest: Sequence[Line], said: Sequence[Said]
    ) -> str | None:
        """Return the persona that speaks next, None if it is the user's turn.

        A moderator that cannot be asked, or says nothing of use, lets everybody speak once, in order.
        """
        everybody = [Participant(p.persona_id, p.name) for p in company.speakers if p is not None]
        turns_max = ask.turns_max or len(everybody)
        if len(said) >= turns_max:
            return None
        match ask.policy:
            case TurnPolicy.ROUND_ROBIN:
                return next_in_order(everybody, said)
            case TurnPolicy.ADDRESSED:
                return next_addressed(everybody, latest[0].text, said)
            case TurnPolicy.MODERATOR:
                return await self._moderated(ask, company, everybody, latest, said)

    async def _moderated(
        self,
        ask: ChatAsk,
        company: Company,
        everybody: Sequence[Participant],
        latest: Sequence[Line],
        said: Sequence[Said],
    ) -> str | None:
        fence = Fence.of(self.context.chance(RANDOM_BYTES))
        names = "\n".join(f"- {one.persona_id}: {one.name}" for one in everybody)
        instructions = company.moderator.system_prompt if company.moderator else ""
        lines = [
            fence.json_line({"speaker": line.author or "the user", "text": line.text[:SHOWN_MAX]})
            for line in latest
        ]
        system = "\n\n".join(filter(None, (instructions, prompt_texts.moderate(names))))
        turns = [
            ChatTurn("system", system),
            ChatTurn("user", prompt_texts.fenced(fence, "\n".join(lines))),
        ]
        first = self.providers.candidates(ask, company.moderator)[0]
        options = AnswerOptions(temperature=0, max_output_tokens=REPLY_TOKENS_MAX)
        try:
            async with first.provider.answering(first.model.name, turns, options) as pieces:
                reply = "".join([piece.text async for piece in pieces])
            chosen = _chosen(reply, {one.persona_id for one in everybody})
        except (ModelError, UnreadableReply, LookupError):
            return next_in_order(everybody, said) if len(said) < len(everybody) else None
        # Somebody answers the user.
        return chosen or (None if said else everybody[0].persona_id)


def _chosen(reply: str, ids: set[str]) -> str | None:
    """Return whom a moderator's reply names, None for nobody; raise LookupError if it says nothing of use."""
    for found in json_values(reply):
        if isinstance(found.value, dict) and "next" in found.value:
            name = found.value["next"]
            if name is None or (isinstance(name, str) and name in ids):
                return name
    raise LookupError
