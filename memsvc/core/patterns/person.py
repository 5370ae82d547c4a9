"""Patterns for who someone is, where they live, and how their health is."""

from __future__ import annotations

from typing import Final

from memsvc.core.model import TemporalState
from memsvc.core.patterns.row import LIKELY, Row
from memsvc.core.patterns.shapes import Shape
from memsvc.core.patterns.words import (
    COMPANIES,
    LANGUAGES,
    NATIONALITIES,
    RELIGIONS,
    TOOLS,
    any_of,
)

_PAST: Final = TemporalState.PAST
_FUTURE: Final = TemporalState.FUTURE

_TENS = "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_AGE = (
    rf"(?P<value>[1-9]\d(?!\d)|1[01]\d(?!\d)|[5-9](?= years? old)|eighteen|nineteen"
    rf"|{_TENS}(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?)\b(?:[ -]years?[ -]old| ?y/?o| years of age)?"
)
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
)
_DATE = (
    rf"(?P<value>(?:\d{{1,2}}(?:st|[nr]d|th)?(?: of)? {_MONTH}|{_MONTH} \d{{1,2}}(?:st|[nr]d|th)?)\b(?:,? \d{{4}})?"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?)"
)
_AGAIN = r"\b(?:any ?more|any longer)\b"
_TRANSIENT = (
    r"\b(?:this (?:week|weekend)|for (?:the|a|this) (?:week|weekend|night|day|summer|month|few days|bit|conference)"
    r"|temporarily|on (?:vacation|holiday)|for a (?:few|couple)|in my (?:head|mind|dreams))\b"
)

_PLACE: Final = Shape.PLACE
_LIVES: Final = "{who} lives in {phrase}."


def _is(slot: str, pattern: str) -> Row:
    return Row(
        name=f"is-{slot}", slot=slot, pattern=pattern, content="{who} is {value}.", dated=False
    )


IDENTITY: Final = (
    Row(
        name="name",
        slot="name",
        pattern=r"(?:my (?:full |first |real )?name(?:'s| is) |the name(?:'s| is) |<AM> called )(?:actually )?",
        content="{whose} name is {value}.",
        shape=Shape.NAME,
        # "My name is mud": who writes capitals writes names with them.
        unless=r"^(?-i:[A-Z][a-z' ]+ is |The name's )(?-i:[a-z])",
    ),
    Row(
        name="introduction",
        slot="name",
        pattern=r"<AM> (?=(?-i:[A-Z]|[^\x00-\x7f]))",
        content="{whose} name is {value}.",
        shape=Shape.NAME,
        confidence=LIKELY,
        unless=rf"^(?:i'?m|i am) (?:{any_of((COMPANIES | TOOLS) - {'julia', 'ruby'})[3:-1]})\b",
    ),
    Row(
        name="nickname",
        slot="nickname",
        pattern=(
            r"(?:(?:please|just|you can|everyone|everybody|people|(?:my |all my )?(?:friends|family)|most people|all) ){0,3}"
            r"calls? me (?=(?-i:[A-Z]|[^\x00-\x7f]))"
        ),
        content="{who} likes to be called {value}.",
        shape=Shape.NAME,
    ),
    Row(
        name="goes-by",
        slot="nickname",
        pattern=r"<I> <OFTEN>go by (?=(?-i:[A-Z]|[^\x00-\x7f]))",
        content="{who} likes to be called {value}.",
        shape=Shape.NAME,
    ),
    Row(
        name="age",
        slot="age",
        pattern=rf"(?:<AM>|<I> <OFTEN>turned|i've just turned|my age is|my age:) <OFTEN>{_AGE}",
        content="{who} is {value} years old.",
        yearly=True,
        unless=r"\b(?:next|soon|tomorrow)\b",
    ),
    Row(
        name="age-and-more",
        slot="age",
        pattern=r"<AM> an? (?P<value>[1-9]\d)[ -]years?[ -]old\b",
        content="{who} is {value} years old.",
        shape=Shape.SAID,
        yearly=True,
    ),
    Row(
        name="birthday",
        slot="birthday",
        pattern=(
            rf"(?:my (?:birthday|bday|birth date|date of birth|dob)(?:'s| is| falls)|<I> was born)(?: on)?(?: the)? {_DATE}"
        ),
        content="{whose} birthday is {value}.",
        dated=False,
    ),
    Row(
        name="pronouns",
        slot="pronouns",
        pattern=r"(?:my pronouns are|<I> <OFTEN>(?:use|go by)) (?P<value>(?:he|she|they|xe|ze|it|any)/\w+(?:/\w+)?)",
        content="{whose} pronouns are {value}.",
        shape=Shape.SAID,
    ),
    _is("nationality", rf"<AM> (?:an? )?<OFTEN>(?P<value>{any_of(NATIONALITIES)})\b"),
    _is("religion", rf"<AM> (?:an? )?<OFTEN>(?:practi[cs]ing )?(?P<value>{any_of(RELIGIONS)})\b"),
    Row(
        name="native-language",
        slot="native_language",
        pattern=r"(?:my (?:native|first) (?:language|tongue)|my mother tongue) is ",
        content="{whose} native language is {value}.",
        shape=Shape.MEMBERS,
        words=LANGUAGES,
    ),
    Row(
        name="email",
        slot="email",
        pattern=r"my (?:work |personal )?e-?mail(?: address)?(?:'s| is):? (?P<value>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)",
        content="{whose} email address is {value}.",
        shape=Shape.SAID,
        dated=False,
    ),
    Row(
        name="phone",
        slot="phone",
        pattern=(
            r"my (?:(?:phone|cell|mobile|cellphone|telephone|work) )?(?:number|phone|mobile|cell)(?:'s| is):? "
            r"(?P<value>\+?\d[\d ./-]{5,20}\d)"
        ),
        content="{whose} phone number is {value}.",
        shape=Shape.SAID,
        dated=False,
    ),
    Row(
        name="timezone",
        slot="timezone",
        pattern=(
            r"(?:my time ?zone(?:'s| is)|<AM> in(?: the)?(?= \S+ time ?zone)) (?P<value>[A-Z][a-z]+(?:/[A-Za-z_]+){1,2}"
            r"|(?:UTC|GMT) ?[+-] ?\d{1,2}(?::?\d\d)?|(?-i:[A-Z]{2,5})\b|(?:eastern|pacific|central|mountain)(?: (?:standard )?time)?)"
        ),
        content="{whose} time zone is {value}.",
        shape=Shape.SAID,
        dated=False,
    ),
)

