"""What a server is, and what it can do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from memsvc.core.model import EmbeddingSpace
from memsvc.telemetry import VERSION
from memsvc.usecases.embedding import Embedding


class Capability(StrEnum):
    """Something that one server can do and another cannot."""

    SEMANTIC_RANKING = "SEMANTIC_RANKING"
    CONTEXTUAL_RANKING = "CONTEXTUAL_RANKING"
    OWN_EMBEDDINGS = "OWN_EMBEDDINGS"
    TIME_TRAVEL = "TIME_TRAVEL"
    FACT_EXTRACTION = "FACT_EXTRACTION"
    MODEL_EXTRACTION = "MODEL_EXTRACTION"


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a client may want to know before it tries."""

    version: str
    capabilities: tuple[Capability, ...]
    #: None if there is no embedder, or it was never reached.
    embedder: EmbeddingSpace | None


class ServerInfo:
    """Tells what this server is."""

    def __init__(self, embedding: Embedding, *, by_model: bool) -> None:
        """Tell how texts are embedded by *embedding*, and whether facts are drawn *by_model*."""
        self._embedding = embedding
        self._by_model = by_model

    def __call__(self) -> ServerFacts:
        """Return the facts as they are now."""
        space = self._embedding.space
        by_meaning = (Capability.SEMANTIC_RANKING, Capability.OWN_EMBEDDINGS) if space else ()
        always = (
            Capability.CONTEXTUAL_RANKING,
            Capability.TIME_TRAVEL,
            Capability.FACT_EXTRACTION,
        )
        by_model = (Capability.MODEL_EXTRACTION,) if self._by_model else ()
        return ServerFacts(VERSION, (*by_meaning, *always, *by_model), space)
