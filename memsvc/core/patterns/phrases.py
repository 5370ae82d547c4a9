"""Phrases that stand for themselves, alone or in a list, at the start of a text."""

from __future__ import annotations

import re
from typing import Final

from memsvc.core.patterns import stops
from memsvc.core.patterns.shapes import (
    ITEM_WORDS_MAX,
    ROLE_END,
    VALUE_WORDS_MAX,
    Shape,
    Value,
    until,
    without_fillers,
)

_POINTING = re.compile(
    r"\b(?:you|your|yours|u|this|that|these|those|it|its|it's|that's|him|her|them|he|she|they|his|their|here|"
    r"there|ones?|someone|something|anyone|anything|everyone|everything|nothing|nobody|what|how|who|whom|when"
    r"|where|why|is|are|was|were|has|had|does|did|will|am|i|i'm|me|we|us|our|ours|mine|both|either|neither|"
    r"all|none|some|any|another|not|same|such|myself|being|be|been|can|can't|if|isn't|aren't|wasn't|don't"
    r"|doesn't|won't)\b",
    re.IGNORECASE,
)

_TO_DEED = re.compile(r"to (?P<deed>[a-z]+)\b", re.IGNORECASE)

_CUT = re.compile(
    r"[,;:]|\s[-\u2013\u2014]+\s|\s(?:because|since|but|which|who|whom|where|when|while|although|though|so|cause"
    r"|until|till|if|thanks to|due to|even|rather than|instead of|better than|more than|over|as long as|despite"
    r"|except|especially|and (?:i|my|we|our|he|she|it|they|that|so|then|now|also|am|have|don't|hate|love|like|"
    r"would|could|want|need|can|was|got))\b",
    re.IGNORECASE,
)


_THING_END = re.compile(r"\s(?:called|named|about|for|on|with|in|that|to|at|from)\b", re.IGNORECASE)
_ITEM_END = re.compile(
    r"\s(?:at|for|in|on|with|from|by|to|after|before|near|under|who|that|of my|which)\b",
    re.IGNORECASE,
)

_ARTICLE = re.compile(r"(?:an?|the|some|my|our|any|one) +(?=\S)")

_BETWEEN = re.compile(
    r"\s*,\s*(?:and|or)?\b\s*|\s+(?:and|or|&|plus|as well as|and also|but also)\s+", re.IGNORECASE
)

_PAIRS: Final = re.compile(
    r"\b(mac|fish|rock|salt|bread|drum|peanut butter|arts|r|bed|black|salt|rhythm|dungeons|biscuits|science) and "
    r"(cheese|chips|roll|pepper|vinegar|butter|bass|jelly|crafts|breakfast|white|blues|dragons|gravy|technology)\b",
    re.IGNORECASE,
)

_JOINED = "\u2060"

_SOME = re.compile(
    r"(?:(?:a little(?: bit of)?|a bit of|some|basic|fluent|conversational|native|broken|decent|good|also|both|the|an?|my|our"
    r"|mild|severe|chronic|bad|really|classical|only|one|beginner|intermediate|advanced|mostly|mainly)\s+)+",
    re.IGNORECASE,
)


#: Words that tie a thing to others, and things that are none by themselves.
_RELATES = re.compile(r"\b(?:with|about|of|for|from|between|like)\b", re.IGNORECASE)
_NO_THINGS = frozenset({
    "to",
    "theme",
    "their work",
    "each other's company",
    "electronic",
    "idea",
    "way",
})
#: A phrase that ends so was cut off in the middle.
_HANGING = frozenset({"for", "of", "with", "to", "about", "in", "at", "on", "from", "and", "or"})
_ALSO = re.compile(r"^(?:also|too) ", re.IGNORECASE)


def phrases(shape: Shape, rest: str, words: frozenset[str], *, several: bool) -> list[Value]:
    """Return the phrase, or the phrases, that *rest* begins with."""
    if shape == Shape.ROLE:
        text = without_fillers(until(until(rest, _CUT), ROLE_END))
        items = [text] if len(text.split()) <= ITEM_WORDS_MAX else []
    elif several:
        listed = _PAIRS.sub(rf"\1 {_JOINED}and \2", _until_list_end(rest))
        items = [item.replace(_JOINED, "") for item in _BETWEEN.split(listed)]
        if shape == Shape.TASTE and _RELATES.search(items[0]):
            # "books about growth and mindset": what follows may belong to the last word.
            items = items[:1]
    else:
        items = [until(rest, _CUT)]
    found: list[Value] = []
    for item in items:
        value = _phrase(shape, item, words)
        if value is None or (len(items) > 1 and len(value.text.split()) > ITEM_WORDS_MAX):
            break
        found.append(value)
    return found


def _until_list_end(rest: str) -> str:
    """Return *rest* up to where a list of things ends: a comma is no end, what is not a thing is."""
    position = 0
    while (cut := _CUT.search(rest, position)) is not None:
        if cut.group() != ",":
            return rest[: cut.start()]
        position = cut.end()
    return rest


def _phrase(shape: Shape, item: str, words: frozenset[str]) -> Value | None:
    """Return *item* as a value, None if it does not stand for itself."""
    phrase = (
        re.sub(r"\bmy\b", "their", without_fillers(item))
        if shape == Shape.PHRASE
        else without_fillers(item)
    )
    unowned = phrase.replace("their ", "")
    if not phrase or len(phrase.split()) > VALUE_WORDS_MAX or _POINTING.search(unowned):
        return None
    text = phrase[article.end() :] if (article := _ARTICLE.match(phrase)) else phrase
    tokens = text.lower().split()
    if words and not _is_about(text, words):
        return None
    if tokens[-1] in _HANGING:
        return None
    if shape == Shape.TASTE:
        text, phrase = _ALSO.sub("", text), _ALSO.sub("", phrase)
        if text.lower() in _NO_THINGS:
            return None
        certain = article is not None and text.lower() not in stops.NATURE
        deed = _TO_DEED.match(text)
        idle = deed["deed"].lower() not in stops.DEEDS if deed else text.lower().startswith("to ")
        if certain or idle or not stops.NO_TASTE.isdisjoint(tokens):
            return None
    return Value(text, phrase)


def _is_about(text: str, words: frozenset[str]) -> bool:
    """Return whether the thing that *text* names is one of *words*: a car, but no car charger."""
    tokens = until(text, _THING_END).lower().split()
    if not tokens or tokens[-1] in stops.ACCESSORIES:
        return False
    whole = " ".join(tokens)
    makes = words - stops.GENERAL
    named = any(whole == word or whole.endswith(f" {word}") for word in words)
    return named or not makes.isdisjoint(tokens)


def members(rest: str, words: frozenset[str]) -> list[Value]:
    """Return the items of the list that *rest* begins with that are of *words*."""
    found: list[Value] = []
    for index, item in enumerate(_BETWEEN.split(_PAIRS.sub(rf"\1 {_JOINED}and \2", rest))):
        phrase = without_fillers(until(item.replace(_JOINED, ""), _ITEM_END))
        whole = phrase.lower()
        text = (
            phrase
            if whole in words
            else phrase[some.end() :]
            if (some := _SOME.match(phrase))
            else phrase
        )
        if text.lower() in words:
            found.append(Value(text, phrase))
        elif not index:
            break
        if len(item.split()) > len(phrase.split()) + 1:
            break
    return found
