"""What people write under and into short videos, in nine languages.

Each language has the words of the drawn world in the form that its templates need: things as
the object of a verb, deeds as infinitives or nouns, places with their preposition. The order
is that of the tables of `world`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import features

from scenewise.core.errors import ComponentMissing
from scenewise.media.lettering import choose_face
from scenewise.synthetic.world import ACTIONS, PROPS, SETTINGS, Event

TOPICS: Final = ("ball games", "baking", "music", "travel", "gardening", "reading", "kites",
                 "cleaning", "winter", "friends")  # fmt: skip
"""What short videos are about."""


@dataclass(frozen=True)
class Words:
    """The words of a language.

    Args:
        things: by name of the thing.
        deeds: by name of the action; `{object}` stands for the thing.
        places: by name of the setting.
        hooks: templates of descriptions with `{doing}`, `{place}` and `{part}`.
        overlays: templates of what is written into the picture, with the same blanks.
        tags: the hashtag of each topic.
    """

    things: Mapping[str, str]
    deeds: Mapping[str, str]
    places: Mapping[str, str]
    hooks: tuple[str, ...]
    overlays: tuple[str, ...]
    tags: Mapping[str, str]

    def filled(self, template: str, event: Event, part: int) -> str:
        """A template about an event; its sentences begin with large letters."""
        doing = self.deeds[event.action].format(object=self.things.get(event.object, ""))
        if "? {doing}" in template:
            doing = doing[0].upper() + doing[1:]
        text = template.format(doing=doing, place=self.places[event.setting], part=part)
        return text[0].upper() + text[1:]


def _words(things: str, deeds: str, places: str, hooks: str, overlays: str, tags: str) -> Words:
    """Words from lists whose entries are parted by bars."""

    def split(text: str) -> list[str]:
        return [" ".join(part.split()) for part in text.split("|")]

    return Words(
        dict(zip((one.name for one in PROPS), split(things), strict=True)),
        dict(zip((one.name for one in ACTIONS), split(deeds), strict=True)),
        dict(zip((one.name for one in SETTINGS), split(places), strict=True)),
        tuple(split(hooks)),
        tuple(split(overlays)),
        dict(zip(TOPICS, split(tags), strict=True)),
    )


WORDS: Final[Mapping[str, Words]] = {
    "en": _words(
        """a ball|a book|an umbrella|a suitcase|a bucket|a guitar|a potted plant|a lantern|
        a clock|a cake|a chair|a box|a balloon|a broom|a teddy bear|a trumpet|a watermelon|
        a vase|a kite|a drum""",
        """going for a walk|running|jumping|dancing|sleeping|sitting on a stool|waving|
        climbing a ladder|crawling|kneeling|carrying {object}|throwing {object}|
        picking up {object}|lifting {object}|kicking {object}|pushing {object}|
        looking closely at {object}|balancing {object} on my head|giving away {object}|
        hugging a friend|chasing a friend|pointing at a friend""",
        """in the kitchen|in the bedroom|in the living room|in the garage|in the library|
        in the street|in the park|on the beach|in the forest|at the market|at the station|
        on a mountain""",
        """POV: {doing} {place} 😂|{doing} {place}, part {part}|
        Nobody told me that {doing} {place} is this hard|Today: {doing} {place}. Thoughts?""",
        "wait for it…|{doing}|{place} again|part {part}",
        "football|baking|music|travel|gardening|books|kites|cleaning|winter|friends",
    ),
    "de": _words(
        """einen Ball|ein Buch|einen Regenschirm|einen Koffer|einen Eimer|eine Gitarre|
        eine Topfpflanze|eine Laterne|eine Uhr|eine Torte|einen Stuhl|eine Kiste|
        einen Luftballon|einen Besen|einen Teddybären|eine Trompete|eine Wassermelone|
        eine Vase|einen Drachen|eine Trommel""",
        """spazieren gehen|rennen|hüpfen|tanzen|schlafen|auf einem Hocker sitzen|winken|
        auf eine Leiter klettern|krabbeln|knien|{object} tragen|{object} werfen|
        {object} aufheben|{object} hochheben|gegen {object} treten|{object} schieben|
        {object} genau ansehen|{object} auf dem Kopf balancieren|{object} verschenken|
        einen Freund umarmen|einen Freund verfolgen|auf einen Freund zeigen""",
        """in der Küche|im Schlafzimmer|im Wohnzimmer|in der Garage|in der Bibliothek|
        auf der Straße|im Park|am Strand|im Wald|auf dem Markt|am Bahnhof|auf dem Berg""",
        """Heute {place}: {doing} 😂|Wer macht mit? {doing}, {place}!|
        Mein Tag {place}: {doing}. Was meint ihr?|{doing} {place}, Teil {part}""",
        "wartet ab …|{doing}|schon wieder {place}|Teil {part}",
        "fußball|backen|musik|reisen|garten|bücher|drachensteigen|putzen|winter|freunde",
    ),
    "es": _words(
        """una pelota|un libro|un paraguas|una maleta|un cubo|una guitarra|una maceta|un farol|
        un reloj|una tarta|una silla|una caja|un globo|una escoba|un osito de peluche|
        una trompeta|una sandía|un jarrón|una cometa|un tambor""",
        """pasear|correr|saltar|bailar|dormir|estar en un taburete|saludar con la mano|
        subir por una escalera|gatear|ponerse de rodillas|llevar {object}|lanzar {object}|
        recoger {object}|levantar {object}|dar una patada a {object}|empujar {object}|
        mirar de cerca {object}|llevar {object} en la cabeza|regalar {object}|
        abrazar a un amigo|perseguir a un amigo|señalar a un amigo""",
        """en la cocina|en el dormitorio|en el salón|en el garaje|en la biblioteca|en la calle|
        en el parque|en la playa|en el bosque|en el mercado|en la estación|en la montaña""",
        """Hoy {place}: {doing} 😂|¿Quién se apunta? ¡A {doing} {place}!|
        Mi día {place}: {doing}. ¿Qué os parece?|{doing} {place}, parte {part}""",
        "espera…|{doing}|otra vez {place}|parte {part}",
        "fútbol|repostería|música|viajes|jardinería|libros|cometas|limpieza|invierno|amigos",
    ),
    "fr": _words(
        """un ballon|un livre|un parapluie|une valise|un seau|une guitare|une plante en pot|
        une lanterne|une horloge|un gâteau|une chaise|une boîte|un ballon de baudruche|un balai|
        un ours en peluche|une trompette|une pastèque|un vase|un cerf-volant|un tambour""",
        """se promener|courir|sauter|danser|dormir|rester sur un tabouret|saluer de la main|
        grimper à une échelle|marcher à quatre pattes|se mettre à genoux|porter {object}|
        lancer {object}|ramasser {object}|soulever {object}|donner un coup de pied dans {object}|
        pousser {object}|regarder {object} de près|porter {object} sur la tête|offrir {object}|
        serrer un ami dans ses bras|poursuivre un ami|montrer un ami du doigt""",
        """dans la cuisine|dans la chambre|dans le salon|dans le garage|à la bibliothèque|
        dans la rue|au parc|à la plage|dans la forêt|au marché|à la gare|à la montagne""",
        """Aujourd'hui {place} : {doing} 😂|Qui vient ? {doing} {place} !|
        Ma journée {place} : {doing}. Vous en pensez quoi ?|{doing} {place}, épisode {part}""",
        "attendez…|{doing}|encore {place}|épisode {part}",
        "football|pâtisserie|musique|voyage|jardinage|livres|cerfvolant|ménage|hiver|amis",
    ),
    "ru": _words(
        """мяч|книгу|зонт|чемодан|ведро|гитару|цветок в горшке|фонарь|часы|торт|стул|коробку|
        воздушный шар|метлу|плюшевого мишку|трубу|арбуз|вазу|воздушного змея|барабан""",
        """гулять|бегать|прыгать|танцевать|спать|сидеть на табурете|махать рукой|
        подниматься по лестнице|ползать|стоять на коленях|нести {object}|бросать {object}|
        поднимать {object} с земли|держать {object} над головой|пинать {object}|
        толкать {object}|рассматривать {object}|держать {object} на голове|дарить {object}|
        обнимать друга|догонять друга|показывать на друга""",
        """на кухне|в спальне|в гостиной|в гараже|в библиотеке|на улице|в парке|на пляже|в лесу|
        на рынке|на вокзале|в горах""",
        """Сегодня {place}: {doing} 😂|Кто со мной? {doing} {place}!|
        Мой день {place}: {doing}. Что скажете?|{doing} {place}, часть {part}""",
        "подождите…|{doing}|снова {place}|часть {part}",
        "футбол|выпечка|музыка|путешествия|сад|книги|воздушныйзмей|уборка|зима|друзья",
    ),
    "uk": _words(
        """м'яч|книгу|парасольку|валізу|відро|гітару|вазон|ліхтар|годинник|торт|стілець|коробку|
        повітряну кульку|мітлу|плюшевого ведмедика|трубу|кавун|вазу|повітряного змія|барабан""",
        """гуляти|бігати|стрибати|танцювати|спати|сидіти на табуреті|махати рукою|
        підніматися драбиною|повзати|стояти на колінах|нести {object}|кидати {object}|
        піднімати {object} із землі|тримати {object} над головою|бити {object} ногою|
        штовхати {object}|розглядати {object}|тримати {object} на голові|дарувати {object}|
        обіймати друга|наздоганяти друга|показувати на друга""",
        """на кухні|у спальні|у вітальні|у гаражі|у бібліотеці|на вулиці|у парку|на пляжі|у лісі|
        на ринку|на вокзалі|у горах""",
        """Сьогодні {place}: {doing} 😂|Хто зі мною? {doing} {place}!|
        Мій день {place}: {doing}. Що скажете?|{doing} {place}, частина {part}""",
        "зачекайте…|{doing}|знову {place}|частина {part}",
        "футбол|випічка|музика|подорожі|сад|книги|повітрянийзмій|прибирання|зима|друзі",
    ),
    "ar": _words(
        """كرة|كتاب|مظلة|حقيبة سفر|دلو|غيتار|نبتة|فانوس|ساعة|كعكة|كرسي|صندوق|بالون|مكنسة|
        دمية دب|بوق|بطيخة|مزهرية|طائرة ورقية|طبل""",
        """المشي|الجري|القفز|الرقص|النوم|الجلوس على كرسي صغير|التلويح باليد|صعود السلم|الحبو|
        الركوع|حمل {object}|رمي {object}|التقاط {object}|رفع {object}|ركل {object}|دفع {object}|
        تأمل {object}|حمل {object} على الرأس|إهداء {object}|معانقة صديق|مطاردة صديق|
        الإشارة إلى صديق""",
        """في المطبخ|في غرفة النوم|في غرفة الجلوس|في المرآب|في المكتبة|في الشارع|في الحديقة|
        على الشاطئ|في الغابة|في السوق|في المحطة|على الجبل""",
        """اليوم {place}: {doing} 😂|من معي؟ {doing} {place}!|
        يومي {place}: {doing}. ما رأيكم؟|{doing} {place}، الجزء {part}""",
        "انتظر|{doing}|مرة أخرى {place}|الجزء {part}",
        "كرة_القدم|خبز|موسيقى|سفر|بستنة|كتب|طائرة_ورقية|تنظيف|شتاء|أصدقاء",
    ),
    "zh": _words(
        """球|书|雨伞|行李箱|水桶|吉他|盆栽|灯笼|时钟|蛋糕|椅子|箱子|气球|扫帚|泰迪熊|小号|西瓜|
        花瓶|风筝|鼓""",
        """散步|跑步|跳跃|跳舞|睡觉|坐在凳子上|挥手|爬梯子|爬行|跪下|搬{object}|扔{object}|
        捡起{object}|举起{object}|踢{object}|推{object}|仔细看{object}|头顶{object}|送{object}|
        拥抱朋友|追朋友|指着朋友""",
        """在厨房|在卧室|在客厅|在车库|在图书馆|在街上|在公园|在海滩|在森林|在市场|在车站|在山上""",
        """今天{place}{doing}😂|谁一起来？{place}{doing}！|我的一天：{place}{doing}。你们觉得呢？|
        {place}{doing}，第{part}集""",
        "等一下|{doing}|又{place}|第{part}集",
        "足球|烘焙|音乐|旅行|园艺|读书|风筝|打扫|冬天|朋友",
    ),
    "hi": _words(
        """गेंद|किताब|छाता|सूटकेस|बाल्टी|गिटार|गमला|लालटेन|घड़ी|केक|कुर्सी|डिब्बा|गुब्बारा|झाड़ू|
        टेडी बियर|तुरही|तरबूज|फूलदान|पतंग|ढोल""",
        """टहलना|दौड़ना|कूदना|नाचना|सोना|स्टूल पर बैठना|हाथ हिलाना|सीढ़ी चढ़ना|रेंगना|घुटने टेकना|
        {object} ले जाना|{object} फेंकना|{object} उठाना|{object} ऊपर उठाना|{object} पर लात मारना|
        {object} धकेलना|{object} ध्यान से देखना|{object} सिर पर रखना|{object} देना|
        दोस्त को गले लगाना|दोस्त का पीछा करना|दोस्त की ओर इशारा करना""",
        """रसोई में|शयनकक्ष में|बैठक में|गैरेज में|पुस्तकालय में|सड़क पर|पार्क में|समुद्र तट पर|
        जंगल में|बाज़ार में|स्टेशन पर|पहाड़ पर""",
        """आज {place}: {doing} 😂|कौन साथ आएगा? {place} {doing}!|
        मेरा दिन {place}: {doing}। आपको कैसा लगा?|{place} {doing}, भाग {part}""",
        "रुकिए|{doing}|फिर से {place}|भाग {part}",
        "फुटबॉल|बेकिंग|संगीत|यात्रा|बागवानी|किताबें|पतंग|सफाई|सर्दी|दोस्त",
    ),
}
"""The languages by their codes (ISO 639-1)."""

_PLAIN: Final = "en"


@lru_cache(maxsize=16)
def lettered(language: str) -> str:
    """The language in which text is burned in for a language: itself where a font of this
    machine has all its letters and they can be joined as they must be, else English."""
    if language == "ar" and not features.check("raqm"):
        return _PLAIN
    words = WORDS[language]
    texts = [*words.overlays, *words.deeds.values(), *words.things.values(),
             *words.places.values()]  # fmt: skip
    try:
        face = choose_face(text.format(object="", doing="", place="", part=1) for text in texts)
    except ComponentMissing:
        return _PLAIN
    return _PLAIN if face.missing else language
