"""What chats are made of."""

from __future__ import annotations

from contextlib import AsyncExitStack

from memsvc.config import Settings
from memsvc.usecases.chats.chat import Chat
from memsvc.usecases.chats.gathering import Gathering
from memsvc.usecases.chats.moderating import Moderating
from memsvc.usecases.chats.providers import ChatProviders
from memsvc.usecases.chats.response_cache import ResponseCache
from memsvc.usecases.chats.speaking import Speaking
from memsvc.usecases.chats.storing import Storing
from memsvc.usecases.chats.titling import Titling
from memsvc.usecases.chats.turns import Turns
from memsvc.usecases.context import Context
from memsvc.usecases.memories.conscious import Conscious
from memsvc.usecases.memories.ingest import Ingest
from memsvc.usecases.memories.recall import Recall
from memsvc.usecases.quotas import Quotas
from memsvc.wiring import models


def providers(settings: Settings, stack: AsyncExitStack) -> ChatProviders:
    """Return the providers of chats; *stack* closes them."""
    asked = models.chat_models(settings)
    for one in asked:
        stack.push_async_callback(one.close)
    return ChatProviders(asked)


def response_cache(settings: Settings, context: Context) -> ResponseCache:
    """Return what keeps answers."""
    return ResponseCache(
        context, settings.response_cache_seconds, settings.response_cache_answers_max
    )


def chat(
    settings: Settings,
    context: Context,
    ingest: Ingest,
    recall: Recall,
    quotas: Quotas,
    speaking: tuple[ChatProviders, ResponseCache],
    stack: AsyncExitStack,
) -> Chat:
    """Return what answers users; *stack* lets it keep what was said last, and undoes it."""
    asked, cache = speaking
    web = models.web_search(settings)
    if web is not None:
        stack.push_async_callback(web.close)
    titles = models.title_model(settings)
    if titles is not None:
        stack.push_async_callback(titles.close)
    turns = Turns(
        context,
        asked,
        Gathering(context, recall, Conscious(context), web),
        Storing(context, ingest),
        Speaking(cache),
        Moderating(context, asked),
        Titling(titles),
        quotas,
        settings.chat_token_budget,
    )
    stack.push_async_callback(turns.flush)
    return Chat(turns, settings.chat_keepalive_seconds)
