"""How the customer feels, from what people say to a support desk when they feel it.

Support phrases decide; VADER's general lexicon (Hutto and Gilbert 2014) adds what they do not name, for English. Strict
on purpose: the subject of support is errors and failures, so naming one is no feeling, and neither is a plain question.
"""

import re
from dataclasses import dataclass
from typing import Final

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from casewright.understanding.models import Emotion

MAXIMUM_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that show a feeling. `strength` 0…1 is how far one occurrence moves the valence."""

    label: str
    strength: float
    words: re.Pattern[str]


def _cue(label: str, strength: float, *alternatives: str) -> Cue:
    return Cue(label, strength, re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})", re.IGNORECASE))


_NEGATED = r"(?:doesn'?t|does not|isn'?t|is not|won'?t|will not|can'?t|cannot|didn'?t|did not|don'?t|do not|not)"
_ORDINAL = r"(?:second|third|fourth|fifth|sixth|tenth|hundredth|\d+(?:nd|rd|th))"
_NEGATIVE: Final = (
    _cue(
        "angry",
        0.8,
        r"unacceptable",
        r"ridiculous",
        r"outrageous",
        r"disgrace",
        r"disgusting",
        r"furious",
        r"pissed",
        r"(?:so|very|really|extremely|makes? me|getting|i am|i'?m) angry",
        r"fed up",
        r"sick (?:and tired )?of",
        r"(?:i'?ve |i have )?had enough",
        r"enough is enough",
        r"worst (?:\w+ )?(?:support|service|company|experience|software|product|app)",
        r"(?:terrible|horrible|awful|pathetic|useless|lousy|shitty) (?:\w+ )?(?:support|service|company|experience"
        r"|product|bot|help)",
        r"(?:service|support|you|this) (?:is|are) (?:just |so |really |completely |totally |absolutely )*"
        r"(?:terrible|horrible|awful|pathetic|useless|garbage|crap|rubbish|a joke|a disaster|a nightmare|insane)",
        r"bullshit",
        r"wtf\b",
        r"what the (?:hell|fuck)",
        r"goddamn|fuck\w*",
        r"how dare",
        r"rip-?off|scam(?:med|mers)?\b",
        r"waste of (?:my |our )?(?:time|money)|(?:wast\w+|cost\w*) (?:me |us )?(?:my|our|the) (?:\w+ )?(?:time|day"
        r"|morning|afternoon|evening|money)",
        r"incompeten\w+|idiots?\b|morons?\b",
        r"shame on you",
        r"i demand\b",
        r"(?:take|taking|consider\w*) legal action|(?:my|our) lawyers?\b|sue you",
        r"(?:manager|supervisor|boss|human|person|someone) (?:right )?NOW\b",
        r"frechheit",
        r"unverschämt\w*",
        r"inakzeptabel|nicht (?:hinnehmbar|akzeptabel)",
        r"das ist (?:doch |einfach |ja )*(?:unmöglich|das letzte|ein witz)",
        r"stinksauer|(?:bin|werde|echt|richtig|langsam) (?:\w+ )?sauer\b|wütend",
        r"lächerlich|katastroph\w*|miserabel|skandal\w*|zumutung",
        r"(?:jetzt )?reicht (?:es|'?s) mir|mir reicht'?s?|jetzt reicht'?s",
        r"nase voll|hab\w* (?:es|das) satt",
        r"saftladen|abzocke|verarsch\w*|schei(?:ß|ss)\w*|verdammt\w*",
        r"schlechte[rs]?\w* (?:service|support|kundendienst|firma)",
        r"(?:darf|kann) (?:doch )?(?:wohl )?nicht wahr sein",
        r"(?:meine[nm]?|unsere[nm]?) anw[aä]lt\w*|rechtliche schritte",
        r"inaceptable|vergüenza|estoy harto|inacceptable|inadmissible|ras le bol|j'en ai marre",
    ),
    _cue(
        "frustrated",
        0.55,
        rf"still (?:\w+ )?(?:{_NEGATED}|nothing|no|failing|broken|waiting|stuck|down)\b(?! sure)",
        rf"{_NEGATED} (?:work|help|do anything|solve anything|function) at all",
        r"nothing (?:works|helps|helped|you said helped|happens|has changed)",
        rf"(?:this is|for) the {_ORDINAL} time|{_ORDINAL} time (?:i|we|this|today|in a row)",
        r"(?:trying|tried|waiting|waited|struggling|stuck|working|fighting)(?: \w+){0,5} for (?:\w+ )?(?:hours|days"
        r"|weeks|months|ages)",
        r"for (?:hours|days|weeks|ages) (?:now|already)|all (?:day|morning|week) long|hours and hours",
        r"(?:over and over|again and again|yet again|once again)",
        r"same (?:\w+ )?(?:error|problem|answer|issue|thing|reply|message) (?:again|every time|over)",
        r"frustrat\w+|annoy\w+|disappoint\w+|upset\b|irritat\w+",
        r"(?:no|not (?:a|any)) help at all|of no help|not (?:very |really |at all )?helpful|unhelpful",
        r"(?:that|this|it|you|which) (?:did not|didn'?t|does not|doesn'?t|hasn'?t|has not) (?:really )?help",
        r"you(?:'re| are) (?:not|no) (?:listening|helping|help\b|understanding|reading)",
        r"(?:i|we)(?:'ve| have)? already (?:told|said|tried|explained|asked|did|done|written)",
        r"how (?:many times|often) (?:do|must|should|have) (?:i|we)|how much longer",
        r"(?:i|we|about to|going to) give up\b|losing (?:my|our) patience|out of patience|tired of",
        r"(?:nobody|no one|no-one) (?:\w+ )?(?:answers|replies|responds|cares|helps?|helped|answered|replied|called)",
        r"(?:being|been|am|was) ignored|drives? me (?:crazy|mad|nuts|insane)|what a mess|thanks for nothing",
        r"(?:oh |just |how )great,|(?:great|wonderful|fantastic|perfect|lovely|nice),? (?:another|yet another"
        r"|now (?:it|the|my))",
        r"(?:geht|funktioniert|klappt|läuft|tut) (?:\w+ )?(?:immer noch|noch immer|einfach|gar|überhaupt|wieder) nicht",
        r"(?:immer noch|noch immer) (?:nicht|kein\w*|nichts|die gleiche|der gleiche|das gleiche)",
        r"(?:schon |jetzt |bereits )?(?:das|zum) (?:zweite|dritte|vierte|fünfte|zehnte)[nm]? mal",
        r"seit (?:stunden|tagen|wochen|ewigkeiten)",
        r"schon wieder|dauernd|ständig",
        r"frustrier\w*|genervt|nervt|nervig|enttäusch\w*|verärgert",
        r"(?:hat|bringt|brachte) (?:\w+ ){0,2}nichts(?: gebracht)?|nicht (?:wirklich )?geholfen|hilft (?:mir "
        r"|uns )?(?:\w+ )?nicht",
        r"helfen (?:sie )?(?:mir |uns )?(?:überhaupt )?nicht",
        r"(?:niemand|keiner) (?:\w+ )?(?:antwortet|meldet|hilft|kümmert|reagiert|erreichbar)",
        r"wie oft (?:denn )?(?:noch|(?:soll|muss) ich)|wie lange (?:\w+ )?noch|geduld (?:ist )?(?:am ende|verlier\w*)",
        r"no funciona (?:nada|para nada)|sigue sin|toujours pas|ne (?:marche|fonctionne) pas du tout|frustrant\w*"
        r"|frustrad\w*",
    ),
    _cue(
        "worried",
        0.25,
        r"worried|worrying|afraid (?:that|of|we|i)|anxious|nervous|scared|in (?:a )?panic|panicking|desperate\w*"
        r"|emergency",
        r"(?:lose|losing|lost) (?:all |everything|(?:\w+ )?data\b)",
        r"urgent\w*|asap\b|as soon as possible|deadline|please hurry",
        r"mache? mir sorgen|besorgt|sorge,? dass|angst|panik|verzweifel\w*|notfall|dringend\w*|schnellstmöglich"
        r"|gefährlich",
    ),
)
_POSITIVE: Final = (
    _cue(
        "grateful",
        0.45,
        r"thank(?:s| you)(?! for nothing)",
        r"thx\b|cheers\b",
        r"(?:much|really|very) appreciate\w*|i appreciate (?:it|your|that)",
        r"grateful|very kind",
        r"danke(?:schön)?\b|vielen dank|herzlichen dank|besten dank|tausend dank|dankbar|merci|gracias|obrigad[oa]",
    ),
    _cue(
        "happy",
        0.6,
        r"(?:it|that|this|everything|which) (?:\w+ )?(?:works|worked|is working|is fixed|is solved|solved it)(?! not)",
        r"(?:works|fixed|solved|fine|running) (?:now|again|perfectly|like a charm)|did the trick|problem solved"
        r"|all good",
        r"(?:perfect|awesome|excellent|amazing|brilliant|fantastic|wonderful|great)(?=[!.,]|$| thank| job| work\b"
        r"| help| news)",
        r"(?:i|we) love (?:it|this|aurora|your)|you'?re the best|made my day|well done|so happy|very happy"
        r"|really happy",
        r"(?:funktioniert|geht|läuft|klappt) (?:jetzt|wieder|nun|perfekt|einwandfrei)|(?:hat|alles) geklappt"
        r"|problem gelöst",
        r"(?:super|perfekt|klasse|toll|prima|wunderbar|großartig|spitze|bestens)(?=[!.,]|$| danke| gemacht)",
        r"(?:bin|sehr|so) (?:begeistert|zufrieden|glücklich)",
    ),
)
# A feeling that is denied, wished for or offered is not there.
_DENIED = re.compile(
    r"(?:not|never|n't|no longer|nicht|kein\w*|would be|wäre|if (?:it|that|this)|wenn (?:es|das)) (?:\w+ ){0,2}$",
    re.IGNORECASE,
)
_NOT_FELT = re.compile(
    r"(?:would|'d|could|wäre|might) (?:be|really|also)? ?(?:great|nice|good|perfect|awesome|lovely|helpful|love|like"
    r"|toll|super|schön)"
    r"|happy to|glad to|feel free|no worries|don'?t worry|keine sorge",
    re.IGNORECASE,
)
_NOT_PROSE = re.compile(
    r"```.*?(?:```|$)|`[^`\n]*`|https?://\S+|\[[A-Z_]+_\d+\]|^>.*$|\"[^\"\n]{1,300}\"|„[^“\n]{1,300}“"
    r"|\b(?=\w*_)[A-Z0-9_]{4,}\b",
    re.DOTALL | re.MULTILINE,
)
_SHOUTED = re.compile(
    r"\b(?:NOW|NEVER|AGAIN|STILL|WHY|NOT|NOTHING|HELP|PLEASE|STOP|SOFORT|IMMER|NICHT|NIE|ENDLICH|JETZT)\b"
)
_CAPITALS = re.compile(r"\b[A-ZÄÖÜ]{3,}\b")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_EXCLAIMED = re.compile(r"!!|\?!|!\?|\?\?\?")

# Support is about these; in VADER's lexicon they are sad, angry or glad.
_SUBJECTS: Final = (
    "error errors problem problems fail fails failed failing failure failures kill kills killed killing crash "
    "crashed crashes "
    "crashing wrong bad denied deny block blocked blocking critical support supported supports help helps helping "
    "please like "
    "secure security active activate create creates created share shared sharing shares join number stuck lost lose "
    "losing "
    "forgotten forget urgent warning warnings alert alerts attack leave cancel cancelled canceled stop stops stopped "
    "stopping "
    "no yes ok okay well want wants wanted sorry interest credit credited debt free safe trust trusted pay paid "
    "rejected reject "
    "rejects refused refuse missing miss missed limited limit limits exceed exceeded conflict conflicts dead drop "
    "dropped drops "
    "empty expired hard hide illegal invalid isolated limitation low abort aborted restrict restricted suspicious "
    "suspend "
    "suspended threat unable unauthorized unauthorised unavailable unlocked vulnerable weak broken break breaks "
    "broke cut "
    "damage damaged destroy disconnected discard duplicate emergency fault faulty solution solutions solve solved "
    "success "
    "successful successfully thank thanks save saved energy easy easily allow allowed approve approved approval accept "
    "accepted benefit bonus care certain clear clearly commit confidence consent create engage ensure exact feeling "
    "feel fit "
    "fun gain good great hand helpful hope hopefully ideal important improve improved increase increased matter "
    "natural "
    "opportunity opportunities original positive powerful prefer promise promised protect protected ready recommend "
    "recommended relief resolve resolved responsible reward rich sincerely special strong suitable top true useful "
    "value "
    "valued warm welcome win worth worthy charge charged charges demand demands difficulty dirty disabled emptied "
    "ill lag "
    "leak leaked lonely manipulate negative odd pain pressure punish questionable risk risks severe sharp shock "
    "short shortage "
    "trouble troubles uncertain unclear unknown unsure violation violate wait waiting war waste fatal panic hung "
    "hang hangs lag"
)


def _general_lexicon() -> SentimentIntensityAnalyzer:
    analyzer = SentimentIntensityAnalyzer()
    for word in _SUBJECTS.split():
        analyzer.lexicon.pop(word, None)
    return analyzer


_VADER = _general_lexicon()
VADER_FLOOR = 0.4
VADER_SHARE = 0.6
"""Below the floor VADER's compound score says nothing; above it, this share of it counts as one cue."""


