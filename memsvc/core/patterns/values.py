"""What a pattern leaves to be read: where the value in the rest of a clause ends, if it is one."""

from __future__ import annotations

from typing import Final

from memsvc.core.patterns import names, phrases
from memsvc.core.patterns.shapes import VALUE_WORDS_MAX, Shape, Value, without_fillers

_PHRASES: Final = frozenset({Shape.ROLE, Shape.PHRASE, Shape.TASTE})


def value_of(text: str, phrase: str) -> Value:
    """Return *phrase*, which *text* begins with, as a value."""
    return Value(phrase, phrase, text[len(phrase) :])


def values(shape: Shape, rest: str, words: frozenset[str], *, several: bool) -> list[Value]:
    """Return the values that *rest*, what follows a pattern, begins with; [] if it is none.

    *words* is what the values of Shape.MEMBERS are, in small letters, and what one of the words of a
    phrase is, if it is not empty; with *several* "nuts and milk" are two values.
    """
    if shape == Shape.MEMBERS:
        return phrases.members(rest, words)
    if shape in _PHRASES:
        return phrases.phrases(shape, rest, words, several=several)
    if shape in {Shape.NAME, Shape.PERSON}:
        found = names.people(rest, shape, several=several)
    elif shape == Shape.OCCUPATION:
        found = names.occupation(rest)
    else:
        found = names.proper(without_fillers(rest), shape)
    return [value for value in found if len(value.text.split()) <= VALUE_WORDS_MAX]
