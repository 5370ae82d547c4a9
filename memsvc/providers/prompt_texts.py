"""What language models are told: the text files of memsvc.providers.prompts, each read once."""

from __future__ import annotations

from functools import cache
from importlib import resources

from memsvc.core.context_block import Fence
from memsvc.core.facts import CATEGORIES
from memsvc.core.slots import SLOTS, Slot
from memsvc.providers import prompts


@cache
def extract_facts() -> str:
    """Return the system prompt for drawing facts from a message, with today's tables of the core."""
    slots = "\n".join(f"  - {slot.name}: {_described(slot)}" for slot in SLOTS.values())
    categories = ", ".join(f'"{category}"' for category in sorted(CATEGORIES))
    return _read("extract_facts").replace("[[CATEGORIES]]", categories).replace("[[SLOTS]]", slots)


@cache
def consolidate() -> str:
    """Return the system prompt for choosing essential facts and writing a profile."""
    return _read("consolidate")


def fenced(fence: Fence, lines: str) -> str:
    """Return what a model is shown: *lines* of JSON behind a *fence* that no text in them can close."""
    told = _read("fenced").replace("[[MARK]]", fence.delimiter)
    return told.replace("[[DATA]]", fence.enclosed("data", lines))


def repair_reply(problem: str) -> str:
    """Return what a model is told whose reply had a *problem*, such as "it was empty"."""
    return _read("repair_reply").replace("[[PROBLEM]]", problem)


@cache
def title() -> str:
    """Return the system prompt for giving a conversation its title."""
    return _read("title")


def moderate(participants: str) -> str:
    """Return what a moderator is told, of *participants* as lines."""
    return _read("moderate").replace("[[PARTICIPANTS]]", participants)


def _described(slot: Slot) -> str:
    """Return what a model has to know of a slot."""
    return f"{slot.category}, {'one value at a time' if slot.single else 'many values'}"


@cache
def _read(name: str) -> str:
    return resources.files(prompts).joinpath(f"{name}.txt").read_text("utf-8").strip()