def feel(text: str, language: str) -> Emotion:
    """The emotion of one message; neutral unless something in it says otherwise."""
    prose = _NOT_FELT.sub(" ", _NOT_PROSE.sub(" ", text[:MAXIMUM_CHARACTERS].replace("\u2019", "'")))
    bad, bad_label = _strength(prose, _NEGATIVE)
    good, good_label = _strength(prose, _POSITIVE)
    if language != "de":
        general = float(_VADER.polarity_scores(prose)["compound"])
        if general <= -VADER_FLOOR:
            bad, bad_label = _add(bad, -general * VADER_SHARE), bad_label or "frustrated"
        elif general >= VADER_FLOOR and not bad:
            good, good_label = _add(good, general * VADER_SHARE), good_label or "happy"
    if good and _is_request(prose):
        good *= 0.5
    emphasis = _emphasis(prose)
    if bad:
        valence = -min(1.0, bad + emphasis) + good * 0.3
        label = bad_label
    else:
        valence, label = min(1.0, good + emphasis * 0.5) if good else -emphasis / 2, good_label or "neutral"
    intensity = min(1.0, abs(valence) + emphasis * 0.5) if label != "neutral" else min(1.0, emphasis)
    return Emotion(valence=round(max(-1.0, valence), 3) + 0.0, intensity=round(intensity, 3), label=label)


