"""What stands around the content of a caption and is not content.

Captioners talk about the picture (`a blurry photo of`), to the viewer (`we see`), about the
camera (`the camera zooms in on`) and about existence (`there is`). An audio description says
what happens and nothing else.
"""

from __future__ import annotations

import re

_MEDIUM = (
    r"(?:picture|photograph|photo|image|shot|screenshot|screen ?shot|screencap|still|view"
    r"|close[ -]?up|closeup|painting|drawing|illustration|rendering|render|sketch|cartoon|animation"
    r"|snapshot|portrait|time[ -]?lapse|footage|video|clip|scene|frame"
    r"|gif|selfie|panorama)"
)
_FUNCTION = (
    r"(?!(?:of|with|and|in|on|at|to|from|by|is|are|that|this|holding|taking|looking|sitting"
    r"|standing|for|or|taken|while|man|woman|person|men|women|people|boy|girl|child|framed"
    r"|a|an|the|his|her|their|its|this|that|some|as|up|down|out|then|he|she|they|it|we|you)\b"
    r"|(?!birds|sports|dslr)\w+(?<!s)s\b|(?!amazing|stunning|interesting|charming|opening|closing"
    r"|establishing|tracking|striking)\w+ing\b)"
)
MODIFIER = rf"{_FUNCTION}[\w'’/-]+"
"""A word that may stand between an article and `photo`: `a blurry photo`, not `a man takes`."""

_ARTICLE = r"(?:(?:a|an|the|this|that|these|those|some|two|three|several|multiple|his|her) )?"
MEDIUM_OF = re.compile(
    rf"^(?:an? (?:series|set|pair|collage|couple|collection) of )?"
    rf"{_ARTICLE}(?:{_FUNCTION}[\w'’/-]+(?: and white)? ){{0,4}}?"
    rf"{_MEDIUM}s?(?: (?:shots?|views?|photos?|images?|pictures?|photographs?|portraits?|version))?"
    r" (?:of|showing|shows?|featuring|depicting|depicts?|capturing|with a view of|features?"
    r"|captures?|displaying|displays?) (?=\S)",
    re.I,
)
_PHYSICAL = re.compile(
    r"\b(?:(?:hanging|hangs?|hung) (?:on|above|over|in|at|from (?:a|the) (?:wall|ceiling|nail))"
    r"|mounted|framed|displayed|on (?:a|an|the) (?:\w+ ){0,2}?"
    r"(?:walls?|easel|canvas|fridge|refrigerator|page))\b",
    re.I,
)
_ARTWORK = re.compile(
    rf"^{_ARTICLE}(?:[\w'’-]+ ){{0,3}}?(?:painting|picture|photo|photograph|drawing|image|portrait"
    r"|sketch|illustration)s? of ",
    re.I,
)
_BARE_MEDIUM = re.compile(
    rf"^{_ARTICLE}(?:{_FUNCTION}[\w'’/-]+ ){{0,3}}?"
    r"(?:close[ -]?up|closeup|screenshot)s?(?: (?:shot|view|photo|image|picture))?[.]?$",
    re.I,
)
_VIEWER = re.compile(
    r"^(?:(?:here|now|then|next|finally|also),? )?(?:we|you|one|i|viewers?|the viewers?)"
    r"(?: (?:can|could|may|might|are able to|also|now|then|clearly|just|get to))* "
    r"(?:sees?|view|observe|watch|notice|find|are shown|is shown|are seeing|seeing)"
    r"(?: that)? (?=\S)",
    re.I,
)
_PRESENTING = re.compile(
    r"^(?:(?:in|within|throughout|from|for) )?(?:the|this|that|an?) "
    r"(?:(?:first|next|second|last|final|opening|closing|following|current|given|short|same"
    r"|video|movie|film) )*"
    r"(?:image|picture|photo|photograph|video|clip|scene|frame|footage|shot|screenshot|view"
    r"|film|movie|sequence|screen|animation|illustration)s? "
    r"(?:(?:then|also|now|clearly|only|mainly|first|here|above|below) )*"
    r"(?:shows?|showing|depicts?|depicting|features?|featuring|captures?|displays?|contains?"
    r"|presents?|portrays?|opens? (?:with|on|up with)|begins? (?:with|on)|starts? (?:with|on)"
    r"|ends? (?:with|on)|cuts? to|changes? to|switches? to|transitions? to|is (?:of|about)"
    r"|appears? to (?:show|be(?: of)?)|consists? of|focuses on|is taken (?:of|from)|is showing)"
    r"(?: us)?(?: that)? (?=\S)",
    re.I,
)
_WITHIN = re.compile(
    r"^(?:in|within|throughout|at the (?:start|beginning|end) of) (?:this|the|that) "
    r"(?:(?:first|next|second|last|opening|short|video|still|given) )*"
    r"(?:image|picture|photo|photograph|video|clip|scene|frame|footage|shot|screenshot|sequence)s?"
    r"(?:,| (?=(?:we|you|one|i|there|the|a|an|it|he|she|they|two|three|some|someone|people)\b))\s*",
    re.I,
)
_CAMERA = re.compile(
    r"^(?:(?:as|then|now|next|finally),? )?(?:the|a|our) (?:camera|shot|view|lens|video)"
    r"(?: (?:then|slowly|quickly|now|also|gradually|angle|suddenly|gently|smoothly|again))* "
    r"(?:zooms?|pans?|tilts?|follows?|moves?|cuts?|focus(?:es)?|tracks?|pulls?|pushes|pushe?s?"
    r"|rotates?|shifts?|turns?|goes|flies|dollies|dolly|swings?|sweeps?|circles?|shakes?|switches"
    r"|captures?|reveals?|holds?|lingers?|rests?|stays?|remains?|zooming|panning|is \w+ing)"
    r"(?: (?:slowly|quickly|again|gradually|gently|closely|further|smoothly))*"
    r"(?: (?:in|out|up|down|left|right|back|away|around|over|across|along|through|closer|in closer"
    r"|forward|backward|forwards|backwards|upwards?|downwards?|to the (?:left|right)|past))*"
    r"(?: (?:and (?:zooms?|pans?|tilts?|moves?)(?: (?:in|out|up|down|left|right|around))*))*"
    r"(?: (?:on|onto|to|towards?|into|from|of|at|across|over|along|through|around|past|behind"
    r"|with|for|by))?"
    r"(?: (?:reveal|show|focus on|capture|follow|reveals|reveals?|showing|revealing))?"
    r"(?:[.,;]|\s+|$)",
    re.I,
)
_EXISTENCE = re.compile(
    r"^(?:(?:and|but|also|then|here) )?(?:there (?:(?:appears?|seems?|happens?) to be"
    r"|(?:is|are|was|were)(?: (?:also|now|just|only|clearly|currently))?|can be seen|exists?)"
    r"|here (?:is|are)|(?:this|it|that) (?:is|shows|depicts|features)"
    r"|(?:these|those) are|(?:this|it|that) (?:appears|seems|looks) to be)"
    r" (?=(?:(?:an?|the|two|three|four|five|six|seven|eight|nine|ten|some|several|many|no|one"
    r"|someone|something|people|lots?|multiple|numerous|various|different|another|only|his|her"
    r"|\d+)\b|\w+))",
    re.I,
)
_THIS_IS_NOT_NOUN = re.compile(
    r"^(?:it|that|this) is (?:not\b|\w+(?:ing|ed)\b|in\b|on\b|at\b|the (?:same|case)\b"
    r"|very\b|so\b|too\b|raining|snowing|\w+ly\b|\w+\.?$)",
    re.I,
)
ARAFED = re.compile(r"\bar+af+[a-z]{0,6}\b", re.I)

