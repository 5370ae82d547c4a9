"""What an attempt to plant instructions looks like: signals, each with its weight.

Every pattern is linear: its repetitions are bounded, or possessive, so that each place of a text costs at
most a fixed number of steps. They are matched against text in lower case without hidden characters.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

#: How long a match may be, with what is looked at behind it, unless a signal says otherwise; in characters.
REACH: Final = 300


#: A text is cut into pieces of so many characters, to tell at once what is not in it.
PIECE_LENGTH: Final = 4
_SENTENCE_ENDS: Final = (". ", "! ", "? ", "\n")


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of evidence."""

    name: str
    #: How much it adds to the score.
    weight: float
    pattern: re.Pattern[str]
    #: Every match holds one of these.
    needs: tuple[str, ...]
    #: No match is longer.
    reach: int = REACH
    #: Only within a sentence is it looked for.
    in_sentence: bool = False

    def stands_in(self, plain: str, start: int = 0, end: int = sys.maxsize) -> bool:
        """Return whether the pattern matches somewhere in a passage of a folded text.

        The pattern is dear, and what it needs is rare: it is only tried where one of its needs is near.
        """
        return self.stands_near(self.needs, plain, start, end)

    def narrowed(self, plain: str) -> Signal:
        """Return the same signal for parts of a text: it needs what is there of its needs."""
        return replace(self, needs=tuple(need for need in self.needs if need in plain))

    def stands_near(
        self, needs: Iterable[str], plain: str, start: int = 0, end: int = sys.maxsize
    ) -> bool:
        """Return the same, knowing that of what it needs at most these *needs* are there."""
        there = [need for need in needs if plain.find(need, start, end) >= 0]
        if not there:
            return False
        end = min(end, len(plain))
        if not self.in_sentence and end - start <= 2 * self.reach:
            return self._matches(plain, start, end)
        places = sorted(chain.from_iterable(_places(plain, need, start, end) for need in there))
        near = self._sentences(plain, places) if self.in_sentence else self._near(places)
        return any(self._matches(plain, max(a, start), min(b, end)) for a, b in near)

    def _near(self, places: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Yield the stretches around *places* in which a match may lie, apart from each other."""
        last: tuple[int, int] | None = None
        for at in places:
            if last is not None and at - self.reach > last[1]:
                yield last
                last = None
            last = (last[0] if last else max(at - self.reach, 0), at + self.reach)
        if last is not None:
            yield last

    def _sentences(self, plain: str, places: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Yield the sentences around *places*, each with the end of the one before; no more than is in reach."""
        done = 0
        for at in places:
            if at >= done:
                low, high = max(at - self.reach, 0), at + self.reach
                start = max(low, *(plain.rfind(mark, low, at) for mark in _SENTENCE_ENDS))
                ends = (plain.find(mark, at, high) for mark in _SENTENCE_ENDS)
                done = min((place for place in ends if place >= 0), default=high)
                yield start, done + 1

    def _matches(self, plain: str, start: int, end: int) -> bool:
        """Return whether a match stands between two places of a text, the whole of which is looked at."""
        while found := self.pattern.search(plain, start, end):
            # Where a stretch is cut off, what is no match may look like one.
            if self.pattern.match(plain, found.start()):
                return True
            start = found.start() + 1
        return False


class Lookup:
    """Finds which signals stand in a text, without looking for each need of each."""

    def __init__(self, signals: Sequence[Signal]) -> None:
        """Sort the needs of *signals* by the pieces that tell that they may be there."""
        self._signals = signals
        self._short: list[tuple[int, str]] = []
        self._by_piece: dict[str, list[tuple[int, str]]] = {}
        for place, need in ((p, need) for p, one in enumerate(signals) for need in one.needs):
            if len(need) <= PIECE_LENGTH:
                self._short.append((place, need))
                continue
            # Every second piece of a text is looked at: of a longer need the first or the second is among them.
            for piece in {need[:PIECE_LENGTH], need[1 : PIECE_LENGTH + 1]}:
                self._by_piece.setdefault(piece, []).append((place, need))

    def standing(self, plain: str) -> list[Signal]:
        """Return the signals that stand in a folded text, in their order."""
        pieces = {plain[at : at + PIECE_LENGTH] for at in range(0, len(plain), 2)}
        needs: dict[int, set[str]] = {}
        for piece in pieces & self._by_piece.keys():
            for place, need in self._by_piece[piece]:
                needs.setdefault(place, set()).add(need)
        for place, need in self._short:
            if need in plain:
                needs.setdefault(place, set()).add(need)
        return [
            self._signals[place]
            for place in sorted(needs)
            if self._signals[place].stands_near(needs[place], plain)
        ]


def _places(plain: str, need: str, start: int, end: int) -> Iterator[int]:
    """Yield where a need stands in a passage."""
    at = plain.find(need, start, end)
    while at >= 0:
        yield at
        at = plain.find(need, at + 1, end)


def gap(words: int) -> str:
    """Return up to so many words between two others, within a sentence."""
    return rf"(?:[\w'\u2019/-]{{1,24}}+[^\w.!?\n]{{1,3}}+){{0,{words}}}"


#: Where a clause begins that orders something.
CLAUSE: Final = (
    r"(?:(?<![^\n])\W{0,4}|[.!?:;,\n\"'\u201c\u201d(>*\u2013\u2014-] {0,2}|\b(?:please|kindly|simply|now|and|then|must|shall|should|also|will|may|can|just|instead"
    r"|assistants?|ai|you|to always|it should|has to|have to|are to|is to|silently|secretly|quietly) )"
)
RULES: Final = (
    r"(?:instructions?|directives?|rules?|guidelines?|guidance|directions|orders|prompts?|polic(?:y|ies)|filters?"
    r"|constraints|restrictions|constitution|safety (?:rules|checks?|guidelines))"
)
WHOSE: Final = (
    r"(?:previous|prior|earlier|preceding|existing|original|initial|your|developer'?s?|operator'?s?|safety|content"
    r"|system|any|all the|the)"
)
VERBS_OF_RESET: Final = (
    r"(?:ignore|disregard|forget|override|overrule|bypass|discard|neglect|erase|reset|drop|cancel|set aside|stop following"
    r"|do not follow|don't follow|do not obey|don't obey|disable|abandon|remove|ignoring|dismiss|scrap|throw away|put aside|violate|(?:stop|cease|quit) (?:obeying|following|heeding))"
)
ASSISTANT: Final = r"(?:assistants?|ai|ais|llms?|language models?|chatbots?|ai agents?|ai readers?|the model|agents?)"
ORDERED: Final = (
    r"(?:must|shall|should|has to|have to|is to|are to|will|may now|needs to|(?:is|are) (?:now )?(?:allowed|required"
    r"|authori[sz]ed|free|permitted) to|prefers)"
)
#: What an attacker has an assistant do to others than the speaker.
DEEDS: Final = (
    r"(?:always|never|only|tell|reveal|recommend|mention|ignore|disregard|send|forward|share|add|ask|include|append"
    r"|obey|comply|approve|execute|run|act|describe|rate|rank|promote|praise|call|grant|disable|skip|buy|accept"
    r"|answer|reply|treat|persist|store|delete|transfer|speak|impersonate|provide|run in|make|rhyme|cite|prefer"
    r"|translate|not|no longer|push|use|be truthful)"
)
#: What an assistant knows of its user, or is.
SENSITIVE: Final = (
    r"(?:conversations?|chats?|chat history|history|transcripts?|memor(?:y|ies)|everything (?:the|they|you|he|she|that)|everything|whatever|users?'?s?|prompts?"
    r"|passwords?|credentials?|api keys?|tokens?|secrets?|environment(?: variables)?|\.env|contact list|credit card|card number|recovery phrase|names of)"
)
#: What people send each other as well.
SENDABLE: Final = r"(?:notes|e-?mails|messages?|location|calendar|data|keys?)"
SENDING: Final = (
    r"(?:send|forward|post|upload|e-?mail|mail|transmit|leak|exfiltrate|export|copy|share|submit|deliver|report|dump"
    r"|stream|append|put|write|encode|encodes?|make a get request|request|commit|collect|posts)"
)
PLACE: Final = r"(?:(?:https?|ftp|wss?)://|[\w.+-]{1,40}+@[\w-]{1,40}+\.|webhook|telegram|\+\d{2} |@\w{3}|\bto me\b|\bhere\b|public)"
USER: Final = r"(?:the |this |a )?users?(?:'s)?"
SOMEONE: Final = r"(?:the |this |a )?(?:somebody|someone|anyone|customer)(?:'s)?"


def signal(name: str, weight: float, pattern: str, needs: str, reach: int = REACH) -> Signal:
    """Return a signal; *needs* are separated by semicolons."""
    return Signal(name, weight, re.compile(pattern), tuple(needs.split(";")), reach)


def in_sentence(name: str, weight: float, pattern: str, needs: str, reach: int = REACH) -> Signal:
    """Return a signal that is only looked for within a sentence."""
    return replace(signal(name, weight, pattern, needs, reach), in_sentence=True)
