"""Patterns for allergies, diets, illnesses and medicines."""

from __future__ import annotations

from typing import Final

from memsvc.core.model import TemporalState
from memsvc.core.patterns.row import LIKELY, Row
from memsvc.core.patterns.shapes import Shape
from memsvc.core.patterns.words import CONDITIONS, MEDICINES, any_of, set_of

_PAST: Final = TemporalState.PAST

_DIET = (
    r"(?P<value>vegan|vegetarian|pescatarian|pescetarian|gluten[- ]free|dairy[- ]free|keto|ketogenic|halal|kosher"
    r"|paleo|flexitarian|low[- ]carb|low[- ]fodmap|fruitarian|carnivore|plant[- ]based|sugar[- ]free|raw vegan)s?"
    r"(?: diet)?\b"
)

_AGAIN = r"\b(?:any ?more|any longer)\b"

_JOKES = set_of("""
    nonsense | mondays | work | people | mornings | stupidity | drama | exercise | bullshit | humour | humor | fun
    meetings | bugs | commitment | effort | success | losing | math | maths | responsibility | everything
    failure | boredom | spreadsheets | losers | liars | criticism | change | idiots | small talk | sarcasm | javascript
""")

_ALLERGIC: Final = "(?:(?:severely|very|deathly|highly|mildly|badly|super|extremely|terribly|slightly) )?allergic to "

HEALTH: Final = (
    Row(
        name="allergic",
        slot="allergy",
        pattern=rf"<AM> <OFTEN>{_ALLERGIC}",
        content="{who} is allergic to {value}.",
        shape=Shape.PHRASE,
        several=True,
        dated=False,
        unless=rf"\ballergic to (?:{any_of(_JOKES)[3:-1]})\b",
    ),
    Row(
        name="not-allergic",
        slot="allergy",
        pattern=rf"<AM> not (?:actually |really |even )?{_ALLERGIC}",
        content="{who} is not allergic to {value}.",
        shape=Shape.PHRASE,
        several=True,
        value="not {value}",
        unless=rf"{_AGAIN}|\bor\b",
    ),
    Row(
        name="no-longer-allergic",
        slot="allergy",
        pattern=r"<AM> (?:no longer|not) allergic to ",
        content="{who} is no longer allergic to {value}.",
        shape=Shape.PHRASE,
        state=_PAST,
        ends=True,
        several=True,
        needs=rf"{_AGAIN}|no longer",
    ),
    Row(
        name="has-allergy",
        slot="allergy",
        pattern=(
            r"<I>(?:'ve got| have| have got| do have) an? (?:(?:severe|bad|mild|serious|slight|life-threatening|strong) )?"
            r"(?P<value>(?!allergy|new |big |huge )[\w-]+(?: [\w-]+)?) allergy\b"
        ),
        content="{who} has {a} {value} allergy.",
    ),
    Row(
        name="has-allergy-to",
        slot="allergy",
        pattern=r"<I>(?:'ve got| have| have got) (?:an? (?:\w+ )?allergy|(?:\w+ )?allergies) to ",
        content="{who} is allergic to {value}.",
        shape=Shape.PHRASE,
        several=True,
    ),
    Row(
        name="cannot-eat",
        slot="allergy",
        pattern=r"<I> (?:can't|cannot|can not) (?:eat|have|drink|touch) (?:any )?",
        content="{who} is allergic to {value}.",
        shape=Shape.PHRASE,
        several=True,
        needs=r"\bi'?m (?:\w+ )?allergic\b",
        confidence=LIKELY,
    ),
    Row(
        name="diet",
        slot="diet",
        pattern=(
            rf"(?:(?:<ARE>|<HAVE> <OFTEN>been) <OFTEN>(?:on )?(?:an? )?(?:strict |strictly )?|(?:<WE>|<HAVE>) <OFTEN>(?:went|gone|go|became|become|"
            rf"turned|eat|keep|follow) (?:an? )?(?:strictly )?){_DIET}"
        ),
        content="{whose} diet is {value}.",
        unless=r"\bgo (?!vegan)",
    ),
    Row(
        name="diet-ends",
        slot="diet",
        pattern=rf"(?:<ARE> no longer|<WE> (?:just |recently )?(?:stopped|quit) (?:being|eating)) (?:an? )?(?:on a )?{_DIET}",
        content="{whose} diet is no longer {value}.",
        state=_PAST,
        ends=True,
    ),
    Row(
        name="diet-not-any-more",
        slot="diet",
        pattern=rf"<ARE> not (?:an? )?(?:on a )?{_DIET}",
        content="{whose} diet is no longer {value}.",
        state=_PAST,
        ends=True,
        needs=_AGAIN,
    ),
    Row(
        name="has-condition",
        slot="condition",
        pattern=r"<I>(?:'ve got| <OFTEN>have(?: got)?| <OFTEN>suffer from| live with|'ve had) (?:(?:mild|severe|chronic|bad) )?",
        content="{who} has {phrase}.",
        shape=Shape.MEMBERS,
        words=CONDITIONS,
        several=True,
        unless=r"\bin (?:my|the|our|a)\b|\bpatients?\b",
    ),
    Row(
        name="diagnosed",
        slot="condition",
        pattern=r"(?:<I> (?:was|got|have been) |i've been |<I> was <OFTEN>)(?:just |recently )?diagnosed with ",
        content="{who} was diagnosed with {phrase}.",
        shape=Shape.PHRASE,
        several=True,
    ),
    Row(
        name="is-condition",
        slot="condition",
        pattern=(
            r"<AM> (?:an? )?<OFTEN>(?P<value>(?:type [12] )?diabetic|asthmatic|epileptic|celiac|coeliac|lactose[- ]intolerant"
            r"|gluten[- ]intolerant|colou?r[- ]?blind|dyslexic|autistic|deaf|legally blind|hard of hearing"
            r"|visually impaired|an[a]?emic|bipolar|neurodivergent|hypothyroid|immunocompromised)\b"
        ),
        content="{who} is {value}.",
    ),
    Row(
        name="takes",
        slot="medication",
        pattern=r"(?:<I> <OFTEN>(?:take|use)|<AM> <OFTEN>(?:taking|on)|i've been (?:taking|on)) (?:\d+ ?m?c?g (?:of )?)?",
        content="{who} takes {value}.",
        shape=Shape.MEMBERS,
        words=MEDICINES,
        several=True,
    ),
    Row(
        name="takes-for",
        slot="medication",
        pattern=(
            r"<I> <OFTEN>take (?P<value>[a-z][\w-]{3,30}) for (?:my |high )?"
            rf"(?:{any_of(CONDITIONS)[3:-1]}|blood pressure|thyroid|cholesterol|heart|sleep|allergies|reflux)\b"
        ),
        content="{who} takes {value}.",
        confidence=LIKELY,
        unless=r"\btake (?:something|medicine|medication|pills|drugs|care|time|part|responsibility)\b",
    ),
)
