"""What lets the guard pass a pattern over is true of the pattern: no match without a need, none longer."""

from __future__ import annotations

from dataclasses import dataclass
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.core.guard import SIGNALS
from memsvc.core.guard_signals import Lookup, Signal

#: What a pattern may look at behind its match.
LOOK_AHEAD: Final = 20
#: Stands for characters that are not told apart.
ANY: Final = "\0"


@dataclass(frozen=True, slots=True)
class Ways:
    """The texts, by their last characters, that a part of a pattern may match without any of the needs."""

    needs: tuple[str, ...]

    def through(self, parsed: Any, before: set[str]) -> set[str]:
        """Return what stands behind a parsed pattern, of what stands *before* it."""
        for code, argument in parsed:
            before = self._step(code, argument, before)
        return before

    def _step(self, code: Any, argument: Any, before: set[str]) -> set[str]:
        if code is _constants.LITERAL:
            return self._without(before, {chr(argument)})
        if code is _constants.SUBPATTERN:
            return self.through(argument[3], before)
        if code is _constants.BRANCH:
            return set().union(*(self.through(branch, before) for branch in argument[1]))
        if code in {
            _constants.MAX_REPEAT,
            _constants.MIN_REPEAT,
            _constants.POSSESSIVE_REPEAT,
        }:
            return self._repeated(argument, before)
        if code in {_constants.AT, _constants.ASSERT, _constants.ASSERT_NOT}:
            return before
        return self._without(before, _letters(code, argument))

    def _repeated(self, argument: Any, before: set[str]) -> set[str]:
        low, high, inner = argument
        once = self.through(inner, before)
        many = once if high == 1 or not once else once | self.through(inner, {ANY})
        return many | before if low == 0 else many

    def _without(self, before: set[str], letters: set[str]) -> set[str]:
        """Return *before* with each of *letters* behind it, as far as that holds no need."""
        longest = max(map(len, self.needs))
        longer = {(text + letter)[-longest:] for text in before for letter in letters}
        free = {text for text in longer if not any(text.endswith(need) for need in self.needs)}
        return {text[text.rfind(ANY) :] if ANY in text else text for text in free}


def _letters(code: Any, argument: Any) -> set[str]:
    few = code is _constants.IN and all(kind is _constants.LITERAL for kind, _ in argument)
    return {chr(letter) for _, letter in argument} if few else {ANY}


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda one: one.name)
def test_no_pattern_matches_without_a_need(signal: Signal) -> None:
    """Every way through a pattern goes through one of the texts that are looked for first."""
    parsed = _parser.parse(signal.pattern.pattern, signal.pattern.flags)

    assert Ways(signal.needs).through(parsed, {""}) == set()


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda one: one.name)
def test_no_match_is_longer_than_the_reach(signal: Signal) -> None:
    """A match with what is looked at behind it lies within the reach of a need."""
    parsed = _parser.parse(signal.pattern.pattern, signal.pattern.flags)

    assert parsed.getwidth()[1] + LOOK_AHEAD <= signal.reach


NEEDS: Final = sorted({need for signal in SIGNALS for need in signal.needs})
PIECES: Final = [*NEEDS, "the user ", "rules ", ", ", ". ", "x" * 200, "\n", "must "]


@given(st.lists(st.sampled_from(PIECES)))
def test_a_signal_is_found_as_if_all_was_searched(pieces: list[str]) -> None:
    """Looking only near what a pattern needs finds what looking everywhere finds, in a sentence if it says so."""
    text = " ".join(pieces)

    found = Lookup(SIGNALS).standing(text)

    assert found == [signal for signal in SIGNALS if signal.stands_in(text)]
    for signal in SIGNALS:
        matches = bool(signal.pattern.search(text))
        assert matches or signal not in found
        assert signal in found or not matches or signal.in_sentence


@given(st.sampled_from(SIGNALS), st.sampled_from(PIECES), st.integers(1, 400))
def test_no_character_is_searched_more_than_twice(signal: Signal, piece: str, times: int) -> None:
    """However often a need stands in a text, what is searched for it grows with the text, not faster."""
    text = f"{signal.needs[0]} {piece} " * times
    places = [at for at in range(len(text)) if text.startswith(signal.needs, at)]

    for stretches in (signal._near(places), signal._sentences(text, places)):
        searched = sum(min(end, len(text)) - start for start, end in stretches)
        assert searched <= 2 * (len(text) + signal.reach)
