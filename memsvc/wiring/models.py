"""The models: what embeds texts, what draws facts, what judges them."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Final

from memsvc.config import Settings
from memsvc.config_models import EmbedderSettings, ProviderSettings
from memsvc.core.model import EmbeddingSpace
from memsvc.providers.chat_model import ChatModel
from memsvc.providers.embedding import Embedder
from memsvc.providers.extraction import Extractor, ModelExtractor
from memsvc.providers.language_model import LanguageModel, ModelLimits
from memsvc.providers.local_embedding import LocalEmbedder
from memsvc.providers.minilm_graph import DIMENSION, MODEL, revision
from memsvc.providers.offers import Offer, OfferedModel
from memsvc.providers.offline import OfflineExtractor
from memsvc.providers.openai_embedding import REVISION, OpenAIEmbedder
from memsvc.providers.profile_judge import ProfileJudge
from memsvc.providers.web_search import SearxngSearch, WebSearch
from memsvc.usecases.embedders import Embedders, NamedEmbedder

#: What the local model's vectors are, known without loading it.
LOCAL_SPACE: Final = EmbeddingSpace(MODEL, revision("int8"), DIMENSION)


def embedders(settings: Settings) -> Embedders:
    """Return every embedder of the settings; none is loaded yet."""
    default = settings.default_embedder()
    return Embedders(
        _named(default, settings) if default else None,
        [_named(one, settings) for one in settings.embedders],
        strict=settings.embedding_space_strict,
    )


def _named(one: EmbedderSettings, settings: Settings) -> NamedEmbedder:
    match one.kind:
        case "local":
            folder = settings.model_dir or settings.data_dir / "models"
            load = partial(LocalEmbedder.load, folder, threads=one.threads)
            return NamedEmbedder(one.name, LOCAL_SPACE.model, load, LOCAL_SPACE.__eq__)
        case "openai":
            return NamedEmbedder(
                one.name, one.model, partial(_load_openai, one), partial(_may_be_of, one)
            )


async def _load_openai(one: EmbedderSettings) -> Embedder:
    return await OpenAIEmbedder.load(
        one.base_url,
        one.key(),
        one.model,
        dimension=one.dimension,
        timeout=one.timeout_seconds,
    )


def _may_be_of(one: EmbedderSettings, space: EmbeddingSpace) -> bool:
    known = (one.model, REVISION, one.dimension or space.dimension)
    return known == (space.model, space.revision, space.dimension)


def language_model(provider: ProviderSettings) -> LanguageModel:
    """Return the language model of a provider."""
    return LanguageModel(
        provider.name,
        provider.address,
        provider.key(),
        _default_model(provider),
        limits=_limits(provider, provider.calls_max),
        structured=provider.structured,
    )


def chat_models(settings: Settings) -> list[ChatModel]:
    """Return the models that answer chats, in the order in which they are asked."""
    providers = [settings.provider(name) for name in settings.chat_providers]
    return [
        ChatModel(
            _offer(provider),
            provider.address,
            provider.key(),
            limits=_limits(provider, provider.streams_max),
        )
        for provider in providers
        if provider is not None
    ]


def title_model(settings: Settings) -> LanguageModel | None:
    """Return the model that gives titles, None for titles of the first words."""
    provider = settings.provider(settings.title_provider)
    return None if provider is None else language_model(provider)


def web_search(settings: Settings) -> WebSearch | None:
    """Return the search engine, None for none."""
    if not settings.web_search_url:
        return None
    return SearxngSearch(settings.web_search_url, settings.web_search_key())


def _offer(provider: ProviderSettings) -> Offer:
    others = [
        OfferedModel(one.name, one.input_price, one.output_price)
        for one in provider.models
        if one.name != provider.model
    ]
    return Offer(
        provider.name, provider.kind, (_default_model(provider), *others), provider.any_model
    )


def _default_model(provider: ProviderSettings) -> OfferedModel:
    return OfferedModel(provider.model, provider.input_price, provider.output_price)


def _limits(provider: ProviderSettings, calls_max: int) -> ModelLimits:
    return ModelLimits(
        connect_seconds=provider.connect_seconds,
        first_byte_seconds=provider.first_byte_seconds,
        chunk_seconds=provider.chunk_seconds,
        total_seconds=provider.total_seconds,
        calls_max=calls_max,
    )


def extractor(settings: Settings) -> Extractor:
    """Return what draws facts: a provider's model, or the patterns where none is named."""
    provider = settings.provider(settings.extraction_provider)
    return (
        OfflineExtractor()
        if provider is None
        else ModelExtractor(language_model(provider), secrets.token_bytes)
    )


def judge(settings: Settings) -> ProfileJudge | None:
    """Return the model that chooses essential facts, None for the rules."""
    provider = settings.provider(settings.consolidation_provider)
    return None if provider is None else ProfileJudge(language_model(provider), secrets.token_bytes)
