"""The models: what embeds texts, what draws facts, what judges them."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Final

from memsvc.config import EmbedderSettings, ProviderSettings, Settings
from memsvc.core.model import EmbeddingSpace
from memsvc.providers.embedding import Embedder
from memsvc.providers.extraction import Extractor, ModelExtractor
from memsvc.providers.language_model import LanguageModel, ModelLimits
from memsvc.providers.local_embedding import LocalEmbedder
from memsvc.providers.minilm_graph import DIMENSION, MODEL, revision
from memsvc.providers.offline import OfflineExtractor
from memsvc.providers.openai_embedding import REVISION, OpenAIEmbedder
from memsvc.providers.profile_judge import ProfileJudge
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
        provider.base_url,
        provider.key(),
        provider.model,
        limits=ModelLimits(
            connect_seconds=provider.connect_seconds,
            first_byte_seconds=provider.first_byte_seconds,
            chunk_seconds=provider.chunk_seconds,
            total_seconds=provider.total_seconds,
            calls_max=provider.calls_max,
        ),
        structured=provider.structured,
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
