"""The write guard: whether a text that is to be remembered tries to plant instructions.

It is deterministic and looks at the text alone. What it finds are signals of several kinds; their weights
add up to a score, and the tenant's policy makes an action of that. A text that talks *about* attacks is
only flagged: it says so in words, and a memory has to be able to hold it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from memsvc.core.guard_languages import LANGUAGES
from memsvc.core.guard_orders import ORDERS
from memsvc.core.guard_payloads import PAYLOADS
from memsvc.core.guard_text import decoded, disguised, folded, hidden_share

#: From these scores on a text is flagged, and put aside or rejected.
FLAG_SCORE: Final = 0.6
STOP_SCORE: Final = 0.7
#: By what a score is multiplied where the text says that it talks about such things.
TALK_FACTOR: Final = 0.5
#: How long a part of a long text is, and by how much two of them overlap: no signal is longer.
PART_CHARACTERS: Final = 8_000
OVERLAP_CHARACTERS: Final = 1_000
#: All kinds of evidence.
SIGNALS: Final = (*ORDERS, *PAYLOADS, *LANGUAGES)
#: Signals that mean more when the text says them in disguise.
_DISGUISE_WEIGHT: Final = 1.0
#: What is encoded counts from this score on.
_ENCODED_SCORE: Final = 0.35
#: The compact forms of phrases, for letters that were spaced out.
_COMPACT: Final = re.compile(
    r"ignore\w{0,24}(?:instruction|rules)|disregard\w{0,16}(?:rules|instruction)|ignoreall\w{0,12}rules"
    r"|(?:reveal|print|show)\w{0,8}systemprompt|forget\w{0,12}(?:instruction|rules)|obeyme"
)
#: Words by which a text says that it talks about attacks or texts, and is none.
_TALK: Final = re.compile(
    r"\b(?:prompt injections?|injection such as|jailbreaks?|does the phrase|titled|the meme|the headline|such as [\"'“<\[]|chat template|tokeni[sz]er|tokens? such as"
    r"|red team|our chatbot|role tokens|markers such as|template (?:adds|wraps|puts)|tokens?\b[^\n.]{0,40} (?:are special|are added|as one token)|in the (?:film|play|novel|story|talk|scene|dialogue|game)|(?:he|she|it|sign|message|quoted the) "
    r"(?:says?|said|read|e-?mail)[:,]? ?[\"“]|my favourite line|workshop|in my (?:story|game|novel)|for the role ?play|my code calls|the scam|the spam|someone tried|somebody tried"
    r"|as a user, i|given a logged in user|that is in the spec|requirement r?\d)"
)


class GuardAction(IntEnum):
    """What becomes of a text, the mildest first."""

    ALLOW = 0
    FLAG = 1
    QUARANTINE = 2
    REJECT = 3


class GuardPolicy(StrEnum):
    """The strictest action that a tenant wants."""

    OFF = "off"
    FLAG = "flag"
    QUARANTINE = "quarantine"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class GuardVerdict:
    """What the guard says of a text."""

    #: The kinds of evidence, in alphabetical order, each once.
    signals: tuple[str, ...] = ()
    #: 0 to 1.
    score: float = 0.0
    action: GuardAction = GuardAction.ALLOW


_STRICTEST: Final = {
    GuardPolicy.OFF: GuardAction.ALLOW,
    GuardPolicy.FLAG: GuardAction.FLAG,
    GuardPolicy.QUARANTINE: GuardAction.QUARANTINE,
    GuardPolicy.REJECT: GuardAction.REJECT,
}


def judge(text: str, policy: GuardPolicy) -> GuardVerdict:
    """Return what the guard says of *text* under a tenant's *policy*.

    Pure; the time that it takes grows with the length of the text. Of a long text each part is judged by
    itself and the worst one counts: what stands pages apart is no order, and other work gets its turn between
    two parts.
    """
    if policy is GuardPolicy.OFF:
        return GuardVerdict()
    return max((_judged(part, policy) for part in _parts(text)), key=lambda one: one.score)


def _parts(text: str) -> Iterator[str]:
    """Yield a text in parts that overlap."""
    yield text[:PART_CHARACTERS]
    step = PART_CHARACTERS - OVERLAP_CHARACTERS
    for start in range(step, len(text) - OVERLAP_CHARACTERS, step):
        yield text[start : start + PART_CHARACTERS]


def _judged(text: str, policy: GuardPolicy) -> GuardVerdict:
    found = dict(_found(text))
    score = min(sum(found.values()), 1.0)
    if score < FLAG_SCORE:
        return GuardVerdict(score=score)
    if "hidden_text" not in found and "disguise" not in found and _TALK.search(folded(text)):
        score *= TALK_FACTOR
    strictest = _STRICTEST[policy]
    action = strictest if score >= STOP_SCORE else GuardAction.FLAG
    return GuardVerdict(tuple(sorted(found)), score, action)


def _found(text: str) -> Iterator[tuple[str, float]]:
    """Yield the signals of *text* with their weights, the heaviest of a name last."""
    plain = folded(text)
    weights = _matched(plain)
    if (share := hidden_share(text)) > 0:
        weights["hidden_text"] = share
    if any(_is_order(reading, weights) for reading in disguised(plain)):
        weights["disguise"] = _DISGUISE_WEIGHT
    for inner in decoded(text):
        read = _matched(folded(inner))
        if sum(read.values()) >= _ENCODED_SCORE:
            weights["encoded"] = 1.0
    yield from weights.items()


def _is_order(reading: str, openly: Mapping[str, float]) -> bool:
    """Return whether another reading of a text says what an attack says, and the text does not *openly*."""
    if "override" in openly:
        return False
    if _COMPACT.search(reading.replace(" ", "")):
        return True
    read = _matched(reading)
    more = any(weight > openly.get(name, 0.0) for name, weight in read.items())
    return more and sum(read.values()) >= STOP_SCORE


def _matched(plain: str) -> dict[str, float]:
    """Return the signals of a folded text; of one name the heaviest counts."""
    weights: dict[str, float] = {}
    for signal in SIGNALS:
        if weights.get(signal.name, 0.0) >= signal.weight:
            continue
        if signal.stands_in(plain):
            weights[signal.name] = signal.weight
    return weights
