"""What an attempt to plant instructions looks like: signals, each with its weight.

Every pattern is linear: its repetitions are bounded, or possessive, so that each place of a text costs at
most a fixed number of steps. They are matched against text in lower case without hidden characters.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

#: How long a match may be, with what is looked at behind it, unless a signal says otherwise; in characters.
REACH: Final = 300


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

    def stands_in(self, plain: str, start: int = 0, end: int = sys.maxsize) -> bool:
        """Return whether the pattern matches somewhere in a passage of a folded text.

        The pattern is dear, and what it needs is rare: it is only tried where one of its needs is near.
        """
        return any(
            self._matches(plain, max(first, start), min(last, end))
            for first, last in self._near(plain, start, end)
        )

    def _near(self, plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the stretches of a passage in which a match may begin and end, apart from each other."""
        there = [need for need in self.needs if plain.find(need, start, end) >= 0]
        if there and min(end, len(plain)) - start <= 2 * self.reach:
            yield start, end
            return
        last: tuple[int, int] | None = None
        for at in sorted(chain.from_iterable(_places(plain, need, start, end) for need in there)):
            if last is not None and at - self.reach > last[1]:
                yield last
                last = None
            last = (last[0] if last else max(at - self.reach, 0), at + self.reach)
        if last is not None:
            yield last

    def _matches(self, plain: str, start: int, end: int) -> bool:
        """Return whether a match stands between two places of a text, the whole of which is looked at."""
        while found := self.pattern.search(plain, start, end):
            # Where a stretch is cut off, what is no match may look like one.
            if self.pattern.match(plain, found.start()):
                return True
            start = found.start() + 1
        return False


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
SENSITIVE: Final = (
    r"(?:conversations?|chat|history|transcripts?|messages?|memor(?:y|ies)|everything|whatever|user'?s?|prompts?"
    r"|passwords?|credentials?|api keys?|keys?|tokens?|secrets?|environment(?: variables)?|\.env|contact list|notes|e-?mails"
    r"|location|credit card|card number|recovery phrase|names of|calendar|data)"
)
SENDING: Final = (
    r"(?:send|forward|post|upload|e-?mail|mail|transmit|leak|exfiltrate|export|copy|share|submit|deliver|report|dump"
    r"|stream|append|put|write|encode|encodes?|make a get request|request|commit|collect|posts)"
)
PLACE: Final = r"(?:(?:https?|ftp|wss?)://|[\w.+-]{1,40}+@[\w-]{1,40}+\.|webhook|telegram|\+\d{2} |@\w{3}|\bto me\b|\bhere\b|public)"
SOMEONE: Final = r"(?:the |this |a )?(?:user|users|somebody|someone|anyone|customer)(?:'s)?"


def signal(name: str, weight: float, pattern: str, needs: str, reach: int = REACH) -> Signal:
    """Return a signal; *needs* are separated by semicolons."""
    return Signal(name, weight, re.compile(pattern), tuple(needs.split(";")), reach)
