"""Closed word classes and the few open words whose behaviour the rules must know.

Everything regular (lemmas, inflected forms, plural nouns) comes from `lemminflect`; what
stands here is what a dictionary cannot tell: which words can only be function words, which
nouns act, which participles are states, which `-ing` words are things.
"""

from __future__ import annotations

from typing import Final


def words_in(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def phrases_in(text: str) -> tuple[tuple[str, ...], ...]:
    """The phrases of a text, separated by bars, each as its words."""
    return tuple(tuple(phrase.split()) for phrase in text.split("|"))


ARTICLES: Final = words_in("a an the")
DETERMINERS: Final = ARTICLES | words_in(
    "this that these those each every another no both several many few some any all its his"
    " their my our your whose either neither half"
)
SINGULAR_DETERMINERS: Final = words_in("a an one this that each every another either neither")
NUMBERS: Final = words_in(
    "two three four five six seven eight nine ten eleven twelve dozens hundreds thousands"
)
"""Numerals that make a noun phrase plural; digits are recognised by form."""

PLURAL_DETERMINERS: Final = NUMBERS | words_in("several many few these those both")

SINGULAR_PRONOUNS: Final = words_in(
    "he she it someone somebody something everyone everybody everything anyone anything"
    " nobody nothing one"
)
PLURAL_PRONOUNS: Final = words_in("they we you i others")
SUBJECT_PRONOUNS: Final = SINGULAR_PRONOUNS | PLURAL_PRONOUNS
OBJECT_PRONOUNS: Final = words_in("him her them it himself herself itself themselves")

PREPOSITIONS: Final = words_in(
    "of in on at by with without from into onto to for about above across after against along"
    " alongside amid among amongst around atop before behind below beneath beside besides"
    " between beyond down during inside like near nearby off out outside over past per through"
    " throughout toward towards under underneath up upon via within away back together apart"
    " forward upside aboard astride ahead overhead opposite"
)
PARTICLES: Final = words_in(
    "up down in on off out away back over around together apart forward by along past about"
    " through inside outside overhead nearby ahead behind below above across aboard"
)
"""Prepositions that may stand alone, as in `with their hand up` or `lights on`."""

COMPOUND_PREPOSITIONS: Final = phrases_in(
    "on top of|in front of|next to|close to|on the side of|on the back of|in the middle of"
    "|at the top of|at the bottom of|on the edge of|at the end of|in the back of|out of"
    "|off of|inside of|outside of|instead of|because of|along with|together with|up to"
    "|on either side of|on both sides of|to the side of|by the side of|in between"
)
CONJUNCTIONS: Final = words_in("and or but")
SUBORDINATORS: Final = words_in("while as when where because if until although though whereas than")
RELATIVES: Final = words_in("who which whom")
BE: Final = words_in("is are was were am be been")
AUXILIARIES: Final = BE | words_in(
    "has have had do does did can could will would may might must should shall cannot"
)

ADVERBS: Final = words_in(
    "not very too also just still now then there here again almost away together alone nearby"
    " upside sideways backwards forwards downhill uphill indoors outdoors upstairs downstairs"
    " high low closely apart ahead overhead once twice always never often soon already"
)
NOT_ADVERBS: Final = words_in(
    "friendly family fly early lovely elderly curly only ugly belly jelly lily bully rally"
    " silly holy lonely lively jolly woolly hilly smelly ally butterfly assembly deadly italy"
)
ADJECTIVES: Final = words_in(
    "young old little big small large huge tiny tall short long wide narrow thin thick high low"
    " black white red green blue yellow orange purple pink brown gray grey golden silver beige"
    " dark bright light pale blonde blond beautiful cute pretty nice clean dirty wet dry empty"
    " full open closed wooden male female hot cold new fresh blurry colorful colourful different"
    " various many several bald shirtless giant bare modern stuffed brick leather rocky sandy"
    " snowy grassy muddy busy steep calm clear cloudy sunny single double fat skinny naked"
)
DROPPABLE_ADJECTIVES: Final = words_in(
    "young old little big small large huge tiny tall long wide narrow thin thick black white red"
    " green blue yellow orange purple pink brown gray grey golden beige dark bright pale blonde"
    " blond beautiful cute pretty nice clean dirty wet colorful colourful bald fluffy shiny"
    " wooden leather snowy grassy rocky sandy muddy"
)
"""Adjectives whose loss never makes a sentence false. Privative ones (`toy`, `stuffed`,
`fake`, `empty`, `painted`) are not among them: a toy gun is no gun."""

COMPOUNDS_WITH_ADJECTIVE: Final = frozenset(
    phrases_in(
        "white house|black board|green house|red carpet|red wine|white wine|red cross|big top"
        "|black hole|long jump|orange juice|little league|white water|black belt|dark room"
        "|grey hound|old testament|big ben|blue jay|polar bear|brown sugar|green card|green bean"
        "|green beans|green light|red light|yellow card|wooden horse|golden gate|golden retriever"
        "|small talk|wet suit|dirty dishes|thin air|long johns|light bulb|bald eagle|red panda"
        "|white board|wooden spoon|blue whale|black bear|brown bear|snowy owl"
    )
)

PEOPLE: Final = words_in(
    "man woman boy girl child baby kid person people lady guy gentleman toddler infant teenager"
    " player skier snowboarder surfer skater skateboarder rider cyclist biker runner jogger"
    " swimmer diver climber hiker dancer singer musician guitarist drummer pianist chef cook"
    " waiter waitress bartender teacher student doctor nurse soldier officer policeman"
    " firefighter fireman pilot driver worker farmer fisherman sailor astronaut clown bride"
    " groom couple family friend mother father mom dad parent son daughter brother sister"
    " husband wife grandmother grandfather king queen prince princess knight warrior fighter"
    " boxer wrestler batter pitcher catcher umpire referee goalie golfer coach athlete cowboy"
    " reporter photographer businessman businesswoman actor actress crowd audience spectator"
    " passenger pedestrian shopper customer vendor cashier artist painter tourist hunter archer"
    " gymnast cheerleader monk priest nun judge lawyer scientist mechanic carpenter someone"
    " somebody everyone team band group men women children kids character figure robot monster"
    " zombie alien superhero snowman stranger neighbor neighbour villager elder adult teen"
    " others police army tribe choir class orchestra trooper troop gunman thief prisoner guard"
)
ANIMALS: Final = words_in(
    "dog puppy cat kitten horse pony cow bull calf sheep lamb goat pig piglet chicken hen"
    " rooster duck goose swan bird pigeon seagull gull eagle hawk owl parrot crow elephant"
    " giraffe zebra lion tiger leopard cheetah bear cub panda monkey ape gorilla chimpanzee deer"
    " moose elk rabbit bunny hare squirrel mouse rat hamster fox wolf coyote camel donkey llama"
    " alpaca buffalo bison rhino rhinoceros hippo hippopotamus kangaroo koala penguin seal"
    " whale dolphin shark fish turtle tortoise frog toad snake lizard crocodile alligator"
    " dinosaur dragon unicorn bee butterfly spider insect bug fly crab lobster octopus animal"
    " creature pet cattle ox wildebeest antelope ostrich peacock flamingo pelican bat raccoon"
)
VEHICLES: Final = words_in(
    "car truck van bus taxi train tram plane airplane jet helicopter boat ship sailboat kayak"
    " canoe motorcycle motorbike bike bicycle scooter tractor ambulance rocket spaceship balloon"
    " drone wagon carriage vehicle convoy trolley ferry yacht submarine tank kite ball"
)
ANIMATE: Final = PEOPLE | ANIMALS

COLLECTIVES_PLURAL: Final = words_in(
    "group couple number lot bunch variety handful pair lots dozens hundreds thousands plenty"
    " majority series trio"
)
"""`a group of people stand`: the people act, so the verb is plural."""

NOT_PLURAL: Final = words_in(
    "glass grass dress bus gas lens mess cross class boss pass chess news series species tennis"
    " canvas cactus octopus hippopotamus rhinoceros circus campus virus walrus atlas christmas"
    " business process address princess actress waitress mattress compass moss fitness wilderness"
    " darkness mathematics gymnastics athletics headquarters kiss press always across this is"
    " batsman hostess goddess fortress harness witness bass brass iris tigris texas"
    " paris dallas las los his its us asparagus crocus platypus citrus focus bonus surplus"
)
PLURAL_FORMS: Final = words_in(
    "people men women children mice geese feet teeth oxen cattle police sheep deer pants jeans"
    " shorts scissors clothes trousers pajamas sunglasses goggles binoculars headphones others"
    " leaves wolves shelves knives loaves calves halves lives wives thieves buffalo dice"
)

NOUN_ING: Final = words_in(
    "ceiling king string thing something nothing everything anything wing spring morning"
    " evening during sibling darling earring pudding lightning duckling sling bling ping viking"
    " string shoestring herring dumpling sterling outing awning boeing beijing"
    " wedding clothing siding plumbing stocking hamstring railing dwelling furnishing gosling"
    " inning seedling sapling starling sting topping seasoning frosting stuffing filling"
    " rigging scaffolding bedding housing flooring tiling paneling panelling lodging offering"
    " belonging surrounding beginning upbringing underling changeling drawstring offspring"
    " underpinning hamstrings ring swing sing bring cling fling icing"
)
"""`-ing` words that name things. `ring`, `swing`, `bring` … are base forms, never gerunds."""

AMBIGUOUS_ING: Final = words_in(
    "building painting drawing crossing landing opening lighting parking dressing recording"
    " serving meeting feeling writing cutting carving etching covering coating clearing crossing"
    " hearing killing warning wrapping coupling fencing gathering setting showing sitting"
    " reading pricing blessing greeting finding marking spelling trimming turning"
    " shooting training playing rendering engraving weaving embroidering"
    " decking decorating closing listing ending holding flooring fishing boxing wrestling"
    " shopping swimming skating skiing surfing bowling sailing hiking camping racing boating"
    " living dining waiting"
)
"""`-ing` words that name a thing or an act: an act when something animate does it, or when an
object with a determiner follows (`a man painting a fence`)."""

THING_ING: Final = words_in(
    "building painting drawing crossing landing lighting clearing gathering setting dressing"
    " recording covering warning opening etching carving engraving"
)

ING_COMPOUNDS: Final = frozenset(
    phrases_in(
        "living room|dining room|dining table|dining area|dining hall|dining chair|dining set"
        "|sitting room|sitting area|living area|living space|living quarters|waiting room"
        "|waiting area|meeting room|dressing room|changing room|operating room|training room"
        "|reading room|drawing room|emergency room|swimming pool|swimming trunks|swimming suit"
        "|swimming cap|bathing suit|bathing suits|parking lot|parking lots|parking garage"
        "|parking space|parking spot|parking meter|parking meters|parking sign|parking area"
        "|running track|running shoes|running shoe|running water|walking stick|walking path"
        "|walking trail|walking sticks|hiking trail|hiking boots|hiking poles|hiking gear"
        "|hiking backpack|fishing boat|fishing boats|fishing rod|fishing rods|fishing pole"
        "|fishing poles|fishing net|fishing line|fishing village|fishing gear|fishing vessel"
        "|frying pan|frying pans|cutting board|cutting boards|washing machine|washing machines"
        "|sewing machine|vending machine|vending machines|slot machine|shopping cart"
        "|shopping carts|shopping bag|shopping bags|shopping center|shopping centre|shopping mall"
        "|shopping trolley|rocking chair|rocking chairs|rocking horse|boxing ring|boxing gloves"
        "|boxing glove|boxing match|skating rink|ice-skating rink|wedding dress|wedding cake"
        "|wedding ring|wedding party|wedding ceremony|wedding gown|sleeping bag|sleeping bags"
        "|baking sheet|baking tray|baking pan|baking dish|mixing bowl|mixing bowls|mixing board"
        "|steering wheel|racing car|racing cars|racing track|race track|racing bike|cooking pot"
        "|cooking pots|cooking utensils|cooking pan|ironing board|chewing gum|ceiling fan"
        "|ceiling fans|ceiling light|ceiling lights|building site|building block|building blocks"
        "|landing strip|landing gear|landing pad|sailing boat|sailing boats|sailing ship"
        "|sailing ships|sailing vessel|riding boots|riding gear|riding helmet|flying saucer"
        "|flying disc|flying fish|climbing wall|climbing gear|climbing rope|climbing frame"
        "|playing cards|playing card|playing field|playing fields|bowling alley|bowling ball"
        "|bowling pins|bowling lane|camping tent|camping chair|camping chairs|camping gear"
        "|crossing sign|crossing signal|crossing guard|knitting needles|drinking fountain"
        "|drinking glass|drinking glasses|drinking water|drinking straw|measuring cup"
        "|measuring tape|measuring spoons|magnifying glass|folding chair|folding chairs"
        "|folding table|revolving door|sliding door|sliding doors|hanging lamp|hanging lights"
        "|lighting fixture|lighting fixtures|string lights|ring light|swing set|wing tip"
        "|packing tape|packing material|wrapping paper|writing desk|reading glasses|viewing area"
        "|filling station|gas station|polling station|recording studio|shooting range"
        "|rolling pin|rolling hills|rowing boat|rowing boats|rowing machine|exercising machine"
        "|serving tray|serving dish|serving bowl|surfing board|diving board|diving suit"
        "|diving mask|diving gear|skiing gear|skiing equipment|snowboarding gear|winning post"
        "|shipping container|shipping containers|changing table|dressing gown|dressing table"
        "|hearing aid|hearing aids|heating pad|cooling rack"
        "|milking machine|carving knife|punching bag|jumping jacks|finishing line"
        "|starting line|starting block|starting blocks|finishing tape|training ground|training bike"
    )
)

CLOTHING_VERBS: Final = words_in("wear")
"""A state of the subject: when another verb follows, that one is the act."""

STATE_PARTICIPLES: Final = words_in(
    "parked seated dressed covered filled surrounded decorated lit located mounted painted made"
    " attached tied wrapped topped stacked piled lined placed set situated posed displayed gathered"
    " scattered arranged suspended perched stuck trapped buried chained loaded docked moored"
    " anchored crowded packed plugged connected hung strapped draped mixed dotted littered"
    " nestled huddled crouched hunched slumped sprawled curled tucked carved written printed"
    " illuminated reflected silhouetted positioned stationed pulled pushed driven"
    " ridden flown held carried worn served cooked sliced cut chopped labeled"
    " labelled marked engulfed submerged soaked drenched frozen broken destroyed damaged"
    " abandoned flooded overgrown fenced enclosed framed lifted raised towed sunk wrecked "
    " prepared grilled built drawn"
)
"""Participles that tell a state: alone after a subject they become `is/are` + participle."""

PREDICATIVE: Final = words_in("asleep awake afloat ablaze adrift")
"""Adjectives that never stand before their noun: whoever they follow is so."""

INTRANSITIVE_PAST: Final = words_in(
    "walked sat stood looked smiled jumped ran lay laughed talked slept went came fell waited"
    " swam danced stared worked cried shouted screamed nodded turned stepped climbed crawled"
    " knelt flew swung rode leaned stopped started began continued"
)

PHASE_VERBS: Final = words_in("start stop begin keep continue finish go try")
"""Verbs that take another in `-ing`: `stops moving`."""

PLACE_NOUNS: Final = words_in(
    "room bedroom bathroom kitchen office hall hallway corridor lobby street road sidewalk path"
    " highway hill field meadow forest woods park beach desert mountain mountains cliff valley"
    " river lake ocean sea pond stream pool water snow grass sand mud city town village"
    " house building barn church castle bridge garden yard backyard driveway garage porch balcony"
    " deck roof couch sofa bed bench chair floor ground stage court desk table counter bar"
    " restaurant cafe store shop market station platform airport runway subway tunnel car bus"
    " train boat dock pier shore stadium arena gym classroom library hospital cave jungle farm"
    " alley corner doorway window stairs staircase ladder stool rug carpet lawn ice slope trail"
    " track playground plaza square cemetery parking lot zoo"
)

UNCOUNTED: Final = words_in(
    "water snow grass food traffic furniture smoke fire fog rain ice sand mud dirt wood metal"
    " fruit bread rice pasta cheese meat coffee tea milk beer wine juice soup hair luggage"
    " clothing graffiti art music light sunlight moonlight darkness equipment machinery"
    " vegetation scenery text information money paper plastic glass fabric steam dust blood"
    " lightning thunder garbage trash hay corn wheat broccoli sushi pizza cake chocolate ice-cream"
    " skateboarding snowboarding surfing skiing baseball basketball tennis soccer football air"
    " white black red green blue nature downtown sunset sunrise sky"
)

COMMON_ACTS: Final = words_in(
    "stand sit walk run lie look play ride watch dance wait work talk eat drink hold wear move"
    " jump swim ski surf fly sleep kneel march climb smile laugh perform pose gather fight lean"
    " stare kiss hug crawl sing cook read write travel sail float graze have do are"
)
"""Verbs that are recognised after a singular noun that is not their subject."""

LOCATIVE_VERBS: Final = words_in("put place set lay rest hang keep lean stick mount throw toss")
"""Verbs that need the place as well as the thing: `puts a cup on a table`."""

GIVING_VERBS: Final = words_in("give hand offer lend pass show feed throw bring")
"""Verbs that take a person and a thing: neither is left out where both are told."""

GIVEN_NAMES: Final = words_in(
    "aaron abdul abigail adam adele adrian agnes ahmed aisha alan albert alejandro alex alexander"
    " alice alison amanda amelia amina amir amy ana anders andrea andreas andrew angela anita"
    " anja anna anne annie anthony antoine anton antonio arthur astrid ayse barbara beatrice"
    " benjamin bernard bert beth bjorn boris brenda brian bruno camille carla carlos caroline"
    " catherine cecilia charles charlie charlotte chloe chris christina christine christoph"
    " christopher claire clara claudia colin connor cynthia dagmar daniel daniela david deborah"
    " denis dennis diana diego dimitri dmitri dominic donald doris dorothy edith eduardo edward"
    " eleanor elena elias elif elisa elizabeth ella ellen elliot elsa emil emilia emily emma enzo"
    " eric erik ernst esther ethan eugene eva evelyn fatima fatma felix fernando fiona florian"
    " frances francesca francesco francis franz frederick frieda fritz gabriel gabriela geoffrey"
    " george gerald gerhard gina giovanni giulia gloria gordon greta guido gustav hamza hannah"
    " hans harold hassan heather hector heidi heinrich helen helena helga henri henrik henry"
    " herbert hermann hiroshi horst howard hugo ian ibrahim ida ines ingrid irene isaac isabel"
    " isabella ivan jacob jacques jakob james jan jana jane janet jason javier jeffrey jennifer"
    " jens jeremy jerry jessica jim joan joanna joe johan johanna john johnny jonas jonathan jorge"
    " jose joseph joshua juan judith julia julian julie juliet julius jurgen kaito karen karin"
    " karl kate katharina katherine kathleen katie kazuki keith kenji kenneth kevin klaus kofi"
    " konrad kurt kwame kyle lars laura lauren laurent lea lena leo leon leonard leonardo leonie"
    " lewis liam lina linda lisa lorenzo louis louise luca lucas lucia lucy ludwig luigi luis"
    " luisa lukas magda maja malik manuel marcel marco marcus margaret maria marian marie mario"
    " marion marta martha martin martina mary mateo mats matthew matthias maurice maya mehmet mei"
    " melanie melissa mia michael michelle miguel mila mohamed mohammed monica nadia nancy naomi"
    " natalie natasha nathan nelson niamh nicholas nicolas nicole niels nikolai nina noah nora"
    " olga oliver olivia omar oscar oskar otto pablo pamela patricia patrick paul paula pavel"
    " pedro peggy peter petra philip philipp pierre priya rachel rafael raj ralf ralph ramon"
    " rebecca renate ricardo richard rita robert roberto roger roland ronald rosa rosemary ruth"
    " ryan sabine sam samantha samir samuel sara sarah sasha scott sean sebastian sergei sharon"
    " silvia simon simone sofia sonia sophia sophie stefan stefanie stephen steven stuart susan"
    " susanne sven sylvia takeshi tamara tanja tatiana teresa theo theodore theresa thomas tim"
    " timothy tina tobias tom tony tyler ulrich ulrike ursula valentina vanessa vera veronica"
    " victoria vincent vivian vladimir walter wanda wendy werner wilhelm william wolfgang"
    " yasmin yuki yusuf yves zoe"
)
"""Names that are hardly ever another word."""
