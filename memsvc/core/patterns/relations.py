"""Patterns for the people and the animals of someone's life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from memsvc.core.model import TemporalState
from memsvc.core.patterns.row import LIKELY, Row
from memsvc.core.patterns.shapes import Shape
from memsvc.core.patterns.words import any_of, set_of

_PAST: Final = TemporalState.PAST

_ADJECTIVE = (
    r"(?:(?:older|younger|little|big|best|good|close|old|dear|oldest|youngest|eldest|twin|new|lovely|beloved|baby|middle"
    r"|dearest|great|wonderful|sweet|half|first|second|pet|adopted|elder|childhood|college|school) ){0,2}"
)


@dataclass(frozen=True, slots=True)
class _Relation:
    """Words for one kind of people or animals, in the singular."""

    slot: str
    words: frozenset[str]
    #: The slot of a fact about one without a name: it must not take the place of a name.
    nameless_slot: str


_PARTNERS: Final = set_of("""
    wife | husband | partner | girlfriend | boyfriend | fiance | fiancé | fiancee | fiancée | spouse
""")
_CHILDREN: Final = set_of("""
    son | daughter | kid | child | stepson | stepdaughter | toddler | baby | foster son | foster daughter
""")
_FAMILY: Final = set_of("""
    sister | brother | mother | mom | mum | father | dad | grandmother | grandma | grandfather | grandpa
    aunt | uncle | cousin | niece | nephew | twin | mother-in-law | father-in-law | sister-in-law
    brother-in-law | stepmother | stepfather | stepdad | stepmom | half-brother | half-sister | granddaughter
    grandson | godmother | godfather | stepsister | stepbrother | sibling | grandchild | nan | granny
""")
_PETS: Final = set_of("""
    dog | cat | parrot | rabbit | hamster | horse | pony | puppy | kitten | turtle | tortoise | goldfish
    guinea pig | bird | bunny | ferret | lizard | snake | gecko | canary | budgie | cockatiel | chinchilla
    hedgehog | iguana | fish | axolotl | tarantula | retriever | golden retriever | poodle | terrier | labrador
    beagle | shepherd | german shepherd | corgi | dachshund | bulldog | french bulldog | husky | border collie
    collie | greyhound | pug | chihuahua | siamese cat | tabby cat | rescue dog | rescue cat | gerbil | donkey | lab
