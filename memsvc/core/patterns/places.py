"""Places that people name without capitals, so that "i live in boston" is understood."""

from __future__ import annotations

from typing import Final

from memsvc.core.patterns.words import set_of

#: Countries, in small letters.
COUNTRIES: Final = set_of("""
    afghanistan | albania | algeria | andorra | angola | argentina | armenia | australia | austria
    azerbaijan | bahrain | bangladesh | barbados | belarus | belgium | belize | benin | bhutan | bolivia
    bosnia | botswana | brazil | brunei | bulgaria | burundi | cambodia | cameroon | canada | chile | china
    colombia | costa rica | croatia | cuba | cyprus | czechia | denmark | djibouti | ecuador | egypt
    el salvador | england | eritrea | estonia | ethiopia | fiji | finland | france | gabon | germany | ghana
    greece | greenland | guatemala | guinea | guyana | haiti | honduras | hungary | iceland | india
    indonesia | iran | iraq | ireland | israel | italy | jamaica | japan | jordan | kazakhstan | kenya
    kosovo | kuwait | kyrgyzstan | laos | latvia | lebanon | liberia | libya | liechtenstein | lithuania
    luxembourg | madagascar | malawi | malaysia | maldives | mali | malta | mauritius | mexico | moldova
    monaco | mongolia | montenegro | morocco | mozambique | myanmar | namibia | nepal | netherlands
    new zealand | nicaragua | niger | nigeria | north macedonia | northern ireland | norway | oman
    pakistan | panama | paraguay | peru | philippines | poland | portugal | puerto rico | qatar | romania
    russia | rwanda | saudi arabia | scotland | senegal | serbia | sierra leone | singapore | slovakia
    slovenia | somalia | south africa | south korea | spain | sri lanka | sudan | suriname | sweden
    switzerland | syria | taiwan | tanzania | thailand | togo | tunisia | turkey | uganda | ukraine
    united kingdom | united states | uruguay | uzbekistan | venezuela | vietnam | wales | yemen | zambia
    zimbabwe | uk | usa | uae | dubai
""")
#: States, provinces and regions, in small letters.
REGIONS: Final = set_of("""
    alabama | alaska | alberta | andalusia | arizona | arkansas | bavaria | brittany | british columbia
    california | catalonia | colorado | connecticut | cornwall | delaware | florida | georgia | hawaii
    idaho | illinois | indiana | iowa | kansas | kentucky | kerala | louisiana | maine | manitoba
    maryland | massachusetts | michigan | minnesota | mississippi | missouri | montana | nebraska
    nevada | new brunswick | new hampshire | new jersey | new mexico | new south wales | newfoundland
    normandy | north carolina | north dakota | nova scotia | ohio | oklahoma | ontario | oregon
    pennsylvania | provence | quebec | queensland | rhode island | saskatchewan | saxony | sicily
    south carolina | south dakota | tasmania | tennessee | texas | tuscany | tyrol | utah | vermont
    virginia | washington | west virginia | wisconsin | wyoming | yorkshire | ca | ny | tx | wa | ma | fl
    il | nj | nc | pa | va | dc | d.c
""")
#: Cities, in small letters.
CITIES: Final = set_of("""
    aarhus | aberdeen | abu dhabi | accra | addis ababa | adelaide | albuquerque | alexandria | algiers
    amman | amsterdam | ann arbor | antwerp | arlington | asheville | athens | atlanta | auckland | austin
    baghdad | bali | baltimore | bangalore | bangkok | barcelona | basel | bath | beijing | beirut | belfast
    belgrade | bergen | berkeley | berlin | bern | birmingham | bogota | boise | bologna | bordeaux | boston
    boulder | brasilia | bratislava | brighton | brisbane | bristol | brooklyn | brno | bruges | brussels
    bucharest | budapest | buenos aires | buffalo | busan | cairo | calgary | cambridge | canberra
    cape town | caracas | cardiff | casablanca | charleston | charlotte | chennai | chicago | cincinnati
    cleveland | cologne | colombo | columbus | copenhagen | cordoba | cork | coventry | dakar | dallas
    damascus | delhi | denver | derby | des moines | detroit | dhaka | doha | dortmund | dresden | dublin
    dundee | durban | durham | dusseldorf | edinburgh | edmonton | eindhoven | essen | eugene | exeter
    florence | fort worth | frankfurt | fresno | galway | gdansk | geneva | genoa | ghent | glasgow
    gothenburg | granada | graz | grenoble | guadalajara | guangzhou | halifax | hamburg | hamilton | hanoi
    hanover | hartford | havana | helsinki | hiroshima | ho chi minh city | hong kong | honolulu | houston
    hyderabad | indianapolis | innsbruck | istanbul | jacksonville | jakarta | jerusalem | johannesburg
    kansas city | karachi | kathmandu | kingston | kinshasa | knoxville | kolkata | krakow | kuala lumpur
    kyiv | kyoto | la paz | lagos | lahore | las vegas | lausanne | leeds | leicester | leipzig | leuven
    lille | lima | limerick | lisbon | liverpool | ljubljana | london | long beach | los angeles
    louisville | luanda | lyon | madison | madrid | malaga | malmo | manchester | manhattan | manila
    maputo | marseille | mecca | medellin | melbourne | memphis | mexico city | miami | milan | milwaukee
    minneapolis | minsk | montevideo | montpellier | montreal | moscow | mumbai | munich | nagoya | nairobi
    nantes | naples | nashville | new delhi | new orleans | new york | new york city | newark | newcastle
    nice | norwich | nottingham | nuremberg | nyc | oakland | odessa | oklahoma city | omaha | orlando
    osaka | oslo | ottawa | oxford | palermo | palo alto | panama city | paris | perth | philadelphia
    phnom penh | phoenix | pittsburgh | plymouth | portland | porto | prague | pretoria | providence | pune
    quebec city | queens | quito | raleigh | reykjavik | richmond | riga | rio de janeiro | riyadh
    rochester | rome | rotterdam | sacramento | saint petersburg | salt lake city | salzburg | san antonio
    san diego | san francisco | san jose | san juan | santa barbara | santa clara | santa cruz | santa fe
    santiago | sao paulo | sapporo | sarajevo | savannah | seattle | seoul | seville | shanghai | sheffield
    shenzhen | sf | sofia | southampton | spokane | st louis | st. louis | stockholm | strasbourg
    stuttgart | sunnyvale | surabaya | swansea | sydney | tacoma | taipei | tallinn | tampa | tangier
    tartu | tbilisi | tehran | tel aviv | the hague | thessaloniki | tirana | tokyo | toledo | toronto
    toulouse | tucson | tulsa | tunis | turin | utrecht | valencia | vancouver | venice | verona | vienna
    vilnius | warsaw | washington | washington dc | wellington | wichita | winnipeg | worcester | wroclaw
    yokohama | york | zagreb | zurich
""")
#: All that is known as a place, in small letters.
PLACES: Final = COUNTRIES | REGIONS | CITIES
#: Places whose name holds an "and".
DOUBLE_PLACES: Final = set_of("""
    trinidad and tobago | bosnia and herzegovina | antigua and barbuda | newfoundland and labrador
    turks and caicos | saint kitts and nevis | st kitts and nevis | tyne and wear | jammu and kashmir
""")
