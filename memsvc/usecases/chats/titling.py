"""A title for a conversation: of its first words, or by a language model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from memsvc.core.characters import storable
from memsvc.core.chat import ChatTurn
from memsvc.core.chat_title import tidied, title_of
from memsvc.providers import prompt_texts
from memsvc.providers.language_model import LanguageModel
from memsvc.providers.model_errors import ModelError

#: How much of the message a model is shown, in characters, and how long it may take, in seconds.
SHOWN_MAX: Final = 2_000
SECONDS_MAX: Final = 10.0


@dataclass(frozen=True, slots=True)
class Titling:
    """Gives titles."""

    #: None for titles of the first words.
    model: LanguageModel | None

    async def title(self, message: str) -> str:
        """Return a title for a conversation that begins with *message*; "" if nothing comes of it."""
        plain = title_of(message)
        if self.model is None:
            return plain
        turns = [
            ChatTurn("system", prompt_texts.title()),
            ChatTurn("user", message[:SHOWN_MAX]),
        ]
        try:
            reply = await self.model.complete(turns, seconds=SECONDS_MAX)
        except ModelError:
            return plain
        return tidied(storable(reply)) or plain