_TAILS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r",? (?:in|of) (?:this|the) (?:still )?(?:image|picture|photo|photograph|video|clip|scene"
        r"|frame|footage|shot|screenshot|video clip)(?=[.,]?$)",
        r",? (?:in|as|from) (?:a |an )?(?:extreme )?(?:close[ -]?up|closeup)"
        r"(?: (?:shot|view|photo))?(?=[.,]?$)",
        r",? (?:taken|shot|photographed|filmed|captured) (?:from (?:above|below|behind|the air|afar"
        r"|a distance|a drone|a (?:low|high) angle)|with a (?:camera|drone|phone|fisheye lens)"
        r"|on film)(?=[.]?$)",
        r",? in a black and white (?:photo|photograph|image|picture|film)(?=[.]?$)",
        r" - ?(?:stock|royalty)[\w -]*(?=[.]?$)",
        r",? as seen (?:from|in|on|by) [\w' -]+(?=[.]?$)",
        r",? with (?:a |the )?(?:blurry|blurred|out of focus) background(?=[.]?$)",
    )
)
_DANGLING = re.compile(
    r"(?:[,;:]? (?:a|an|the|and|or|with|of|at|from|into|onto|to|for|their|his|its|this|while|that"
    r"|who|which|next to|in front of|on top of|as|is|are|very|in front|next|because))+$",
    re.I,
)
_AT_CAMERA = (
    (
        re.compile(
            r"\b((?:look|star|gaz|peer|glanc)(?:ing|e|es|s|ed)?)(?: (?:directly|straight|right|up"
            r"|back))? (?:at|into|towards?|to) (?:the|our|a) camera\b",
            re.I,
        ),
        r"\1 straight ahead",
    ),
    (
        re.compile(
            r"\b((?:smil|pos|wav|laugh|grin|gestur|point|talk|speak|danc|sing|perform)"
            r"(?:ing|es?|s|ed)?)((?: and \w+ing)?) (?:at|for|to|into|towards?) the camera\b",
            re.I,
        ),
        r"\1\2",
    ),
    (re.compile(r"\b(?:close|closer) to the camera\b", re.I), "nearby"),
    (re.compile(r" (?:towards?|away from|in front of) the camera\b", re.I), ""),
)
_CAN_BE_SEEN = re.compile(
    r" (?:can|could|may) (?:also |clearly )?be (?:seen|viewed|observed|spotted|visible)\b"
    r"|(?<= )(?:is|are) (?:being )?(?:seen|shown|pictured|depicted|shown to be) (?=\w+ing\b)",
    re.I,
)
_AND_THERE = re.compile(r",? (?:and|where|while) there (?:is|are) (?=\w)", re.I)
_CONTRACTIONS = (
    (re.compile(r"\b(there|here|who|that|what)['’]s\b", re.I), r"\1 is"),
    (re.compile(r"\b(he|she|it)['’]s (?=\w+ing\b)", re.I), r"\1 is "),
    (re.compile(r"\b(they|we|you)['’]re (?=\w+ing\b)", re.I), r"\1 are "),
    (
        re.compile(
            r"\bit['’]s (?=(?:head|mouth|owner|tail|back|side|paw|mother|trunk|wings)\b)", re.I
        ),
        "its ",
    ),
)