""")
_RELATIONS: Final = (
    _Relation("partner", _PARTNERS, "family"),
    _Relation("child", _CHILDREN, "child"),
    _Relation("family", _FAMILY, "family"),
    _Relation("friend", set_of("friend | pal | buddy | mate | bestie"), "friend"),
    _Relation(
        "colleague",
        set_of(
            "colleague | coworker | co-worker | boss | manager | mentor | teammate | supervisor"
        ),
        "colleague",
    ),
    _Relation("pet", _PETS, "pet"),
)
_COUNT = r"(?:two|three|four|five|six|seven|eight|[2-9])"
_PLURALS = {
    "child": "(?:kids|children|sons|daughters|boys|girls)",
    "family": "(?:sisters|brothers|siblings|cousins|nieces|nephews|grandchildren|grandkids)",
    "pet": "(?:dogs|cats|rabbits|horses|parrots|hamsters|goldfish|chickens|hens|birds|guinea pigs|kittens|puppies|pets)",
}
_NAMED: Final = "{whose} {relation} is named {value}."
_HAS_NAMED: Final = "{who} has {relation} named {value}."


def _named(relation: _Relation) -> tuple[Row, ...]:
    one = rf"(?P<relation>{_ADJECTIVE}{any_of(relation.words)})"
    plural = (
        rf"{_ADJECTIVE}{any_of({f'{word}s' for word in relation.words} | {'children', 'puppies'})}"
    )
    return (
        Row(
            name=f"my-{relation.slot}",
            slot=relation.slot,
            pattern=rf"\b(?:my|our) {one}(?:(?:'s)? name(?:'s| is)|, |,? (?:is |was )?(?:called|named))? ?(?=\w)(?<=[ ])",
            content=_NAMED,
            shape=Shape.PERSON,
            dated=True,
            anywhere=True,
            story="{whose} {relation} {value} {rest}.",
            unless=r"\b(?:died|passed away|'s ex|ex-)\b",
        ),
        Row(
            name=f"my-{relation.slot}-called",
            slot=relation.slot,
            pattern=rf"(?:my|our) {one}(?:(?:'s)? name(?:'s| is)| is (?:called|named)|(?:'s| is)(?= (?-i:[A-Z]))) ",
            content=_NAMED,
            shape=Shape.NAME,
        ),
        Row(
            name=f"my-{relation.slot}s-named",
            slot=relation.slot,
            pattern=rf"(?:my|our) (?:two |three )?{plural}(?:'s?)?(?:,? (?:names? are|are (?:called|named)|are|called|named))? ",
            content=f"{{who}} has a {relation.slot if relation.slot != 'family' else 'relative'} named {{value}}.",
            shape=Shape.PERSON,
            several=True,
        ),
        Row(
            name=f"has-a-{relation.slot}-named",
            slot=relation.slot,
            pattern=(
                r"(?:<WE>|<HAVE>) <OFTEN>(?:have|had|got|'ve got|adopted|rescued|bought|own|gotten) "
                rf"(?P<relation>(?:an?|one) (?:[\w-]+ ){{0,3}}?{any_of(relation.words)}),? (?:named|called|whose name is) "
            ),
            content=_HAS_NAMED,
            shape=Shape.PERSON,
        ),
    )


def _nameless(relation: _Relation) -> tuple[Row, ...]:
    one = rf"(?:my|our) (?P<relation>{_ADJECTIVE}{any_of(relation.words)})"
    slot = relation.nameless_slot

    def about(name: str, verb: str, content: str, shape: Shape) -> Row:
        return Row(
            name=f"my-{relation.slot}-{name}",
            slot=slot,
            pattern=rf"{one} <OFTEN>{verb} ",
            content=content,
            shape=shape,
            value="",
            confidence=LIKELY,
        )

    return (
        about("lives-in", "lives in", "{whose} {relation} lives in {phrase}.", Shape.PLACE),
        about(
            "moved-to",
            "(?:moved|relocated) to",
            "{whose} {relation} lives in {phrase}.",
            Shape.PLACE,
        ),
        about(
            "works-at",
            "works (?:at|for)",
            "{whose} {relation} works at {phrase}.",
            Shape.ORGANISATION,
        ),
        about(
            "works-as", "works as an?", "{whose} {relation} works as {a} {value}.", Shape.OCCUPATION
        ),
        about("is-a", "is an?", "{whose} {relation} is {a} {value}.", Shape.OCCUPATION),
    )


def _counted() -> tuple[Row, ...]:
    several = tuple(
        Row(
            name=f"has-several-{slot}",
            slot=slot,
            pattern=rf"(?:<WE> <OFTEN>(?:have|own)|<HAVE> got) (?P<value>{_COUNT} (?:(?:young|little|older|younger|small|big|adult|grown) )?{plural})\b",
            content="{who} has {value}.",
        )
        for slot, plural in _PLURALS.items()
    )
    groups = (
        ("child", _CHILDREN | set_of("newborn | one-year-old")),
        (
            "family",
            set_of(
                "sister | brother | twin sister | twin brother | older sister | older brother | younger sister | younger brother | little sister | little brother | big sister | big brother | twin"
            ),
        ),
        ("pet", _PETS),
    )
    single = tuple(
        Row(
            name=f"has-a-{slot}",
            slot=slot,
            pattern=(
                r"(?:<WE> <OFTEN>have|<HAVE> <OFTEN>got|<WE> <OFTEN>(?:adopted|own|got)) (?=(?:an?|one) )"
            ),
            content="{who} has {phrase}.",
            shape=Shape.MEMBERS,
            words=words,
            several=True,
            confidence=LIKELY,
        )
        for slot, words in groups
    )
    return several + single


_STATUS = (
    "(?P<value>married|single|engaged|divorced|widowed|in a relationship|separated|newly married)"
)

STATUS: Final = (
    Row(
        name="status",
        slot="relationship_status",
        pattern=rf"<ARE> <OFTEN>(?:(?:newly|happily|recently) )?{_STATUS}\b",
        content="{whose} relationship status is {value}.",
        unless=r"\bengaged in\b",
    ),
    Row(
        name="got-status",
        slot="relationship_status",
        pattern=r"(?:<WE>|<HAVE>) <OFTEN>(?:got|gotten) <OFTEN>(?P<value>married|engaged|divorced)\b",
        content="{whose} relationship status is {value}.",
    ),
    Row(
        name="no-longer-status",
        slot="relationship_status",
        pattern=r"<ARE> (?:no longer|not) (?P<value>married|single|engaged)\b",
        content="{whose} relationship status is no longer {value}.",
        state=_PAST,
        ends=True,
        needs=r"\bno longer\b|\bany ?more\b",
    ),
    *(
        Row(
            name=f"{status}-to",
            slot="relationship_status",
            pattern=rf"(?:<AM>|<I> got) <OFTEN>{status} to ",
            content=f"{{whose}} relationship status is {status}.",
            shape=Shape.NAME,
            value=status,
        )
        for status in ("married", "engaged")
    ),
    Row(
        name="is-with",
        slot="partner",
        pattern=r"(?:<AM>|<I> got) <OFTEN>(?:married to|engaged to|dating|in a relationship with) ",
        content="{whose} partner is {value}.",
        shape=Shape.NAME,
    ),
    Row(
        name="broke-up-with",
        slot="partner",
        pattern=r"(?:<I>|<HAVE>) <OFTEN>(?:broke|broken|split) up with ",
        content="{who} is no longer together with {value}.",
        shape=Shape.NAME,
        state=_PAST,
        ends=True,
    ),
    Row(
        name="broke-up",
        slot="partner",
        pattern=rf"<I> <OFTEN>(?P<value>(?:broke|split) up)(?: with my {any_of(_PARTNERS)})?(?! with)",
        content="{who} is no longer together with the partner that they had.",
        state=_PAST,
        ends=True,
        value="",
    ),
    Row(
        name="pet-died",
        slot="pet",
        pattern=rf"(?:my|our) (?P<relation>{_ADJECTIVE}{any_of(_PETS)}),? (?P<value>(?-i:[A-Z])\w+),? (?:just |recently )?(?:died|passed away)\b",
        content="{whose} {relation} {value} died.",
        state=_PAST,
        ends=True,
    ),
)
RELATIONS: Final = (
    *STATUS,
    *(row for relation in _RELATIONS for row in _named(relation)),
    *(row for relation in _RELATIONS for row in _nameless(relation)),
    *_counted(),
)
