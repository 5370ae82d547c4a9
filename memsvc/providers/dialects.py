"""In what the servers that speak OpenAI's protocol differ, as their makers document it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from memsvc.core.chat import AnswerOptions, ReasoningEffort


class ProviderKind(StrEnum):
    """Whose server it is."""

    OPENAI = "openai"
    XAI = "xai"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"
    DEEPSEEK = "deepseek"
    OPENROUTER = "openrouter"
    LMSTUDIO = "lmstudio"
    OLLAMA = "ollama"
    #: Any other.
    COMPATIBLE = "compatible"


def _effort(effort: ReasoningEffort) -> dict[str, Any]:
    return {"reasoning_effort": effort.value}


def _low_or_high(effort: ReasoningEffort) -> dict[str, Any]:
    # xAI knows two.
    return {"reasoning_effort": "low" if effort is ReasoningEffort.LOW else "high"}


def _nested(effort: ReasoningEffort) -> dict[str, Any]:
    return {"reasoning": {"effort": effort.value}}


def _nothing(_: ReasoningEffort) -> dict[str, Any]:
    # The model's name says whether it reasons.
    return {}


_THINKING_TOKENS: Final = {
    ReasoningEffort.LOW: 2_000,
    ReasoningEffort.MEDIUM: 8_000,
    ReasoningEffort.HIGH: 16_000,
}


def _thinking(effort: ReasoningEffort) -> dict[str, Any]:
    return {"thinking": {"type": "enabled", "budget_tokens": _THINKING_TOKENS[effort]}}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a kind of server wants to be asked, and how it answers."""

    #: Where it is, up to and including what stands before "/chat/completions"; "" if anywhere.
    base_url: str = ""
    #: The field that limits the answer.
    length_field: str = "max_tokens"
    #: Above this temperature a request is refused or cut down to it.
    temperature_max: float = 2.0
    #: What asks for reasoning.
    reasoning: Callable[[ReasoningEffort], Mapping[str, Any]] = _effort
    #: Reasoning takes tokens from the limit of the answer, so the limit has to be above them, and the
    #: temperature has to be left alone.
    thinks_within_limit: bool = False
    #: Some models put their reasoning into the text, between <think> and </think>.
    think_tags: bool = False

    def request(self, options: AnswerOptions) -> dict[str, Any]:
        """Return the fields that *options* ask for."""
        fields: dict[str, Any] = {}
        if options.temperature is not None:
            fields["temperature"] = min(options.temperature, self.temperature_max)
        if options.max_output_tokens is not None:
            fields[self.length_field] = options.max_output_tokens
        effort = options.reasoning_effort
        if effort is not None:
            fields |= self.reasoning(effort)
            if self.thinks_within_limit:
                fields.pop("temperature", None)
                answer = options.max_output_tokens or _ANSWER_TOKENS
                fields[self.length_field] = answer + _THINKING_TOKENS[effort]
        return fields


#: How long an answer may be after its reasoning where nobody said.
_ANSWER_TOKENS: Final = 4_096

DIALECTS: Final[Mapping[ProviderKind, Dialect]] = {
    ProviderKind.OPENAI: Dialect("https://api.openai.com/v1", "max_completion_tokens"),
    ProviderKind.XAI: Dialect(
        "https://api.x.ai/v1", "max_completion_tokens", reasoning=_low_or_high
    ),
    # Its compatible endpoint: ignores reasoning_effort, caps the temperature, keeps its thoughts.
    ProviderKind.ANTHROPIC: Dialect(
        "https://api.anthropic.com/v1",
        temperature_max=1.0,
        reasoning=_thinking,
        thinks_within_limit=True,
    ),
    ProviderKind.GEMINI: Dialect("https://generativelanguage.googleapis.com/v1beta/openai"),
    ProviderKind.DEEPSEEK: Dialect("https://api.deepseek.com/v1", reasoning=_nothing),
    ProviderKind.OPENROUTER: Dialect("https://openrouter.ai/api/v1", reasoning=_nested),
    ProviderKind.LMSTUDIO: Dialect("http://127.0.0.1:1234/v1", think_tags=True),
    ProviderKind.OLLAMA: Dialect("http://127.0.0.1:11434/v1", think_tags=True),
    ProviderKind.COMPATIBLE: Dialect(think_tags=True),
}
