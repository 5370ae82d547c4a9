"""Words that are no value, or that end one: what keeps "I live in fear" from being a place."""

from __future__ import annotations

from typing import Final

from memsvc.core.patterns import words
from memsvc.core.patterns.words import set_of

#: No part of a name, even if all is in capitals.
GOES_ON: Final = set_of("""
    with | for | in | at | on | and | but | as | since | because | where | which | who | when | while | near
    by | from | right | now | again | so | until | till | to | after | before | during | though | although
    too | also | today | together | alone | full-time | part-time | permanently | currently | via | doing
    every | most | or | working | living | these | then | here | over | under | around | just | i | my | we
    the | a | an | is | are | has | this | that | it | last | next | of | not | if | will | would | was | be
    he | she | they | his | her | because | cause | me | our | your | you | yet | still | even | please
""")

#: What may follow the name of a place or a body.
FOLLOWS: Final = GOES_ON - set_of(
    "the | a | an | is | are | has | this | that | it | of | not | if | will | would | was | be | he | she | they | his"
    "| her | me | our | your | you | my | we"
)
JOINERS: Final = set_of(
    "of | the | & | de | la | le | les | du | del | di | da | do | dos | van | von | der | den | al | el | upon | y | st"
)

AREAS: Final = set_of("""
    downtown | central | northern | southern | eastern | western | north | south | east | west | rural
    upstate | greater | inner | suburban | midtown | uptown | the
""")

NO_PLACE: Final = set_of("""
    team | product | sales | marketing | management | engineering | hr | it | support | finance | legal | corp
    inc | ltd | llc | bank | university | college | option | plan | step | chapter | phase | question
    version | monday | tuesday | wednesday | thursday | friday | saturday | sunday | january | february
    march | april | june | july | august | september | october | november | december | god | heaven
    hell | earth | mars | neverland | atlantis | gotham | narnia | hogwarts | wonderland | utopia | fear
    jesus | christ | section | part | level | stage | tab | slide | ohio-state | customer | dev | devops | qa
    research | operations | accounting | mordor | westeros | wakanda | cloud | internet | matrix | python-land
""")

NO_NAME: Final = set_of("""
    not | on | in | at | the | a | an | my | so | ok | okay | sorry | sick | tired | here | there | going | back
    very | just | really | good | fine | great | done | happy | sad | sure | late | ready | new | old | god
    yes | no | maybe | what | that | this | it | he | she | they | you | crazy | later | tomorrow | today
    monday | tuesday | wednesday | thursday | friday | saturday | sunday | january | february | march
    july | september | october | november | december | batman | superman | groot | gandalf | sherlock | spock | yoda | ironman | thor | dracula | hamlet | cinderella | legend | spiderman | spider-man | team | type | deaf | blind
    important | irrelevant | unknown | secret | hard | common | spelled | pronounced | like | also | still
    mr | mrs | ms | dr | sir | madam | mother | father | mom | dad | and | or | but | is | was | are | were | has | had
    i | we | me | when | where | who | how | why | if | for | from | to | with | of | as | by | santa | nobody | somebody
    everyone | dead | busy | hungry | asleep | awake | human | jealous | confused | lost | old-fashioned
    left-handed | right-handed | introvert | extrovert | gemini | leo-rising | pisces | aries | taurus | virgo
    libra | scorpio | sagittarius | capricorn | aquarius | cancer | gen | staff | admin | root | anonymous
    male | female | gay | straight | bi | queer | trans | lesbian | single | married | divorced | retired | unemployed
    pregnant | excited | bored | curious | interested | free | broke | lucky | stuck | almost | about | all
    both | now | only | afraid | always | never | currently | using | trying | looking | working | wondering
    english | republican | democrat | conservative | liberal | indifferent | serious | joking | kidding | maybe | time
    doing | having | available | allergic | vegan | vegetarian | keto | halal | kosher | autistic | bipolar | dyslexic | speechless
    thirsty | exhausted | angry | scared | worried | nervous | proud | grateful | online | offline | home | out | up | down | in
""")

#: Words for kinds of things, not makes: only the last word of a phrase tells what it is.
GENERAL: Final = (
    words.POSSESSIONS
    | words.PROJECTS
    | set_of("""
    car | truck | pickup | van | minivan | suv | motorcycle | motorbike | scooter | hatchback | sedan | campervan
    convertible | hybrid | moped | mini | ram | golf | seat | rover | civic
    """)
)
ACCESSORIES: Final = set_of("""
    charger | key | keys | shirt | t-shirt | hat | cap | poster | toy | stock | shares | seat | insurance | loan
    lighter | plush | ticket | voucher | dealership | appointment | problem | accident | plant | cover | case
""")
NO_TASTE: Final = set_of("""
    option | options | idea | ideas | version | answer | answers | suggestion | suggestions | first | second | third | next | last
    better | best | more | less | plan | approach | design | way | feature | sound | part | point | code | draft
    style | tone | name | title | other | others | having | seeing | knowing | think | say | know | see | admit | hear
    point | look | lamp | most | least | example | examples | to-do | believe | thinking | saying | question
    questions | recipe | list | results | result | response | format | layout | already | getting | lot | bit | changes
    a | an | my | using | nonsense | so | very | too | think | imagine | things
""")

NATURE: Final = set_of("""
    beach | ocean | sea | mountains | outdoors | rain | cold | snow | sun | summer | winter | autumn | fall | spring
    countryside | forest | woods | desert | city | heat | theatre | theater | opera | beatles | dark
    rolling stones | smell of rain | smell of coffee | great outdoors | gym | dentist
""")

#: What is done that one may love to do.
DEEDS: Final = set_of("""
    cook | bake | read | write | paint | draw | sing | dance | travel | hike | swim | run | ski | surf | climb
    sew | knit | garden | fish | camp | cycle | bike | sail | play | dive | ride | jog | explore | skate
""")

NO_NAMES: Final = (
    NO_NAME | words.NATIONALITIES | words.RELIGIONS | words.LANGUAGES | words.COMPANIES
)