def without_nonwords(text: str) -> str:
    """Text without `arafed` and its kin, a non-word that BLIP-large emits.

    Before a noun it stands for an article or an adjective and goes; alone it stands for a
    thing the captioner could not name and becomes `something`.
    """
    if not ARAFED.search(text):
        return text
    alone = re.compile(
        r"\b(?:an? |the )?ar+af+[a-z]{0,6}(?=\s+(?:is|are|was|that|who|with|in|on|at|of|and|sitting"
        r"|standing|laying|lying|walking|looking|holding|wearing|running|from|under|near|by"
        r"|next|riding|flying|swimming|eating|playing|\w+ing (?:a|the|on|in|at|down|up|around"
        r"|with|through|over|to))\b|\s*[.,]|\s*$)",
        re.I,
    )
    text = re.sub(r"\bar+af+[a-z]*s (?:are|were)\b", "something is", text, flags=re.I)
    text = re.sub(r"\b(two|three|four|several|many|some) ar+af+[a-z]*s\b", r"\1 things", text)
    text = alone.sub("something", text)
    return " ".join(re.sub(r"\bar+af+[a-z]{0,6}\b", "", text, flags=re.I).split())


def expanded(text: str) -> str:
    """Contractions that hide a verb, written out; hyphens and apostrophes that a tokenizer
    set apart (`a t - shirt`, `a man ' s hand`), joined again."""
    if text == text.lower():
        text = re.sub(r"(?<=\w) - (?=\w)", "-", text)
        text = re.sub(r"(?<=\w) ?['’] ?(?=(?:s|t|re|ll|ve|d)\b)", "'", text)
    for pattern, plain in _CONTRACTIONS:
        text = pattern.sub(plain, text)
    return text


def is_artwork(text: str) -> bool:
    """Whether the caption tells of a picture that is itself a thing in the scene."""
    match = _ARTWORK.match(text)
    return bool(match and _PHYSICAL.search(text, match.end()))


def without_opening(text: str, *, camera_talk: bool = False) -> str:
    """The caption without what leads up to its content; empty when nothing else was there."""
    for _ in range(8):
        before = text
        text = _without_one(text, camera_talk)
        if text == before:
            break
    return text


def _without_one(text: str, camera_talk: bool) -> str:
    for pattern in (_WITHIN, _VIEWER, _PRESENTING):
        text = pattern.sub("", text, count=1)
    if not camera_talk:
        text = _CAMERA.sub("", text, count=1)
    if not _THIS_IS_NOT_NOUN.match(text):
        text = _EXISTENCE.sub("", text, count=1)
    if not camera_talk and not is_artwork(text):
        view = re.match(rf"^{_ARTICLE}(?:[\w'’-]+ ){{0,4}}?view of ", text, re.I)
        stripped = MEDIUM_OF.sub("", text, count=1)
        if view and stripped != text and " from " in stripped and "seen from" not in stripped:
            head, _, tail = stripped.partition(" from ")
            if not re.search(r"\b\w+ing\b", head):
                stripped = f"{head} seen from {tail}"
        text = stripped
        if _BARE_MEDIUM.match(text):
            return ""
    return text.lstrip(" ,;:-")


def without_tail(text: str, *, camera_talk: bool = False) -> str:
    """The caption without remarks on the picture or the camera at its end."""
    if not camera_talk:
        for pattern in _TAILS:
            shorter = pattern.sub("", text)
            if shorter.strip(" .,"):
                text = shorter
        for pattern, plain in _AT_CAMERA:
            text = pattern.sub(plain, text)
    text = _CAN_BE_SEEN.sub("", text)
    text = _AND_THERE.sub(" with ", text)
    return text.rstrip(" ,;:")


def without_dangling(text: str) -> str:
    """A caption that was cut off, without the function words it ends on (`next to a`)."""
    return _DANGLING.sub("", text).rstrip(" ,;:")
