"""Chunks of a streamed answer, as the servers that speak OpenAI's protocol write them, tolerantly read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from memsvc.core.characters import CharacterStream
from memsvc.core.chat import AnswerPiece, FinishReason
from memsvc.providers.metering import read_usage
from memsvc.providers.model_errors import ErrorClass, ModelBusy, ModelError, ModelUnavailable

DONE: Final = b"[DONE]"
_OPEN: Final = "<think>"
_CLOSE: Final = "</think>"
_FINISH: Final = {
    "stop": FinishReason.STOP,
    "eos": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    **dict.fromkeys(
        # OpenAI's, Gemini's own names, those of Zhipu and Anthropic.
        (
            "content_filter",
            "safety",
            "recitation",
            "blocklist",
            "prohibited_content",
            "spii",
            "sensitive",
            "refusal",
        ),
        FinishReason.CONTENT_FILTER,
    ),
}
#: The server ends the answer, though the model had not.
_BROKE_OFF: Final = frozenset({"error", "insufficient_system_resource"})
_TOO_MANY: Final = "429"


def read_chunk(data: bytes) -> AnswerPiece:
    """Return what one event of the stream holds; nothing for what is no chunk.

    Raises ModelError if the server says in the stream that it failed.
    """
    try:
        chunk = json.loads(data)
    except (ValueError, RecursionError):
        return AnswerPiece()
    if not isinstance(chunk, dict):
        return AnswerPiece()
    if error := chunk.get("error"):
        raise _failure(error)
    choices = chunk.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    # Azure and OpenAI send chunks without a choice, first or last.
    if not isinstance(choice, dict):
        return AnswerPiece(usage=read_usage(chunk))
    if error := choice.get("error"):
        raise _failure(error)
    reason = choice.get("finish_reason")
    if isinstance(reason, str) and reason in _BROKE_OFF:
        raise ModelUnavailable(ErrorClass.MODEL_FAILED)
    delta = choice.get("delta")
    text, reasoning, refusal = "", "", ""
    if isinstance(delta, dict):
        content = delta.get("content")
        text = _text(content)
        # DeepSeek, xAI, LM Studio and vLLM name it so; OpenRouter and Ollama otherwise; Mistral's are in the content.
        named = _string(delta, "reasoning_content") or _string(delta, "reasoning")
        reasoning = named or _thoughts(content)
        refusal = _string(delta, "refusal")
    finish = read_finish(reason)
    if refusal:
        text, finish = text + refusal, FinishReason.CONTENT_FILTER
    return AnswerPiece(text, reasoning, finish, read_usage(chunk))


def read_finish(reason: object) -> FinishReason | None:
    """Return what a server's *reason* means, None if it is none; one that is not known is an end like any."""
    if not isinstance(reason, str):
        return None
    # Gemini's endpoint may say more after a colon, such as "content_filter: PROHIBITED_CONTENT".
    return _FINISH.get(reason.lower().partition(":")[0], FinishReason.STOP)


def _text(content: object) -> str:
    """Return what *content* says: a string, or parts as Mistral's models send them."""
    if isinstance(content, str):
        return content
    return "".join(_string(part, "text") for part in _parts(content))


def _thoughts(content: object) -> str:
    """Return what the parts of *content* say that are thoughts, and made of parts themselves."""
    return "".join(_text(part.get("thinking")) for part in _parts(content))


def _parts(content: object) -> list[dict[str, Any]]:
    return [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []


def _string(delta: dict[str, Any], name: str) -> str:
    value = delta.get(name)
    return value if isinstance(value, str) else ""


def _failure(error: object) -> ModelError:
    code = error.get("code") if isinstance(error, dict) else None
    return ModelBusy() if str(code) == _TOO_MANY else ModelUnavailable(ErrorClass.MODEL_FAILED)


class AnswerReader:
    """Makes whole pieces of chunks, which may cut characters and tags apart."""

    def __init__(self, *, think_tags: bool) -> None:
        """Begin; with *think_tags* the text may begin with thoughts."""
        # Some servers send the halves of a character apart.
        self._text, self._reasoning = CharacterStream(), CharacterStream()
        self._splitter = ThoughtSplitter() if think_tags else None

    def feed(self, chunk: AnswerPiece) -> Iterator[AnswerPiece]:
        """Yield what is certain of a chunk; what else it says stands in the first piece."""
        text = self._text.feed(chunk.text)
        first = replace(chunk, text=text, reasoning=self._reasoning.feed(chunk.reasoning))
        yield from self._split(first)

    def end(self) -> Iterator[AnswerPiece]:
        """Yield what was held back."""
        last = AnswerPiece(self._text.end(), self._reasoning.end())
        if last.text or last.reasoning:
            yield from self._split(last)
        if self._splitter:
            yield from self._splitter.end()

    def _split(self, piece: AnswerPiece) -> Iterator[AnswerPiece]:
        if self._splitter is None or not piece.text:
            yield piece
            return
        yield replace(piece, text="")
        yield from self._splitter.feed(piece.text)


class ThoughtSplitter:
    """Tells a model's thoughts, which it writes between tags at the beginning, from its answer."""

    def __init__(self) -> None:
        """Begin before the first word."""
        self._held = ""
        #: None until it is known whether the answer begins with thoughts.
        self._thinking: bool | None = None
        #: The thoughts are over and the answer has not begun.
        self._begins = False

    def feed(self, text: str) -> Iterator[AnswerPiece]:
        """Yield what is certain of *text*; what may be half a tag is held back."""
        if self._thinking is False:
            yield from self._answer(text)
            return
        self._held += text
        if self._thinking is None:
            begun = self._held.lstrip()
            if not begun or (len(begun) < len(_OPEN) and _OPEN.startswith(begun)):
                return
            self._thinking = begun.startswith(_OPEN)
            self._held = begun.removeprefix(_OPEN) if self._thinking else self._held
        if self._thinking:
            yield from self._thoughts()
        else:
            yield from self.end()

    def _thoughts(self) -> Iterator[AnswerPiece]:
        thought, tag, rest = self._held.partition(_CLOSE)
        if tag:
            self._thinking, self._held, self._begins = False, "", True
            if thought:
                yield AnswerPiece(reasoning=thought)
            yield from self._answer(rest)
            return
        kept = next((n for n in range(len(_CLOSE) - 1, 0, -1) if thought.endswith(_CLOSE[:n])), 0)
        certain, self._held = thought[: len(thought) - kept], thought[len(thought) - kept :]
        if certain:
            yield AnswerPiece(reasoning=certain)

    def _answer(self, text: str) -> Iterator[AnswerPiece]:
        """Yield what is said after the thoughts, without the lines between."""
        text = text.lstrip() if self._begins else text
        if text:
            self._begins = False
            yield AnswerPiece(text)

    def end(self) -> Iterator[AnswerPiece]:
        """Yield what was held back."""
        held, self._held = self._held, ""
        if held:
            yield AnswerPiece(reasoning=held) if self._thinking else AnswerPiece(held)
