"""What a provider has on offer, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from memsvc.core.chat import TokenUsage
from memsvc.providers.dialects import ProviderKind

_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A model that a provider offers here, and what it costs."""

    name: str
    #: For a million tokens of the prompt and of the answer, in the currency of the settings; None for not
    #: known.
    input_price: float | None = None
    output_price: float | None = None

    def cost(self, usage: TokenUsage) -> float | None:
        """Return what *usage* costs; None if no price is known."""
        if self.input_price is None and self.output_price is None:
            return None
        costs = (
            usage.input_tokens * (self.input_price or 0.0),
            usage.output_tokens * (self.output_price or 0.0),
        )
        return sum(costs) / _MILLION


@dataclass(frozen=True, slots=True)
class Offer:
    """What a provider has on offer."""

    name: str
    kind: ProviderKind
    #: The first one is the default.
    models: tuple[OfferedModel, ...]
    #: Whether others may be asked for.
    any_model: bool = False

    def model(self, name: str) -> OfferedModel | None:
        """Return the model of this name, "" for the default; None if it is not on offer."""
        if not name:
            return self.models[0]
        found = next((model for model in self.models if model.name == name), None)
        return OfferedModel(name) if found is None and self.any_model else found
