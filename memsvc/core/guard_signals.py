"""What an attempt to plant instructions looks like: signals, each with its weight.

Every pattern is linear: its repetitions are bounded, or possessive, so that each place of a text costs at
most a fixed number of steps. They are matched against text in lower case without hidden characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of evidence."""

    name: str
    #: How much it adds to the score.
    weight: float
    pattern: re.Pattern[str]
    #: The text has to hold one of these, else the pattern is not tried.
    needs: tuple[str, ...] = ()


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


def signal(name: str, weight: float, pattern: str, needs: str) -> Signal:
    """Return a signal; *needs* are separated by semicolons."""
    return Signal(name, weight, re.compile(pattern), tuple(needs.split(";")))
