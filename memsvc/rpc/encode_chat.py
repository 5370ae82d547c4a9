"""From what happens in a chat to its events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from memsvc.core.chat_prompt import PromptPart
from memsvc.rpc import encode
from memsvc.usecases.chats import asking
from memsvc.usecases.chats.asking import ChatEvent
from memsvc.v1 import chat_pb2 as pb


def _context(event: asking.ContextShown) -> pb.ChatEvent:
    return pb.ChatEvent(
        context=pb.ChatContext(
            memories=[encode.scored(hit, explain=False) for hit in event.memories],
            degraded=bool(event.degradations),
            degraded_reasons=event.degradations,
            conscious=[encode.memory(memory) for memory in event.conscious],
            parts=[_part(part) for part in event.parts],
            token_budget=event.token_budget,
        )
    )


def _part(part: PromptPart) -> pb.PromptPart:
    return pb.PromptPart(
        kind=pb.PromptPartKind.Name(part.kind),
        tokens=part.tokens,
        text=part.text,
        message_ids=part.message_ids,
        shortened=part.shortened,
    )


def _done(event: asking.Done) -> pb.ChatEvent:
    return pb.ChatEvent(
        done=pb.ChatDone(
            assistant_message_id=event.message_id,
            finish_reason=pb.FinishReason.Name(event.finish),
            cached=event.cached,
            provider=event.provider,
            model=event.model,
            job_id=event.job_id,
            revision=event.revision,
            replayed=event.replayed,
        )
    )


def _citation(event: asking.Cited) -> pb.ChatEvent:
    page = event.page
    return pb.ChatEvent(
        citation=pb.ChatCitation(
            number=event.number, title=page.title, url=page.url, snippet=page.snippet
        )
    )


def _change(event: asking.ProviderChanged) -> pb.ChatEvent:
    return pb.ChatEvent(
        provider_change=pb.ChatProviderChange(
            provider=event.provider,
            next_provider=event.next_provider,
            next_model=event.next_model,
            reason=event.reason,
        )
    )


def _usage(event: asking.Used) -> pb.ChatEvent:
    return pb.ChatEvent(
        usage=pb.ChatUsage(
            input_tokens=event.usage.input_tokens,
            output_tokens=event.usage.output_tokens,
            estimated=event.usage.estimated,
            cost=event.cost,
        )
    )


def _started(event: asking.Started) -> pb.ChatEvent:
    return pb.ChatEvent(
        started=pb.ChatStarted(
            conversation_id=event.conversation_id, user_message_id=event.user_message_id
        )
    )


def _speaking(event: asking.Speaking) -> pb.ChatEvent:
    return pb.ChatEvent(
        speaker=pb.ChatSpeaker(persona_id=event.persona_id, name=event.name, turn=event.turn)
    )


def _turn_end(event: asking.TurnEnded) -> pb.ChatEvent:
    return pb.ChatEvent(
        turn_end=pb.ChatTurnEnd(
            persona_id=event.persona_id,
            assistant_message_id=event.message_id,
            finish_reason=pb.FinishReason.Name(event.finish),
        )
    )


_ENCODERS: Final[Mapping[type[Any], Callable[[Any], pb.ChatEvent]]] = {
    asking.Started: _started,
    asking.ContextShown: _context,
    asking.Delta: lambda event: pb.ChatEvent(delta=pb.ChatDelta(text=event.text)),
    asking.Thought: lambda event: pb.ChatEvent(reasoning=pb.ChatReasoning(text=event.text)),
    asking.Titled: lambda event: pb.ChatEvent(title=pb.ChatTitle(title=event.title)),
    asking.Used: _usage,
    asking.Keepalive: lambda _: pb.ChatEvent(keepalive=pb.ChatKeepalive()),
    asking.Speaking: _speaking,
    asking.TurnEnded: _turn_end,
    asking.Cited: _citation,
    asking.ProviderChanged: _change,
    asking.Done: _done,
}


def event(value: ChatEvent) -> pb.ChatEvent:
    """Return an event on the wire."""
    return _ENCODERS[type(value)](value)
