"""Who draws facts from messages, and the one that asks a language model."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from memsvc.core.chat import ChatTurn
from memsvc.core.context_block import RANDOM_BYTES, Fence
from memsvc.core.fact_reply import FACTS_SCHEMA, parse_facts
from memsvc.core.facts import ExtractedFact
from memsvc.core.reply_json import UnreadableReply
from memsvc.providers import prompt_texts
from memsvc.providers.language_model import LanguageModel
from memsvc.providers.model_errors import ErrorClass, ModelRefused, UnusableReply

#: So many characters of a message are read, and of each of the last lines before it.
MESSAGE_LENGTH_MAX: Final = 24_000
LINE_LENGTH_MAX: Final = 2_000
#: So many lines before the message are read, the last ones.
LINES_MAX: Final = 10
#: So many characters of a reply that cannot be read are shown to the model again.
SHOWN_LENGTH_MAX: Final = 4_000
#: The role of who speaks if none is given.
USER_ROLE: Final = "user"

_UNREADABLE: Final = "there was no JSON of the form that was asked for in it"


@dataclass(frozen=True, slots=True)
class Said:
    """A message that facts are to be drawn from."""

    text: str
    #: The speaker's name if there are several speakers, else "".
    author: str
    #: The speaker's role, such as "user" or "assistant"; who has no name is called by it.
    role: str
    #: When; with a time zone.
    said: datetime
    #: Earlier lines of the conversation as (speaker, text), the last one last; context only.
    before: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn from one message."""

    #: At most FACTS_MAX.
    facts: list[ExtractedFact]
    #: How many more were found that break a rule, or were too many.
    dropped: int


class Extractor(Protocol):
    """Draws facts from messages."""

    @property
    def name(self) -> str:
        """What it is called in the configuration and in figures."""
        ...

    async def extract(self, message: Said) -> Drawn:
        """Return the facts that *message* states. Raises ModelError's subclasses."""
        ...

    async def close(self) -> None:
        """Let go of connections; afterwards every call fails."""
        ...


class ModelExtractor:
    """Asks a language model, once for each message, and once more if the reply cannot be read."""

    def __init__(
        self, model: LanguageModel, chance: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        """Take a *model*, which is closed with the extractor, and a source of *chance* for fences."""
        self._model = model
        self._chance = chance

    @property
    def name(self) -> str:
        """The provider's name."""
        return self._model.name

    async def extract(self, message: Said) -> Drawn:
        """Return the facts that *message* states, those that break a rule left out and counted.

        Of a message longer than MESSAGE_LENGTH_MAX characters the beginning is read, the rest
        is not; of the lines before it the last LINES_MAX.

        Raises ModelBusy and ModelUnavailable, whose cause may be gone later; ModelRefused, with
        REPLY_UNUSABLE if a second reply is no better than the first.
        """
        fence = Fence.of(self._chance(RANDOM_BYTES))
        system, asked = prompt_texts.extract_facts(), _asked(message, fence)
        shown = ""
        try:
            shown = await self._reply(system, asked)
            return _drawn(shown, message)
        except UnusableReply as error:
            problem = str(error.problem)
        except UnreadableReply:
            problem = _UNREADABLE
        repair = prompt_texts.repair_reply(problem)
        try:
            if not shown:
                # Roles have to alternate, so what is said of no reply belongs to the rules.
                return _drawn(await self._reply(f"{system}\n\n{repair}", asked), message)
            return _drawn(await self._reply(system, asked, shown, repair), message)
        except (UnusableReply, UnreadableReply):
            raise ModelRefused(ErrorClass.REPLY_UNUSABLE) from None

    async def close(self) -> None:
        """Close the model's connections."""
        await self._model.close()

    async def _reply(self, system: str, asked: str, shown: str = "", repair: str = "") -> str:
        """Return the model's reply to a request, or to what was wrong with its reply to it."""
        turns = [ChatTurn("system", system), ChatTurn("user", asked)]
        if repair:
            turns += [ChatTurn("assistant", shown[:SHOWN_LENGTH_MAX]), ChatTurn("user", repair)]
        return await self._model.complete(turns, schema=FACTS_SCHEMA, schema_name="facts")


def speaker(author: str, role: str) -> str:
    """Return what a model is told of who spoke: the name, or the role of who has none."""
    return author or f"The {role or USER_ROLE}"


def _asked(message: Said, fence: Fence) -> str:
    """Return the message as JSON behind a fence, so that no text of it can be taken for anything else.

    Its words are not marked, whoever spoke: they are to come back as facts.
    """
    before = [
        {"speaker": fence.plain(speaker), "text": fence.plain(text)[:LINE_LENGTH_MAX]}
        for speaker, text in message.before[-LINES_MAX:]
    ]
    asked = {
        "speaker": fence.plain(speaker(message.author, message.role)),
        "said": message.said.astimezone(UTC).isoformat(timespec="seconds"),
        "before": before,
        "message": fence.plain(message.text)[:MESSAGE_LENGTH_MAX],
    }
    return prompt_texts.fenced(fence, fence.json_line(asked))


def _drawn(reply: str, message: Said) -> Drawn:
    """Return the facts of a reply. Raises UnreadableReply."""
    parsed = parse_facts(reply, message.said)
    return Drawn(parsed.facts, parsed.dropped)
