"""The write guard: whether a text that is to be remembered tries to plant instructions.

It is deterministic and looks at the text alone. What it finds are signals of several kinds; their weights
add up to a score, and the tenant's policy makes an action of that. A text that talks *about* attacks is
only flagged: it says so in words, and a memory has to be able to hold it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import Final

from memsvc.core.guard_assistant import ASSISTANTS
from memsvc.core.guard_general import GENERAL
from memsvc.core.guard_languages import LANGUAGES
from memsvc.core.guard_orders import ORDERS
from memsvc.core.guard_payloads import PAYLOADS
from memsvc.core.guard_signals import Lookup, Signal
from memsvc.core.guard_text import decoded, disguised, folded, hidden_share

#: From these scores on a text is flagged, and put aside or rejected.
FLAG_SCORE: Final = 0.6
STOP_SCORE: Final = 0.7
#: By what a score is multiplied where the text says that it talks about such things.
TALK_FACTOR: Final = 0.5
#: How long a part of a long text is, and by how much two of them overlap: a passage.
PART_CHARACTERS: Final = 8_000
OVERLAP_CHARACTERS: Final = 600
#: How long a passage is: what stands so near together may belong together.
PASSAGE_CHARACTERS: Final = 600
#: How far from a passage a text may say that it talks about such things: in the rest of a sentence that was cut.
TALK_CHARACTERS: Final = 200
#: All kinds of evidence.
SIGNALS: Final = (*ORDERS, *GENERAL, *ASSISTANTS, *PAYLOADS, *LANGUAGES)
_LOOKUP: Final = Lookup(SIGNALS)
#: Signals that mean more when the text says them in disguise.
_DISGUISE_WEIGHT: Final = 1.0
#: Signals that no talk explains.
_UNDOUBTED: Final = frozenset({"hidden_text", "disguise"})
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


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What speaks against a passage: signals with their weights, and whether it talks about such things."""

    signals: Mapping[str, float]
    talks: bool = False

    @property
    def score(self) -> float:
        return min(sum(self.signals.values()), 1.0) * (TALK_FACTOR if self.talks else 1.0)

    @property
    def is_flagged(self) -> bool:
        return sum(self.signals.values()) >= FLAG_SCORE


_STRICTEST: Final = {
    GuardPolicy.OFF: GuardAction.ALLOW,
    GuardPolicy.FLAG: GuardAction.FLAG,
    GuardPolicy.QUARANTINE: GuardAction.QUARANTINE,
    GuardPolicy.REJECT: GuardAction.REJECT,
}


def judge(text: str, policy: GuardPolicy) -> GuardVerdict:
    """Return what the guard says of *text* under a tenant's *policy*.

    Pure; the time that it takes grows with the length of the text. Of a long text each passage is judged by
    itself and the worst one counts: what stands pages apart is no order. Other work gets its turn between two
    parts.
    """
    if policy is GuardPolicy.OFF:
        return GuardVerdict()
    worst = max(map(_weighed, _parts(text)), key=_badness)
    if not worst.is_flagged:
        return GuardVerdict(score=worst.score)
    action = _STRICTEST[policy] if worst.score >= STOP_SCORE else GuardAction.FLAG
    return GuardVerdict(tuple(sorted(worst.signals)), worst.score, action)


def _parts(text: str) -> Iterator[str]:
    """Yield a text in parts that overlap."""
    for start, end in _stretches(len(text), PART_CHARACTERS, OVERLAP_CHARACTERS):
        yield text[start:end]


def _stretches(length: int, size: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Yield where stretches of a *size* begin and end in a text, each over the end of the one before."""
    yield 0, size
    for start in range(size - overlap, length - overlap, size - overlap):
        yield start, start + size


def _weighed(text: str) -> _Evidence:
    """Return what speaks against the worst passage of a part of a text."""
    plain = folded(text)
    found = _LOOKUP.standing(plain)
    openly = _weights(found)
    beyond = dict(_beyond(text, plain, openly))
    # All passages together say no less than one of them.
    if sum(openly.values()) + sum(beyond.values()) < FLAG_SCORE:
        return _Evidence(openly)
    found = [signal.narrowed(plain) for signal in found]
    passages = _stretches(len(plain), PASSAGE_CHARACTERS, PASSAGE_CHARACTERS // 2)
    return max(
        (_passage(plain, place, found, beyond) for place in passages),
        key=_badness,
    )


def _badness(evidence: _Evidence) -> tuple[bool, float]:
    return evidence.is_flagged, evidence.score


def _passage(
    plain: str, place: tuple[int, int], found: Sequence[Signal], beyond: Mapping[str, float]
) -> _Evidence:
    """Return what speaks against one passage, and *beyond* it against the text."""
    weights = _weights(signal for signal in found if signal.stands_in(plain, *place))
    evidence = _Evidence({**weights, **beyond})
    doubtful = evidence.is_flagged and not beyond.keys() & _UNDOUBTED
    start, end = max(place[0] - TALK_CHARACTERS, 0), place[1] + TALK_CHARACTERS
    return replace(evidence, talks=bool(doubtful and _TALK.search(plain, start, end)))


def _weights(signals: Iterable[Signal]) -> dict[str, float]:
    """Return the weights of *signals* by name; of one name the heaviest counts."""
    weights: dict[str, float] = {}
    for signal in signals:
        weights[signal.name] = max(signal.weight, weights.get(signal.name, 0.0))
    return weights


def _matched(plain: str) -> dict[str, float]:
    """Return the signals of a folded text with their weights."""
    return _weights(_LOOKUP.standing(plain))


def _beyond(text: str, plain: str, openly: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yield the signals of what a text says, but not *openly*."""
    if (share := hidden_share(text)) > 0:
        yield "hidden_text", share
    if any(_is_order(reading, around, openly) for around, reading in disguised(plain)):
        yield "disguise", _DISGUISE_WEIGHT
    for inner in decoded(text):
        if sum(_matched(folded(inner)).values()) >= _ENCODED_SCORE:
            yield "encoded", 1.0


def _is_order(reading: str, around: str, openly: Mapping[str, float]) -> bool:
    """Return whether another reading of what stands *around* disguised words says what an attack says.

    What is said there *openly* is nothing new; in all of the text it is that at most.
    """
    if "override" in openly:
        openly = _matched(around)
    if "override" in openly:
        return False
    if _COMPACT.search(reading.replace(" ", "")):
        return True
    read = _matched(reading)
    more = any(weight > openly.get(name, 0.0) for name, weight in read.items())
    return more and sum(read.values()) >= STOP_SCORE