def _strength(prose: str, cues: tuple[Cue, ...]) -> tuple[float, str]:
    """How strong all cues are together, and the feeling of the strongest; several add up with less and less effect."""
    total, strongest, label = 0.0, 0.0, ""
    for cue in cues:
        for match in cue.words.finditer(prose):
            if cues is _POSITIVE and _DENIED.search(prose, max(0, match.start() - 30), match.start()):
                continue
            total = _add(total, cue.strength)
            if cue.strength > strongest:
                strongest, label = cue.strength, cue.label
    return total, label


def _add(total: float, strength: float) -> float:
    return 1 - (1 - total) * (1 - strength)


def _is_request(prose: str) -> bool:
    """Thanks after a question are manners, not gratitude."""
    return "?" in prose or len(_WORDS.findall(prose)) > 12


def _emphasis(prose: str) -> float:
    """0…0.3: capitals and repeated punctuation. It strengthens what is felt and is nearly nothing by itself."""
    words = _WORDS.findall(prose)
    capitals = _CAPITALS.findall(prose)
    shouting = len(words) >= 3 and sum(word.isupper() for word in words) >= 0.6 * len(words)
    emphasis = 0.2 if shouting else 0.12 if _SHOUTED.search(prose) and len(capitals) < 4 else 0.0
    emphasis += 0.12 if _EXCLAIMED.search(prose) else 0.05 if "!" in prose else 0.0
    return min(0.3, emphasis)
