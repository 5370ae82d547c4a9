"""Who can be asked for an answer, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from memsvc.core.errors import ModelNotFound, ProviderNotConfigured, ProviderNotFound
from memsvc.core.personas import Persona
from memsvc.providers.chat_model import ChatModel
from memsvc.providers.offers import OfferedModel
from memsvc.usecases.chats.asking import ChatAsk

#: The setting that names the providers of chats.
SETTING: Final = "chat_providers"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider to ask, and the model to ask it for."""

    provider: ChatModel
    model: OfferedModel


@dataclass(frozen=True, slots=True)
class ChatProviders:
    """The providers that answer chats, in the order in which they are asked."""

    models: Sequence[ChatModel]

    def named(self, name: str) -> ChatModel:
        """Return the provider of this name; raise ProviderNotFound."""
        found = next((one for one in self.models if one.offer.name == name), None)
        if found is None:
            raise ProviderNotFound(field="provider")
        return found

    def offers(self, provider: str = "") -> list[tuple[str, OfferedModel]]:
        """Return the models of a provider, of all for ""; raise ProviderNotFound."""
        chosen = [self.named(provider)] if provider else self.models
        return [(one.offer.name, model) for one in chosen for model in one.offer.models]

    def candidates(self, ask: ChatAsk, persona: Persona | None = None) -> list[Candidate]:
        """Return whom to ask, first choice first.

        What the request names is asked and nobody else. A persona's provider is the first choice, if the
        server has it. Raises ProviderNotConfigured, ProviderNotFound and ModelNotFound.
        """
        if not self.models:
            raise ProviderNotConfigured(setting=SETTING)
        if ask.provider:
            provider = self.named(ask.provider)
            model = provider.offer.model(ask.model)
            if model is None:
                raise ModelNotFound(field="model")
            return [Candidate(provider, model)]
        if ask.model:
            return self._offering(ask.model)
        order = [Candidate(one, one.offer.models[0]) for one in self.models]
        if persona is None or not (persona.provider or persona.model):
            return order
        first = [
            Candidate(one, model)
            for one in self.models
            if persona.provider in {"", one.offer.name}
            and (model := one.offer.model(persona.model) or one.offer.models[0])
            and (persona.provider or model.name == persona.model)
        ][:1]
        return [*first, *(one for one in order if one.provider not in [c.provider for c in first])]

    def _offering(self, model_name: str) -> list[Candidate]:
        found = [
            Candidate(one, model)
            for one in self.models
            if (model := one.offer.model(model_name)) is not None
        ]
        if not found:
            raise ModelNotFound(field="model")
        return found
