"""Patterns for work and education."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from memsvc.core.model import TemporalState
from memsvc.core.patterns.row import Row
from memsvc.core.patterns.shapes import Shape
from memsvc.core.patterns.words import (
    COMPANIES,
    FIELDS,
    OCCUPATIONS,
    SCHOOL_WORDS,
    SCHOOLS,
    any_of,
    set_of,
)

_PAST: Final = TemporalState.PAST
_BODY: Final = Shape.ORGANISATION
_AGAIN = r"\b(?:any ?more|any longer)\b"
_KNOWN = rf"(?={any_of(COMPANIES)}\b)"
_JOB = r"(?:job|position|role|internship|gig|post)"
_KIND = any_of(
    set_of("""
    hospital | bank | bakery | school | university | restaurant | café | cafe | startup | law firm | clinic
    library | supermarket | pharmacy | hotel | museum | warehouse | factory | bookstore | bookshop | nonprofit
    start-up | call centre | call center | nursery | kindergarten | gym | salon | vet clinic | charity | farm
    consultancy | brewery | winery | insurance company | consulting firm | software company | coffee shop
    """)
)
_AS_STUDENT = r"an? (?:[\w'-]+ ){0,4}(?:student|undergrad|undergraduate|freshman|sophomore|junior|senior|candidate|postgrad)"
_NO_ROLE = r"\bas an? (?:team|whole|group|result|rule|favou?r|joke|last resort|side|matter|couple|unit|pair|backup|way)\b"

_WORKS_AT: Final = "{who} works at {phrase}."
_WORKED_AT: Final = "{who} used to work at {phrase}."
_NO_LONGER: Final = "{who} no longer works at {phrase}."
_WORKS_AS: Final = "{who} works as {phrase}."


def _employer(name: str, pattern: str, unless: str = "", needs: str = "") -> Row:
    return Row(
        name=name,
        slot="employer",
        pattern=pattern,
        content=_WORKS_AT,
        shape=_BODY,
        unless=unless,
        needs=needs,
    )


def _past_employer(name: str, pattern: str, needs: str = "", *, ends: bool) -> Row:
    return Row(
        name=name,
        slot="employer",
        pattern=pattern,
        content=_NO_LONGER if ends else _WORKED_AT,
        shape=_BODY,
        state=_PAST,
        ends=ends,
        needs=needs,
    )


def _title(
    name: str, pattern: str, shape: Shape, state: TemporalState = TemporalState.CURRENT
) -> Row:
    past = state == _PAST
    return Row(
        name=name,
        slot="job_title",
        pattern=pattern,
        content="{who} used to work as {a} {value}." if past else "{whose} job title is {value}.",
        shape=shape,
        state=state,
        unless=_NO_ROLE,
    )


EMPLOYER: Final = (
    _employer(
        "works-at",
        r"<WE> <OFTEN>work (?:(?:remotely|full[- ]time|part[- ]time|nights|mostly) )?(?:at|for) ",
    ),
    _employer("is-working-at", r"<ARE> <OFTEN>(?:working|employed) (?:at|for|by) "),
    _employer("has-been-working-at", r"<HAVE> <OFTEN>been (?:working|employed) (?:at|for|by) "),
    _employer(
        "has-worked-at",
        r"<HAVE> <OFTEN>(?:worked (?:at|for)|been (?:with|at)) ",
        needs=r"\b(?:since|for (?!\w+ as)(?:\w+ ){1,2}(?:years?|months?))\b",
    ),
    _employer(
        "got-a-job-at",
        r"(?:<I>|<HAVE>) <OFTEN>(?:got|landed|have|accepted|took|started|found|start) (?:an? |my )?(?:(?:new|full-time|"
        rf"part-time|dream|great|first|summer|[\w-]+) ){{0,3}}{_JOB} (?:at|with) ",
        unless=r"\binterview\b|\boffer\b",
    ),
    _employer(
        "started-at",
        r"(?:<I>|<HAVE>) <OFTEN>(?:started|begun|began) (?:(?:working|work) )?(?:at|for) ",
        unless=rf"\b(?:level|{any_of(SCHOOL_WORDS)[3:-1]})\b",
    ),
    _employer(
        "joined",
        rf"(?:<I>|<HAVE>) <OFTEN>joined (?:(?=.{{2,40}} as an? )|{_KNOWN})",
        unless=r"\bfor (?:the|an?|free|my)\b|\bas a (?:gift|guest|joke)\b|\b(?:call|meeting|server|channel|waitlist|group|club|gym|team meeting|facebook|reddit|linkedin|twitter)\b",
    ),
    _employer("employer", r"my (?:new |current )?employer is "),
    _employer(
        "is-a-title-at",
        rf"<AM> <OFTEN>(?:an?|the) (?:[\w'-]+ ){{0,4}}{any_of(OCCUPATIONS)}(?: of \w+(?: \w+)?)? (?:at|for|with) ",
    ),
    Row(
        name="works-at-a",
        slot="employer",
        pattern=rf"<I> <OFTEN>work (?:at|for|in) an? (?P<value>(?:[\w-]+ ){{0,3}}?{_KIND})\b",
        content="{who} works at {a} {value}.",
        # Too unsure to take the place of an employer that was named.
        confidence=0.75,
    ),
    _past_employer(
        "used-to-work-at",
        r"<WE> (?:used to|once) (?:work|intern|worked|interned) (?:at|for|with) ",
        ends=False,
    ),
    _past_employer("worked-at", r"<WE> <OFTEN>(?:worked|interned) (?:at|for) ", ends=False),
    _past_employer(
        "no-longer-works-at",
        r"(?:<WE> no longer work|<ARE> no longer (?:working|employed)) (?:at|for|by) ",
        ends=True,
    ),
    _past_employer(
        "does-not-work-at-any-more",
        r"(?:<WE> (?:don't|do not) <OFTEN>work|<ARE> not working) (?:at|for) ",
        _AGAIN,
        ends=True,
    ),
    _past_employer(
        "quit-at",
        rf"(?:<I>|<HAVE>) <OFTEN>(?:quit|left|resigned from|lost) my (?:[\w-]+ ){{0,2}}{_JOB}(?: as an? [\w -]{{2,30}}?)? (?:at|with) ",
        ends=True,
    ),
    _past_employer(
        "left",
        rf"(?:<I>|<HAVE>) <OFTEN>(?:left|quit) {_KNOWN}(?!.*\bfor (?:lunch|the day|home)\b)(?!\S+ (?:an?|my|the|some|pie|one)\b)(?!facebook|twitter|reddit|linkedin|tiktok)",
        ends=True,
    ),
    _past_employer(
        "stopped-at",
        r"(?:<I>|<HAVE>) <OFTEN>(?:stopped working (?:at|for)|resigned from|retired from|(?:got|was|been) "
        r"(?:just |recently )?(?:fired|laid off|let go|made redundant) (?:from|by|at)) ",
        ends=True,
    ),
    Row(
        name="quit-job",
        slot="employer",
        pattern=(
            r"(?:<I>|<HAVE>) <OFTEN>(?P<value>(?:quit|left|lost|resigned from) my (?:current |old )?job|(?:got|was|been) "
            r"(?:just |recently )?(?:fired|laid off|let go|made redundant)|resigned)\b"
        ),
        content="{who} no longer has the job that they had.",
        state=_PAST,
        ends=True,
        value="",
    ),
)

TITLE: Final = (
    _title(
        "works-as",
        r"(?:<I> <OFTEN>work|<AM> <OFTEN>(?:working|employed)|<HAVE> <OFTEN>been working) (?:there |(?:at|for|with) .{1,60}? )?as an? ",
        Shape.ROLE,
    ),
    _title(
        "joined-as",
        r"(?:<I>|<HAVE>) <OFTEN>(?:joined .{1,60}?|(?:started|got|landed|took) (?:.{1,60}? )?(?:job|position|role|working|work)?"
        r"(?: ?(?:at|for) .{1,60}?)?) as an? ",
        Shape.OCCUPATION,
    ),
    _title("is-a", r"(?:<AM>|<I> <OFTEN>became|i've become) <OFTEN>(?:an?|the) ", Shape.OCCUPATION),
    replace(
        _title("has-been-a", r"<HAVE> <OFTEN>been an? ", Shape.OCCUPATION),
        needs=r"\bfor (?:\w+ ){1,3}(?:years?|months?)\b|\bsince\b",
    ),
    _title("are", r"we(?:'re| are) <OFTEN>(?:both )?(?=\w+s\b)", Shape.OCCUPATION),
    _title("is-an-aged", r"<AM> an? \d\d[ -]years?[ -]old (?:(?:male|female) )?", Shape.OCCUPATION),
    _title(
        "promoted",
        r"(?:<I> <OFTEN>(?:got|was|have been)|i've (?:just )?been) (?:just |recently )?promoted to ",
        Shape.ROLE,
    ),
    _title(
        "job-is",
        r"my (?:job|role|profession|occupation|job title|day job)(?: title)? is (?:an? )?",
        Shape.OCCUPATION,
    ),
    Row(
        name="retired",
        slot="job_title",
        pattern=r"(?:<AM> <OFTEN>|<I> <OFTEN>(?=retired))(?P<value>retired|unemployed|self-employed)\b",
        content="{who} is {value}.",
    ),
    _title(
        "worked-as",
        r"<WE> (?:used to work|<OFTEN>worked|once worked) (?:(?:at|for|with) .{1,60}? )?as an? ",
        Shape.ROLE,
        _PAST,
    ),
    _title("used-to-be", r"<I> (?:used to be|was <OFTEN>|was once) ?an? ", Shape.OCCUPATION, _PAST),
)

_SCHOOL: Final = rf"(?={any_of(SCHOOLS)}\b|(?:the )?(?:[\w.'&-]+ ){{0,5}}{any_of(SCHOOL_WORDS)}\b)"
_STUDY: Final = r"(?:<I> <OFTEN>(?:study|read)|<AM> <OFTEN>studying|i've been studying)"

EDUCATION: Final = (
    Row(
        name="goes-to-school",
        slot="school",
        pattern=rf"<I> <OFTEN>(?:go to {_SCHOOL}|attend (?=(?-i:[A-Z])|{_SCHOOL}))",
        content="{who} goes to {phrase}.",
        shape=_BODY,
    ),
    Row(
        name="studies-at",
        slot="school",
        pattern=(
            rf"(?:{_STUDY} (?:[\w ]{{2,40}}? )?|<AM> <OFTEN>(?:enrolled|majoring in [\w ]{{2,40}}?|doing (?:an?|my) [\w ']{{2,40}}?) "
            rf"|<AM> <OFTEN>{_AS_STUDENT} )at "
        ),
        content="{who} studies at {phrase}.",
        shape=_BODY,
    ),
    Row(
        name="graduated-from",
        slot="school",
        pattern=(
            r"(?:(?:<I>|<HAVE>) <OFTEN>graduated (?:[\w ]{1,40}? )?from |<I> (?:<OFTEN>studied|went to (?:college|university|school))"
            rf" (?:[\w ]{{2,40}}? )?at |<I> went to {_SCHOOL})"
        ),
        content="{who} studied at {phrase}.",
        shape=_BODY,
        state=_PAST,
    ),
    Row(
        name="dropped-out-of",
        slot="school",
        pattern=r"(?:<I>|<HAVE>) <OFTEN>dropped out of ",
        content="{who} dropped out of {phrase}.",
        shape=_BODY,
        state=_PAST,
        ends=True,
    ),
    Row(
        name="studies",
        slot="field_of_study",
        pattern=rf"{_STUDY} ",
        content="{who} studies {value}.",
        shape=Shape.MEMBERS,
        words=FIELDS,
        several=True,
    ),
    Row(
        name="majors-in",
        slot="field_of_study",
        pattern=(
            r"(?:<AM> <OFTEN>(?:majoring in|(?:doing|getting|pursuing|working on) (?:an?|my) (?:phd|master's|masters|bachelor's|"
            r"degree|doctorate)(?: degree)? in)|<I> <OFTEN>major in|my (?:major|field of study) is) "
        ),
        content="{who} studies {value}.",
        shape=Shape.ROLE,
    ),
    Row(
        name="studied",
        slot="field_of_study",
        pattern=r"<I> (?:<OFTEN>studied|majored in) ",
        content="{who} studied {value}.",
        shape=Shape.MEMBERS,
        words=FIELDS,
        state=_PAST,
    ),
    Row(
        name="is-a-student-of",
        slot="field_of_study",
        pattern=rf"<AM> <OFTEN>an? (?:[\w'-]+ ){{0,2}}?(?P<value>{any_of(FIELDS)}) (?:student|major|undergrad)\b",
        content="{who} studies {value}.",
        shape=Shape.SAID,
    ),
    Row(
        name="degree",
        slot="degree",
        pattern=(
            r"(?:<I>|<HAVE>) <OFTEN>(?:have|hold|got|earned|completed|finished|received) (?:an?|my) "
            r"(?=(?:phd|doctorate|master'?s|bachelor'?s|mba|degree|bsc|msc|ma|bs|ms|law degree|jd|md) ?(?:degree )?(?:in\b|$))"
        ),
        content="{who} has {a} {value}.",
        shape=Shape.PHRASE,
    ),
)
