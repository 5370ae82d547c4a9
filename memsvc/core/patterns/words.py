"""Words that the patterns of the offline extraction rest on: jobs, languages, illnesses, things.

All are in small letters; entries are separated by line ends and bars.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final


def set_of(text: str) -> frozenset[str]:
    """Return the entries of *text*, which line ends and bars separate."""
    entries = (entry.strip() for line in text.splitlines() for entry in line.split("|"))
    return frozenset(entry for entry in entries if entry)


def any_of(words: Iterable[str]) -> str:
    """Return a regular expression for any of *words*: the longer first, so that no start wins."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(word.replace(" ", "[ -]") for word in ordered) + ")"


#: The last word of a job's title.
OCCUPATIONS: Final = set_of("""
    accountant | actor | actress | actuary | administrator | advisor | adviser | analyst | anaesthetist
    anesthesiologist | animator | apprentice | archaeologist | architect | archivist | artist | assistant
    astronaut | astronomer | attorney | auditor | author | baker | banker | barber | barista | barrister
    bartender | beautician | biologist | blacksmith | blogger | bookkeeper | botanist | brewer | bricklayer
    broker | builder | butcher | caregiver | carer | caretaker | carpenter | cashier | ceo | cfo | chef
    chemist | chiropractor | choreographer | cleaner | clerk | coach | columnist | comedian | composer
    conductor | consultant | contractor | controller | cook | coordinator | copywriter | counsellor
    counselor | courier | cto | curator | dancer | decorator | dentist | dermatologist | designer
    detective | developer | devops engineer | dietitian | director | dispatcher | dj | doctor | driver
    ecologist | economist | editor | educator | electrician | engineer | entomologist | entrepreneur
    epidemiologist | esthetician | executive | farmer | filmmaker | firefighter | fisherman | florist
    forester | founder | freelancer | gardener | geologist | goldsmith | grader | guard | guide | hairdresser
    handyman | historian | hygienist | illustrator | inspector | instructor | intern | interpreter
    investigator | janitor | jeweller | jeweler | journalist | judge | laborer | labourer | landscaper
    lawyer | lecturer | librarian | lifeguard | linguist | locksmith | machinist | magistrate | manager
    marine | marketer | mason | mathematician | mechanic | meteorologist | microbiologist | midwife
    miner | model | musician | nanny | neurologist | neuroscientist | notary | novelist | nurse
    nutritionist | officer | operator | optician | optometrist | painter | paralegal | paramedic
    pastor | pathologist | pediatrician | paediatrician | pharmacist | philosopher | photographer
    physician | physicist | physiotherapist | pianist | pilot | planner | plumber | podiatrist | poet
    policeman | politician | potter | principal | priest | producer | professor | programmer
    psychiatrist | psychologist | publisher | rabbi | radiographer | radiologist | ranger | realtor
    receptionist | recruiter | reporter | researcher | roofer | sailor | salesman | salesperson
    scientist | sculptor | seamstress | secretary | shopkeeper | singer | social worker | sociologist
    soldier | solicitor | sommelier | specialist | statistician | stonemason
    supervisor | surgeon | surveyor | tailor | tattooist | teacher | technician | technologist | tester
    therapist | trader | trainer | translator | trucker | tutor | undertaker | veterinarian | vet
    violinist | volunteer | waiter | waitress | welder | worker | writer | zookeeper | zoologist
    postdoc | practitioner | representative | nanny | housekeeper | stylist | strategist | sysadmin | sre
""")
#: Who leads one of these is its lead, which is a job's title.
LED: Final = set_of(
    "data | design | engineering | product | project | research | team | tech | technical"
)
#: Before a job's title these make it no job: "a terrible cook".
NO_TRADE: Final = set_of("""
    terrible | bad | good | great | big | huge | real | total | such | bit | kind | sort | lousy | decent
    amateur | aspiring | wannabe | former | ex | ex- | future | hobby | secret | armchair | natural | born
    mediocre | excellent | wonderful | amazing | hopeless | home | better | worse | not | fake | failed
    would-be | horrible | awful | poor | slow | fast | careful | nervous | confident | slightly | very
    pretty | budding | messy | creative | casual | serious | avid | keen | self-taught | proud | happy
    frustrated | tired | control | role | fashion | night | devil | responsible | safe | bigger | lifelong
    the | a | an | of | for | in | like | to | and | or | no | this | that | your | his | her | their | huge
    solid | strong | weak | visual | fair-weather | backseat | back-seat | frequent | regular | heavy
    sworn | fellow | model | strict | tough | harsh | key | main | only | mere | silent | first-time
""")
LANGUAGES: Final = set_of("""
    english | french | german | spanish | portuguese | italian | dutch | flemish | swedish | norwegian
    danish | finnish | icelandic | polish | czech | slovak | hungarian | romanian | bulgarian | greek
    turkish | russian | ukrainian | serbian | croatian | bosnian | slovenian | albanian | latvian
    lithuanian | estonian | arabic | hebrew | persian | farsi | dari | pashto | urdu | hindi | bengali
    punjabi | gujarati | marathi | tamil | telugu | kannada | malayalam | sinhala | nepali | mandarin
    chinese | cantonese | japanese | korean | vietnamese | thai | khmer | lao | burmese | malay
    indonesian | tagalog | filipino | swahili | amharic | somali | yoruba | igbo | hausa | zulu | xhosa
    afrikaans | catalan | basque | galician | irish | welsh | gaelic | breton | maltese | armenian
    georgian | kazakh | uzbek | mongolian | latin | esperanto | yiddish | quechua | maori | hawaiian
    sign language | american sign language | british sign language | brazilian portuguese | mandarin chinese
""")
NATIONALITIES: Final = set_of("""
    american | british | english | scottish | welsh | irish | canadian | australian | french | german
    spanish | portuguese | italian | dutch | belgian | swiss | austrian | swedish | norwegian | danish
    finnish | icelandic | polish | czech | slovak | hungarian | romanian | bulgarian | greek | turkish
    russian | ukrainian | belarusian | serbian | croatian | bosnian | slovenian | albanian | latvian
    lithuanian | estonian | egyptian | moroccan | tunisian | algerian | lebanese | syrian | iraqi | iranian
    israeli | palestinian | jordanian | saudi | afghan | pakistani | indian | bangladeshi | nepali
    sri lankan | chinese | taiwanese | japanese | korean | south korean | vietnamese | thai | cambodian
    malaysian | singaporean | indonesian | filipino | filipina | mongolian | kazakh | uzbek | armenian
    georgian | mexican | guatemalan | cuban | jamaican | haitian | dominican | puerto rican | colombian
    venezuelan | ecuadorian | peruvian | bolivian | chilean | argentinian | argentine | uruguayan
    paraguayan | brazilian | nigerian | ghanaian | kenyan | ethiopian | somali | sudanese | ugandan
    tanzanian | rwandan | zimbabwean | south african | senegalese | cameroonian | maltese | cypriot
    new zealander | texan | californian | catalan | basque
""")
RELIGIONS: Final = set_of("""
    catholic | protestant | christian | muslim | jewish | hindu | buddhist | sikh | atheist | agnostic
    mormon | lutheran | anglican | baptist | methodist | orthodox christian | jain | bahai | quaker | pagan
    roman catholic | evangelical christian
""")
CONDITIONS: Final = set_of("""
    asthma | diabetes | type 1 diabetes | type 2 diabetes | type one diabetes | type two diabetes | adhd
    add | autism | epilepsy | migraines | chronic migraines | arthritis | rheumatoid arthritis
    osteoarthritis | celiac disease | coeliac disease | celiac | crohn's disease | crohn's
    ulcerative colitis | ibs | irritable bowel syndrome | eczema | psoriasis | rosacea | hypertension
    high blood pressure | low blood pressure | high cholesterol | anxiety | social anxiety | depression
    bipolar disorder | ocd | ptsd | schizophrenia | dyslexia | insomnia | sleep apnea | sleep apnoea
    narcolepsy | tinnitus | glaucoma | scoliosis | fibromyalgia | lupus | multiple sclerosis
    parkinson's | parkinson's disease | endometriosis | pcos | hypothyroidism | hyperthyroidism
    anemia | anaemia | gout | gerd | acid reflux | hay fever | lactose intolerance | gluten intolerance
    heart disease | chronic back pain | chronic pain | chronic fatigue syndrome | cancer | breast cancer
    leukemia | osteoporosis | cystic fibrosis | vertigo | hemophilia | haemophilia | sciatica | long covid
    generalized anxiety disorder | panic disorder | a heart condition | dyscalculia | dyspraxia
    sickle cell disease | kidney disease | cerebral palsy | hearing loss | an autoimmune disease
""")
MEDICINES: Final = set_of("""
    metformin | insulin | levothyroxine | lisinopril | atorvastatin | amlodipine | metoprolol | omeprazole
    losartan | albuterol | gabapentin | sertraline | simvastatin | hydrochlorothiazide | fluoxetine
    escitalopram | citalopram | bupropion | venlafaxine | duloxetine | trazodone | lithium | lamotrigine
    quetiapine | aripiprazole | adderall | ritalin | vyvanse | concerta | methylphenidate | warfarin
    apixaban | clopidogrel | aspirin | statins | prednisone | methotrexate | adalimumab | humira | zoloft
    prozac | lexapro | xanax | synthroid | ozempic | semaglutide | propranolol | sumatriptan | topiramate
    montelukast | cetirizine | loratadine | pantoprazole | famotidine | spironolactone | ramipril
    bisoprolol | salbutamol | beta blockers | antidepressants | blood thinners | birth control
    antihistamines | tamoxifen | allopurinol | colchicine | rosuvastatin | pravastatin | eliquis | xarelto
""")
FIELDS: Final = set_of("""
    accounting | aerospace engineering | agriculture | anthropology | archaeology | architecture | art
    art history | astronomy | astrophysics | biochemistry | bioinformatics | biology | biotechnology
    botany | business | business administration | chemical engineering | chemistry | civil engineering
    classics | communications | computer engineering | computer science | criminology | cs
    cybersecurity | data science | dentistry | design | drama | ecology | economics | education
    electrical engineering | engineering | english | english literature | environmental science
    fashion design | film | finance | fine arts | forestry | game design | genetics | geography | geology
    german | graphic design | history | human rights | industrial design | information systems
    international relations | journalism | law | linguistics | literature | management | marketing
    materials science | mathematics | maths | math | mechanical engineering | medicine | microbiology
    music | neuroscience | nursing | nutrition | oceanography | pharmacology | pharmacy | philosophy
    physics | physiotherapy | political science | politics | psychology | public health | public policy
    religious studies | robotics | social work | sociology | software engineering | statistics | theatre
    theology | tourism | urban planning | veterinary medicine | zoology | applied mathematics | machine learning
""")
#: Makes of cars and motorcycles, and kinds of vehicles.
VEHICLES: Final = set_of("""
    toyota | honda | ford | chevrolet | chevy | tesla | bmw | audi | mercedes | volkswagen | vw | volvo
    nissan | mazda | subaru | hyundai | kia | lexus | jeep | dodge | porsche | ferrari | fiat | renault
    peugeot | citroen | citroën | opel | skoda | škoda | seat | dacia | mini | jaguar | rover | land rover
    range rover | acura | infiniti | buick | cadillac | gmc | ram | suzuki | mitsubishi | saab | rivian
    polestar | byd | vauxhall | alfa romeo | prius | corolla | camry | civic | golf | f-150 | mustang
    car | truck | pickup | van | minivan | suv | motorcycle | motorbike | scooter | hatchback | sedan
    mini cooper | campervan | convertible | hybrid | moped | yamaha | kawasaki | ducati | harley | vespa | wrangler
""")
POSSESSIONS: Final = set_of("""
    house | flat | apartment | condo | cottage | cabin | farm | boat | sailboat | yacht | kayak | canoe
    telescope | piano | guitar | violin | drone | camera | laptop | macbook | ipad | desktop | printer
    3d printer | bungalow | townhouse | villa | land | bike | bicycle | e-bike | bakery | café | cafe
    restaurant | shop | studio | synthesizer | synthesiser | drum kit | greenhouse | caravan | camper | surfboard
""")
#: What a project is: the last word of its phrase.
PROJECTS: Final = set_of("""
    novel | book | app | application | website | game | album | podcast | thesis | dissertation | startup
    screenplay | script | documentary | film | memoir | compiler | robot | blog | newsletter | cookbook
    library | plugin | synthesizer | treehouse | boat | poem | collection | comic | course | prototype
    product | platform | database | language | engine | bot | chatbot | mural | painting | quilt | song
""")
TOOLS: Final = set_of("""
    python | java | javascript | typescript | rust | go | golang | kotlin | swift | c | c++ | c# | ruby
    php | perl | scala | haskell | elixir | erlang | clojure | lua | matlab | julia | r | sql | html | css
    react | vue | angular | svelte | django | flask | rails | node | node.js | docker | kubernetes | terraform
    aws | azure | gcp | linux | git | excel | photoshop | illustrator | figma | blender | unity | unreal
    pytorch | tensorflow | pandas | numpy | spark | fortran | cobol | assembly | bash | zig | dart | flutter
    autocad | solidworks | final cut | premiere | lightroom | postgres | mysql | mongodb | graphql | latex
""")
INSTRUMENTS: Final = set_of("""
    guitar | piano | violin | cello | viola | bass | double bass | drums | flute | clarinet | oboe | bassoon
    saxophone | sax | trumpet | trombone | tuba | french horn | harp | ukulele | banjo | mandolin
    accordion | harmonica | keyboard | keyboards | organ | bagpipes | sitar | recorder | bass guitar
    electric guitar | acoustic guitar | classical guitar | lute | marimba
""")
GAMES: Final = set_of("""
    chess | go | poker | bridge | tennis | table tennis | football | soccer | basketball | baseball
    volleyball | beach volleyball | badminton | squash | cricket | rugby | hockey | ice hockey
    field hockey | golf | lacrosse | padel | pickleball | water polo | handball | softball | darts | pool
    billiards | snooker | video games | board games | dungeons and dragons | d&d | minecraft | bowling
    frisbee | ultimate frisbee | dodgeball | scrabble | mahjong | backgammon | paintball
""")
#: What one goes doing.
OUTINGS: Final = set_of("""
    running | jogging | swimming | hiking | climbing | bouldering | cycling | biking | skiing | surfing
    sailing | fishing | camping | kayaking | rowing | dancing | snowboarding | skating | horse riding
    rock climbing | mountain biking | birdwatching | walking | bowling | diving | scuba diving | ice skating
""")
#: What one does, or goes to.
SPORTS: Final = set_of("""
    yoga | pilates | karate | judo | taekwondo | aikido | boxing | kickboxing | crossfit | ballet | salsa
    zumba | gymnastics | tai chi | jiu jitsu | brazilian jiu jitsu | weightlifting | fencing | archery
    martial arts | capoeira | spinning | meditation | calligraphy | pottery | ceramics | improv | choir
    parkour | photography | woodworking | triathlons | crossword puzzles | crosswords | origami
    the gym | church | choir practice | choir rehearsal | book club | mass | therapy | spin class
    yoga class | dance class | pottery class | karate class | band practice | a pottery class | a yoga class
    a book club | a dance class | temple | the mosque | the synagogue | trivia night | pub quiz
""")
COMPANIES: Final = set_of("""
    google | nvidia | openai | anthropic | amazon | apple | microsoft | meta | facebook | netflix | oracle
    ibm | intel | amd | tesla | uber | lyft | airbnb | stripe | spotify | twitter | salesforce | adobe
    samsung | sony | nokia | ericsson | siemens | bosch | sap | cisco | dell | hp | qualcomm | spacex | boeing
    airbus | ford | toyota | honda | bmw | volkswagen | walmart | target | costco | ikea | starbucks
    mcdonald's | mcdonalds | nike | adidas | deloitte | pwc | kpmg | accenture | mckinsey | jpmorgan
    goldman sachs | morgan stanley | citibank | hsbc | barclays | pfizer | novartis | roche | bayer | merck
    shell | bp | exxon | ups | fedex | dhl | linkedin | slack | zoom | dropbox | github | gitlab | atlassian
    shopify | paypal | ebay | snapchat | tiktok | bytedance | pinterest | reddit | databricks | snowflake
    palantir | nasa | cern | disney | pixar | lidl | aldi | tesco | vodafone | verizon | comcast | at&t
    best buy | home depot | whole foods | trader joe's | deepmind | mozilla | bloomberg | lufthansa | zalando
""")
SCHOOLS: Final = set_of("""
    mit | harvard | stanford | yale | princeton | cornell | columbia | brown | dartmouth | upenn | penn state
    caltech | berkeley | uc berkeley | ucla | ucsd | usc | nyu | oxford | cambridge | lse | imperial | ucl
    eth | eth zurich | epfl | mcgill | duke | georgetown | georgia tech | cmu | carnegie mellon | purdue
    rice | stanford university | notre dame | northwestern | johns hopkins | tu delft | tum | sorbonne | kaist
""")
#: A name with one of these words is a school's.
SCHOOL_WORDS: Final = set_of(
    "university | college | school | institute | academy | uni | polytechnic"
)
