"""The models: what embeds texts, what draws facts, what judges them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from memsvc.config import ProviderSettings, Settings
from memsvc.providers.embedding import Embedder, EmbeddingUnavailable
from memsvc.providers.extraction import Extractor, ModelExtractor
from memsvc.providers.language_model import LanguageModel, ModelLimits
from memsvc.providers.local_embedding import LocalEmbedder
from memsvc.providers.offline import OfflineExtractor
from memsvc.providers.openai_embedding import OpenAIEmbedder
from memsvc.providers.profile_judge import ProfileJudge


def embedder_loader(settings: Settings) -> Callable[[], Awaitable[Embedder]]:
    """Return what makes the configured embedder."""
    match settings.embedder:
        case "local":
            return partial(
                LocalEmbedder.load,
                settings.model_dir or settings.data_dir / "models",
                threads=settings.embedding_threads,
            )
        case "openai":
            return partial(_load_openai, settings)
        case "none":
            return NoEmbedder.load


async def _load_openai(settings: Settings) -> Embedder:
    return await OpenAIEmbedder.load(
        settings.embedding_base_url,
        settings.api_key(),
        settings.embedding_model,
        dimension=settings.embedding_dimension,
        timeout=settings.embedding_timeout_seconds,
    )


class NoEmbedder:
    """Loads nothing: the service ranks by words only."""

    @staticmethod
    async def load() -> Embedder:
        """Raise EmbeddingUnavailable."""
        await asyncio.sleep(0)
        message = "no embedder is configured"
        raise EmbeddingUnavailable(message)


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
    return OfflineExtractor() if provider is None else ModelExtractor(language_model(provider))


def judge(settings: Settings) -> ProfileJudge | None:
    """Return the model that chooses essential facts, None for the rules."""
    provider = settings.provider(settings.consolidation_provider)
    return None if provider is None else ProfileJudge(language_model(provider))