LOCATION: Final = (
    Row(
        name="lives-in",
        slot="location",
        pattern=(
            r"(?:<WE> <OFTEN>(?:live|reside) in |<ARE> <OFTEN>(?:living|residing) in |<AM> <OFTEN>based (?:in|out of) "
            r"|<HAVE> <OFTEN>been (?:living|based) in |<WE> <OFTEN>settled (?:down )?in )"
        ),
        content=_LIVES,
        shape=_PLACE,
        unless=_TRANSIENT,
    ),
    Row(
        name="has-lived-in",
        slot="location",
        pattern=r"<HAVE> <OFTEN>lived in ",
        content=_LIVES,
        shape=_PLACE,
        needs=r"\b(?:since|for|all my life|my whole life)\b",
    ),
    Row(
        name="moved-to",
        slot="location",
        pattern=(
            r"(?:<WE>|<HAVE>) <OFTEN>(?:moved|relocated) (?:(?:here|over|back|house) )?(?:from [^,]{1,40}? )?(?:back )?to "
        ),
        content=_LIVES,
        shape=_PLACE,
        unless=_TRANSIENT,
    ),
    Row(
        name="lives-no-longer-in",
        slot="location",
        pattern=(
            r"(?:<WE> no longer (?:live|reside) in |<ARE> no longer (?:living|based) in "
            r"|(?:<WE>|<HAVE>) <OFTEN>moved (?:out|away)(?: of| from) )"
        ),
        content="{who} no longer lives in {phrase}.",
        shape=_PLACE,
        state=_PAST,
        ends=True,
    ),
    Row(
        name="does-not-live-in-any-more",
        slot="location",
        pattern=r"(?:<WE> (?:don't|do not) <OFTEN>live in |<ARE> not <OFTEN>(?:living|based) in )",
        content="{who} no longer lives in {phrase}.",
        shape=_PLACE,
        state=_PAST,
        ends=True,
        needs=_AGAIN,
    ),
    Row(
        name="lived-in",
        slot="location",
        pattern=r"<WE> (?:used to live|<OFTEN>lived|once lived) in ",
        content="{who} used to live in {phrase}.",
        shape=_PLACE,
        state=_PAST,
    ),
    Row(
        name="will-move-to",
        slot="location",
        pattern=(
            r"(?:<ARE> <OFTEN>(?:moving|relocating)|<ARE> <OFTEN>(?:going|planning|about|set|excited|gonna) (?:to )?"
            r"(?:move|relocate)|<WE>(?:'ll| will) <OFTEN>(?:be moving|move|relocate)|<WE> plan to (?:move|relocate))"
            r" (?:back )?(?:from [^,]{1,40}? )?(?:back )?to "
        ),
        content="{who} is going to move to {phrase}.",
        shape=_PLACE,
        state=_FUTURE,
    ),
    Row(
        name="from",
        slot="hometown",
        pattern=r"(?:<AM> <OFTEN>from |<I> <OFTEN>come from |my home ?town is )",
        content="{who} is from {phrase}.",
        shape=_PLACE,
        unless=r"\b(?:back|calling|writing|texting|working) from\b",
    ),
    Row(
        name="grew-up-in",
        slot="hometown",
        pattern=r"<WE> (?:grew up|was raised) in ",
        content="{who} grew up in {phrase}.",
        shape=_PLACE,
    ),
    Row(
        name="born-in",
        slot="hometown",
        pattern=r"<I> was born (?:and (?:raised|bred) )?in ",
        content="{who} was born in {phrase}.",
        shape=_PLACE,
    ),
)
