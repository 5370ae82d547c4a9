"""Patterns for what someone owns, plans, makes and has lived through."""

from __future__ import annotations

from typing import Final

from memsvc.core.model import TemporalState
from memsvc.core.patterns.row import LIKELY, Row
from memsvc.core.patterns.shapes import Shape
from memsvc.core.patterns.words import POSSESSIONS, PROJECTS, VEHICLES

_PAST: Final = TemporalState.PAST

_FUTURE: Final = TemporalState.FUTURE

_OWNS = r"(?:<WE> <OFTEN>(?:own|have|bought|got)|<HAVE> <OFTEN>(?:bought|got))"

POSSESSION: Final = (
    Row(
        name="drives",
        slot="vehicle",
        pattern=rf"(?:<WE> <OFTEN>drive|{_OWNS}) (?=an? )",
        content="{who} has {phrase}.",
        shape=Shape.PHRASE,
        words=VEHICLES,
        unless=r"\b(?:for rent|mortgage|accident|payment|loan|problem|dealer|dealership|ticket|key|keys|test drive)\b",
    ),
    Row(
        name="owns",
        slot="possession",
        pattern=r"(?:<WE> <OFTEN>(?:own|bought)|<HAVE> <OFTEN>bought) (?=(?:an?|our|my) )",
        content="{who} has {phrase}.",
        shape=Shape.PHRASE,
        words=POSSESSIONS,
        several=True,
    ),
)

_TRAVEL = r"(?:visit|travel|go|attend|run|hike|climb|adopt|get married|buy|study|start|apply|spend|learn|retire|take|write|open|build|sell|renovate)"

_AHEAD = (
    r"\b(?:next|tomorrow|soon|this (?:summer|autumn|fall|winter|spring|weekend|year|month)|in (?:january|february|march|april|may"
    r"|june|july|august|september|october|november|december|20\d\d|(?:\w+ ){1,2}(?:days|weeks|months|years))|for (?:christmas|easter|thanksgiving))\b"
)

# Verbs of wishes that last; "buy", "visit" or "start" are as often errands of the day.
_DREAM = (
    r"(?:learn|become|write a|run a|travel|lose|build a|publish|climb|get a (?:degree|promotion|dog|cat)|move to|quit smoking|speak"
    r"|study|win|compete|master|retire|launch|be an?)"
)

PLANS: Final = (
    Row(
        name="plans-to",
        slot="plan",
        pattern=rf"(?:<ARE> <OFTEN>(?:planning|going|gonna)(?: on)?(?: to)?|<WE> plan to|<WE>(?:'ll| will) be) (?={_TRAVEL}\b(?! move| relocate))",
        content="{who} is planning to {value}.",
        shape=Shape.PHRASE,
        state=_FUTURE,
        unless=r"\b(?:planning|going|gonna|plan)(?: to)? (?:start (?:by|with|over)|take (?:a look|it|that|your)|go (?:to bed|to sleep|ahead|with|now|home|and)|buy (?:some|it|that)|apply (?:it|that)|run (?:it|some|out|into|the (?:\w+ )?(?:tests?|scripts?|code|app|query|command|build|program|server|migrations?|job|benchmark)))",
    ),
    Row(
        name="plans-trip",
        slot="plan",
        pattern=r"<ARE> <OFTEN>planning (?=(?:an?|our|my) (?:[\w-]+ ){0,2}(?:trip|holiday|vacation|wedding|honeymoon|road trip|visit|tour|move)\b)",
        content="{who} is planning {phrase}.",
        shape=Shape.PHRASE,
        state=_FUTURE,
    ),
    Row(
        name="goes-to-place",
        slot="plan",
        pattern=r"<ARE> <OFTEN>(?:going|travell?ing|flying|headed|heading) to ",
        content="{who} is going to {phrase}.",
        shape=Shape.PLACE,
        state=_FUTURE,
        value="go to {value}",
        needs=_AHEAD,
        confidence=LIKELY,
    ),
    Row(
        name="wants-to",
        slot="goal",
        pattern=(
            rf"(?:<I> <OFTEN>(?:want|aim|aspire|hope|intend) to (?={_DREAM}\b)|my (?:[\w-]+ )?(?:goal|dream|ambition|resolution)"
            r"(?: (?:for|this) [\w ]{2,20}?)? is to )"
        ),
        content="{whose} goal is to {value}.",
        shape=Shape.PHRASE,
        state=_FUTURE,
        unless=r"\b(?:learn more|read (?:more|it|the|about)|start (?:by|with|over|from)|learn about|learn how|build (?:the|a project)|write (?:the|a (?:function|script|test|query|regex|letter|mail|email))|finish (?:the|my)|get a (?:refund|quote|list)|save (?:the|a|time)|run (?:the|a (?:query|script|test|command))|move (?:on|the|to the)|visit (?:the|a) (?:page|site|website)|open (?:the|a (?:file|ticket)))\b",
    ),
    Row(
        name="saves-for",
        slot="goal",
        pattern=r"<ARE> <OFTEN>saving (?:money )?(?:up )?(?:for|to buy) ",
        content="{who} is saving up for {phrase}.",
        shape=Shape.PHRASE,
        state=_FUTURE,
        value="save up for {phrase}",
    ),
    Row(
        name="trains-for",
        slot="goal",
        pattern=r"<AM> <OFTEN>training for (?=(?:an?|the|my) )",
        content="{who} is training for {phrase}.",
        shape=Shape.PHRASE,
        state=_FUTURE,
        value="train for {phrase}",
    ),
)

_RACE = r"(?:marathon|half[- ]marathon|triathlon|ironman|10k|5k|ultramarathon|ultra|relay)"

_SHOPS = r"(?:costco|target|walmart|ikea|starbucks|mcdonald's|tesco|aldi|lidl|best buy|home depot|whole foods|trader joe's)"

EXPERIENCE: Final = (
    Row(
        name="visited",
        slot="experience",
        pattern=rf"(?:<WE>|<HAVE>) <OFTEN>(?P<deed>visited|travell?ed to|went to|flew to|toured|climbed|hiked|summited) (?!{_SHOPS}\b)",
        content="{who} {deed} {phrase}.",
        shape=Shape.PLACE,
        state=_PAST,
        value="{deed} {phrase}",
        unless=r"\b(?:university|college|school|mit|harvard|stanford|yale|church|hospital|went to (?:work|bed))\b",
    ),
    Row(
        name="raced",
        slot="experience",
        pattern=rf"(?:<WE>|<HAVE>) <OFTEN>(?P<value>(?:ran|run|completed|finished|did) (?:an?|my first|the) (?:[\w-]+ ){{0,3}}?{_RACE})\b",
        content="{who} {value}.",
        shape=Shape.PHRASE,
        state=_PAST,
    ),
)

PROJECT: Final = (
    Row(
        name="works-on",
        slot="project",
        pattern=(
            r"(?:<ARE> <OFTEN>|i've been )(?:working on|building|writing|developing|making|designing|creating|recording) "
            r"(?=(?:an?|my|our) )"
        ),
        content="{who} is working on {phrase}.",
        shape=Shape.PHRASE,
        words=PROJECTS,
        unless=r"\b(?:book (?:a|the)|book report|about you)\b",
    ),
)
LIFE: Final = (*POSSESSION, *PLANS, *EXPERIENCE, *PROJECT)
