"""What kinds of values there are, and where in a clause any of them ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

#: A longer value is no plain one.
VALUE_WORDS_MAX: Final = 8

#: One of several values is at most this long, and so is a role.
ITEM_WORDS_MAX: Final = 5


class Shape(Enum):
    """What kind of words a value is."""

    #: A group of the pattern tells the value; the clause ends there, or goes on with another thought.
    TOLD = auto()
    #: A group of the pattern tells the value; anything may follow.
    SAID = auto()
    #: The name of a place.
    PLACE = auto()
    #: The name of a firm, a school or another body.
    ORGANISATION = auto()
    #: The name of a person or an animal, which ends the thought.
    NAME = auto()
    #: Likewise, with a capital; anything may follow.
    PERSON = auto()
    #: A job's title whose last word is known.
    OCCUPATION = auto()
    #: A few words up to the next preposition.
    ROLE = auto()
    #: A few words of any kind that stand for themselves.
    PHRASE = auto()
    #: A thing that one may like: as a phrase, but no certain one ("the second option").
    TASTE = auto()
    #: One of a list of words.
    MEMBERS = auto()


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a clause."""

    #: As it was written, without an article: "sailboat".
    text: str
    #: With its article: "a sailboat".
    phrase: str
    #: What follows it.
    rest: str = ""


_FILLER = re.compile(
    r"(?:^|[\s,]+)(?:right now|now|nowadays|these days|at the moment|currently|atm|today|again|btw|by the way|lol"
    r"|haha+|though|tbh|actually|too|as well|anyway|fyi|already|by now|for now|still|all (?:my|our) life|"
    r"all (?:my|our) lives|(?:my|our) (?:whole|entire) (?:life|lives)|full[- ]time|part[- ]time|permanently|"
    r"for good|for years|for ages|for (?:(?:the )?(?:last|past) )?(?:\w+ ){1,3}(?:days?|weeks?|months?|years?|decades?)"
    r"|so far|for work|for a (?:living|job|while)|thanks|thank you|please|honestly|etc|a lot|so much|very much|"
    r"the most|most of all|any ?more|any longer|recently|lately|a while (?:ago|back)|(?:some|a long) time ago"
    r"|long ago|ages ago|soon|some ?day|one day|in (?:\w+ ){1,2}(?:days?|weeks?|months?|years?)|or so|since then"
    r"|yet|then|there|here|specifically|in general|generally|overall|especially|instead|myself|later|eventually"
    r"|and (?:I|we) love it|you know|of course|when I was (?:\w+ ?){1,3}|as a (?:kid|child|teenager|student)"
    r"|after (?:college|university|school|graduation)|for the first time|in my (?:free|spare) time|all the time"
    r"|on the side|at home|so|daily|sometimes|occasionally|from time to time|now and then|often|regularly|every now and then|with friends|with (?:my|our) (?:\w+ ?){1,3})$",
    re.IGNORECASE,
)

EDGES = " \t.,;:!?-\u2013\u2014()\"'\u2026~"

_ENDS_THOUGHT = re.compile(
    r"\s*(?:$|[,;:.]|(?:and|but|so|because|or)\b|with (?:\w+ ){1,2}(?:kids|children|sons|daughters)$)",
    re.IGNORECASE,
)

#: Where a title of a job ends.
ROLE_END: Final = re.compile(
    r"\s(?:at|for|in|on|with|from|by|and|or|to|after|before|near|under|who|that|based|during|within)\b",
    re.IGNORECASE,
)


def without_fillers(text: str) -> str:
    """Return *text* without words at its end that say nothing ("right now", "btw")."""
    text = text.strip(EDGES)
    for _ in range(4):
        filler = _FILLER.search(text, max(0, len(text) - 60))
        if filler is None:
            break
        text = text[: filler.start()].strip(EDGES)
    return text


def ends_thought(rest: str) -> bool:
    """Return whether *rest*, what follows a value, is another thought or none at all."""
    if rest.startswith(("-", "'", "/")):
        return False
    stripped = without_fillers(rest)
    return any(_ENDS_THOUGHT.match(text) for text in (rest, stripped))


def until(text: str, end: re.Pattern[str]) -> str:
    """Return *text* up to what *end* finds."""
    found = end.search(text)
    return text[: found.start()] if found else text
