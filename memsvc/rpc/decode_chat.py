"""From a ChatRequest to what it asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from memsvc.core.chat import AnswerOptions, CacheMode, MemoryMode, ReasoningEffort
from memsvc.core.turn_taking import TurnPolicy
from memsvc.rpc.decode import RECALL_LIMIT_DEFAULT, once, optional, require
from memsvc.usecases.chats.asking import ChatAsk
from memsvc.v1 import chat_pb2

_EFFORTS: Final = {
    chat_pb2.REASONING_EFFORT_UNSPECIFIED: None,
    chat_pb2.REASONING_EFFORT_LOW: ReasoningEffort.LOW,
    chat_pb2.REASONING_EFFORT_MEDIUM: ReasoningEffort.MEDIUM,
    chat_pb2.REASONING_EFFORT_HIGH: ReasoningEffort.HIGH,
}


def chat(request: chat_pb2.ChatRequest) -> ChatAsk:
    """Return what a Chat asks for."""
    require(_violations(request))
    recall_limit = optional(request, "recall_limit")
    return ChatAsk(
        user_id=request.user_id,
        conversation_id=request.conversation_id,
        message=request.message,
        provider=request.provider,
        model=request.model,
        persona_id=request.persona_id,
        memory_mode=MemoryMode(request.memory_mode or MemoryMode.FULL),
        cache_mode=CacheMode(request.cache_mode or CacheMode.OFF),
        options=AnswerOptions(
            temperature=optional(request, "temperature"),
            max_output_tokens=optional(request, "max_output_tokens"),
            reasoning_effort=_EFFORTS[request.reasoning_effort],
        ),
        project_id=request.project_id,
        agent_id=request.agent_id,
        participants=tuple(request.participants),
        policy=TurnPolicy(request.turn_policy or TurnPolicy.ROUND_ROBIN),
        turns_max=optional(request, "turns_max"),
        memory_query=request.memory_query,
        web_search=request.web_search,
        user_message_id=request.user_message_id,
        token_budget=optional(request, "prompt_token_budget"),
        recall_limit=RECALL_LIMIT_DEFAULT if recall_limit is None else recall_limit,
        # Nothing that is encoded is kept: a turn is told again from what is stored of it.
        key=once(request, lambda _: request, request.user_id).key,
    )


def _violations(request: chat_pb2.ChatRequest) -> Iterable[tuple[str, str]]:
    moderated = request.turn_policy == chat_pb2.TURN_POLICY_MODERATOR
    if not request.message.strip():
        yield "message", "must say something"
    if not request.participants:
        for name in ("turn_policy", "turns_max"):
            if getattr(request, name):
                yield name, "needs participants"
    elif request.persona_id and not moderated:
        yield "persona_id", "must be empty with participants, unless it moderates"
    elif moderated and not request.persona_id:
        yield "persona_id", "must be the moderator's"
    if request.user_message_id and not request.conversation_id:
        yield "user_message_id", "needs the conversation_id"
