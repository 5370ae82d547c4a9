"""Patterns for what someone likes, does, owns, plans and has lived through."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from memsvc.core.model import TemporalState
from memsvc.core.patterns.row import LIKELY, Row
from memsvc.core.patterns.shapes import Shape
from memsvc.core.patterns.words import (
    GAMES,
    INSTRUMENTS,
    LANGUAGES,
    OUTINGS,
    SPORTS,
    TOOLS,
    any_of,
    set_of,
)

_PAST: Final = TemporalState.PAST
_AGAIN = r"\b(?:any ?more|any longer)\b"
_FAVOURITE = r"my (?:(?:all-time|absolute|all time|current) )?(?:favou?rite|fav|fave) "
_KINDS: Final = (
    ("favourite_food", "food|dish|meal|cuisine|snack|dessert"),
    ("favourite_colour", "colou?r"),
    (
        "favourite_music",
        "music|band|singer|musician|music genre|kind of music|genre of music|album|song|artist",
    ),
    ("favourite_book", "book|novel|book series"),
    ("favourite_film", "film|movie"),
    (
        "like",
        (
            "city|country|sport|team|game|video game|board game|season|animal|drink|subject|author|writer|place|restaurant|show"
            "|tv show|series|language|programming language|flower|holiday|fruit|vegetable|ice cream|ice cream flavou?r|actor"
            "|actress|director|player|football team|coffee|tea|beer|wine|number|hobby|pizza|podcast|painter|poet|composer"
        ),
    ),
)


def _taste(name: str, pattern: str, content: str, slot: str = "like", unless: str = _AGAIN) -> Row:
    return Row(
        name=name,
        slot=slot,
        pattern=pattern,
        content=content,
        shape=Shape.TASTE,
        confidence=LIKELY,
        dated=False,
        several=True,
        unless=unless,
    )


def _favourite(slot: str, kind: str) -> tuple[Row, Row]:
    what = rf"{_FAVOURITE}(?P<what>{kind})"
    told = Row(
        name=f"favourite-{slot}",
        slot=slot,
        pattern=rf"{what}(?: (?:ever|of all time))?(?:'s| is| has always been|:) ",
        content="{whose} favourite {what} is {phrase}.",
        shape=Shape.PHRASE,
        dated=False,
        unless=r"\b(?:used to be|was|question|part of)\b",
    )
    turned = rf"(?!this|that|it\b|what|who|which)(?P<value>\w[\w' ]{{1,30}}?) is {what}$"
    return told, replace(told, name=f"{told.name}-turned", pattern=turned)


TASTES: Final = (
    _taste(
        "likes",
        r"<WE> <OFTEN>(?P<verb>love|like|enjoy|adore) (?!to (?:be|think|say|know)\b)",
        "{who} {verb} {phrase}.",
    ),
    _taste(
        "fan-of",
        r"<AM> (?:<OFTEN>(?:an? )?(?:(?:big|huge|massive) )?fan of|<OFTEN>fond of|crazy about|obsessed with) ",
        "{who} likes {phrase}.",
    ),
    _taste(
        "hates",
        r"<WE> <OFTEN>(?P<verb>hate|dislike|loathe|detest|despise) (?!to\b)",
        "{who} {verb} {phrase}.",
        "dislike",
    ),
    _taste(
        "cannot-stand",
        r"<WE> <OFTEN>(?:can't|cannot|can not) stand ",
        "{who} cannot stand {phrase}.",
        "dislike",
    ),
    _taste(
        "does-not-like",
        r"<WE> <OFTEN>(?:don't|do not) (?:<OFTEN>|particularly |much )(?:like|enjoy) (?!to (?:be|think|say|know)\b)",
        "{who} does not like {phrase}.",
        "dislike",
    ),
    Row(
        name="likes-no-longer",
        slot="like",
        pattern=r"<WE> (?:(?:don't|do not) <OFTEN>|no longer )(?:like|enjoy|love) ",
        content="{who} no longer likes {phrase}.",
        shape=Shape.TASTE,
        state=_PAST,
        ends=True,
        needs=_AGAIN + r"|\bno longer\b",
        several=True,
    ),
    Row(
        name="prefers-to",
        slot="like",
        pattern=r"<I> <OFTEN>prefer (?P<value>[^,]{2,40}?) (?P<how>over|to|rather than) (?P<other>[^,]{2,40})$",
        content="{who} prefers {value} {how} {other}.",
        shape=Shape.TASTE,
        confidence=LIKELY,
        unless=r"\b(?:answers|replies|responses|explanations)\b|\bprefer to\b",
    ),
    _taste(
        "prefers",
        r"<I> <OFTEN>prefer ",
        "{who} prefers {phrase}.",
        unless=r"\b(?:to|over|rather|answers|replies|responses|explanations)\b",
    ),
    *(row for slot, kind in _KINDS for row in _favourite(slot, kind)),
)

_PRAISED = r"(?P<value>short|brief|concise|detailed|long|simple|formal|informal|casual|direct|blunt|friendly|technical|plain)"
_ANSWERS = r"(?:answers|replies|responses|explanations|messages)"

STYLE: Final = (
    Row(
        name="keep-answers",
        slot="communication_style",
        pattern=(
            rf"(?:please )?(?:always )?(?:please )?(?:keep|make) (?:all )?(?:of )?(?:your|the) {_ANSWERS} (?:very |more )?{_PRAISED}\b"
        ),
        content="{who} prefers {value} answers.",
        value="{value} answers",
    ),
    Row(
        name="prefers-answers",
        slot="communication_style",
        pattern=rf"<I> <OFTEN>(?:prefer|like|want|need) (?P<value>{_PRAISED.replace('?P<value>', '?:')}(?:,? (?:and )?\w+)? {_ANSWERS})\b",
        content="{who} prefers {value}.",
        shape=Shape.SAID,
    ),
)

_HABITS = any_of(
    set_of("""
    volunteer | call | visit | attend | cook | clean | meditate | take | teach | coach | walk | ride | train
    bake | practice | practise | meet | host | babysit | write | read | study | drive | have dinner | have lunch | have brunch
    eat | journal | run | swim | travel | fly | work from | work out | mentor | tutor | paint | sing | dance | shop | do
    """)
)

HOBBIES: Final = (
    Row(
        name="plays",
        slot="hobby",
        pattern=r"(?:<WE> <OFTEN>play|i've been playing|<AM> <OFTEN>(?:playing|learning)(?: to play)?(?= the)) ",
        content="{who} plays {phrase}.",
        shape=Shape.MEMBERS,
        words=INSTRUMENTS | GAMES,
        several=True,
    ),
    Row(
        name="hobbies",
        slot="hobby",
        pattern=r"my (?:main |other |new )?(?:hobby is|hobbies are|hobbies include) ",
        content="{whose} hobbies include {value}.",
        shape=Shape.TASTE,
        several=True,
    ),
    Row(
        name="into",
        slot="hobby",
        pattern=r"<AM> <OFTEN>into ",
        content="{who} is into {value}.",
        shape=Shape.TASTE,
        confidence=LIKELY,
        several=True,
        unless=r"\d",
    ),
    Row(
        name="goes-doing",
        slot="hobby",
        pattern=rf"<WE> <OFTEN>go (?P<value>{any_of(OUTINGS)})\b",
        content="{who} goes {value}.",
        shape=Shape.SAID,
    ),
    Row(
        name="does-sport",
        slot="hobby",
        pattern=r"<I> <OFTEN>(?:do|practise|practice) ",
        content="{who} does {value}.",
        shape=Shape.MEMBERS,
        words=SPORTS,
        several=True,
    ),
    Row(
        name="goes-to",
        slot="hobby",
        pattern=rf"<WE> <OFTEN>(?:go to|attend|have) (?:(?:an?|the|my) )?(?P<value>{any_of(SPORTS)}(?: (?:class|classes|lessons?))?)\b",
        content="{who} goes to {value}.",
        recurs=True,
    ),
    Row(
        name="collects",
        slot="hobby",
        pattern=r"<I> <OFTEN>collect ",
        content="{who} collects {value}.",
        shape=Shape.TASTE,
        value="collecting {value}",
    ),
    Row(
        name="habit",
        slot="routine",
        pattern=rf"<WE> <OFTEN>(?=(?P<verb>{_HABITS})\b)",
        content="{who} {third}.",
        shape=Shape.PHRASE,
        confidence=LIKELY,
        recurs=True,
        last_resort=True,
    ),
)

_LEVEL = r"(?:(?:fluent|native|some|basic|a little|good|decent|conversational) )?"

SKILLS: Final = (
    Row(
        name="speaks",
        slot="language",
        pattern=r"(?:<I> <OFTEN>(?:can )?(?:speak|know)|<AM> <OFTEN>(?:fluent|conversational|bilingual) in) ",
        content="{who} speaks {value}.",
        shape=Shape.MEMBERS,
        words=LANGUAGES,
        several=True,
    ),
    Row(
        name="learns",
        slot="language",
        pattern=r"(?:<AM> <OFTEN>(?:learning|studying)|i've (?:been learning|started learning)|<I> <OFTEN>started learning) (?:to speak )?",
        content="{who} is learning {value}.",
        shape=Shape.MEMBERS,
        words=LANGUAGES,
        several=True,
    ),
    Row(
        name="knows",
        slot="skill",
        pattern=(
            r"(?:<I> <OFTEN>(?:know|code in|program in|write code in|mostly use)|<AM> <OFTEN>(?:proficient (?:in|with)|"
            r"experienced (?:in|with)|good (?:at|with)|skilled (?:in|with))) "
        ),
        content="{who} knows {value}.",
        shape=Shape.MEMBERS,
        words=TOOLS - {"go"} | {"golang"},
        several=True,
    ),
    Row(
        name="knows-go",
        slot="skill",
        pattern=r"<I> <OFTEN>(?:know|code in|program in|write code in) (?!go\b)",
        content="{who} knows {value}.",
        shape=Shape.MEMBERS,
        words=TOOLS,
        several=True,
    ),
    Row(
        name="learns-skill",
        slot="skill",
        pattern=r"<AM> <OFTEN>learning (?:to (?:code|program) in )?",
        content="{who} is learning {value}.",
        shape=Shape.MEMBERS,
        words=TOOLS,
        several=True,
        confidence=LIKELY,
    ),
)


LIFE: Final = (*TASTES, *STYLE, *HOBBIES, *SKILLS)
