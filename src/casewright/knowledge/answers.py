"""Answers made of an article's own sentences: chosen, never written.

Who asks how to do something gets the whole list of steps in order, with the conditions under which it holds. Who asks
for a fact gets the sentences closest to the question, in the article's order, with those that they lean on or that
limit them. Who states a problem gets the steps that mend it, if there are any, and what is closest.
"""

import re
from collections.abc import Sequence
from enum import Enum, auto
from typing import Final

from casewright.knowledge.models import CitedSentence
from casewright.knowledge.passages import Sentence
from casewright.knowledge.retrieval import Candidate, Hit
from casewright.knowledge.searching import Search, stems

MOST_CHOSEN: Final = 3
MOST_SENTENCES: Final = 6
"""Of running text; a list of steps may be longer."""
NEARLY_AS_CLOSE: Final = 0.12
"""A sentence at most this much less close than the closest one is part of the answer."""
STANDS_OUT: Final = 0.3
"""A sentence closer than all others by this much answers alone, if a fact is asked for; else a short section comes whole."""
SHORT_SECTION: Final = 50
"""Words, in at most three sentences."""
ON_A_LEVEL: Final = 0.5
"""Log odds within which passages of one article count as equal; the first of them is then the more general."""
STEPS_AHEAD: Final = 2.0
"""Log odds by which steps may be less sure than another passage and still go first."""
ALSO: Final = 0.4
"""Confidence from which a second passage of the same article continues an answer that its opening words begin."""
NOT_A_FACT: Final = 0.2
"""What a step loses against running text when a fact is asked for."""


class Wanted(Enum):
    """What kind of answer a question calls for."""

    STEPS = auto()
    FACT = auto()
    HELP = auto()


_WHAT_TO_DO: Final = re.compile(
    r"\bwhat (?:do|can|should|must) (?:i|we) do\b|\b(?:steps|instructions|schritte|anleitung)\b"
    r"|\bwas (?:kann|muss|soll) (?:ich|man) (?:tun|machen)\b",
    re.IGNORECASE,
)
_FACT: Final = re.compile(
    r"\bhow (?:long|many|much|often|big|fast|large|old|soon|far)\b"
    r"|\b(?:bis wann|wie (?:lange|viele?|oft|hoch|groß|schnell|alt))\b"
    r"|^\W*(?:when|which|who|what|why|is|are|does|do|did|may|can|will)\b"
    r"|^\W*(?:wann|welche\w*|wer|was|warum|darf|dürfen|kann|können|ist|sind|gibt|muss|habe|haben|zahlt|gilt)\b",
    re.IGNORECASE,
)
_HOW_TO: Final = re.compile(
    r"\bhow (?:do|can|could|should|would|to)\b|\bwhere (?:do|can|could|should) (?:i|we)\b|\bset(?:ting)? up\b"
    r"|\bi (?:want|need|would like|have) to\b|\bwie \w+ (?:ich|man|wir)\b|\bich (?:möchte|will|muss|brauche)\b",
    re.IGNORECASE,
)
_LEANS_ON_WHAT_COMES_BEFORE: Final = re.compile(
    r"(?:This|That|These|Those|It|Its|They|Their|Both|Such|Then|Otherwise|Therefore|Further|In that case|In this case|If so|"
    r"If not|Das|Dies\w*|Dann|Danach|Sonst|Dort|Dazu|Dafür|Dadurch|Deshalb|Daher|In diesem Fall|Er|Es|Beide)\b"
)
_LIMITS_WHAT_COMES_BEFORE: Final = re.compile(
    r"(?:However|But|Only|Unless|Except|Without|Otherwise|Aber|Jedoch|Nur|Außer|Ohne|Allerdings|Sonst)\b"
)
_CONDITION: Final = re.compile(
    r"\b(?:[Oo]nly|needs?|must|part of|not available)\b"
    r"|\b(?:[Nn]ur (?:mit|für|wenn|bei|wer|die|der|das)|müssen|Voraussetzung)\b"
)
_WARNING: Final = re.compile(
    r"\b(?:not|never|cannot|nicht|nie|niemals|weder|keine?[mnrs]?|[Ll]ebensgefahr)\b", re.IGNORECASE
)


def compose(question: str, search: Search, hits: Sequence[Hit]) -> tuple[CitedSentence, ...]:
    """The answer of the article that the first of `hits` belongs to. `hits`: at least one, surest first."""
    wanted = what_is_wanted(question)
    article = [hit for hit in hits if hit.passage.article_id == hits[0].passage.article_id]
    level = [hit for hit in article if hit.evidence >= article[0].evidence - ON_A_LEVEL]
    best = min(level, key=lambda hit: hit.passage.position)
    opening = next((hit for hit in article if hit.passage.position == 0), None)
    if best is not opening:
        return (*_conditions(opening, best, wanted), *_cite(best, _choose(question, search, best, wanted)))
    further = _further([hit for hit in article if hit is not opening and _continues(hit, search)], wanted)
    if further is None:
        return _cite(best, _choose(question, search, best, wanted))
    rest = _cite(further, _choose(question, search, further, wanted))
    if wanted is Wanted.STEPS:
        return (*_conditions(opening, further, wanted), *rest)
    return (*_cite(best, _choose(question, search, best, wanted)), *rest)


def what_is_wanted(question: str) -> Wanted:
    if _WHAT_TO_DO.search(question):
        return Wanted.STEPS
    if _FACT.search(question):
        return Wanted.FACT
    return Wanted.STEPS if _HOW_TO.search(question) else Wanted.HELP


def _continues(hit: Hit, search: Search) -> bool:
    """Whether a passage may follow the opening of its article: it is close, and about the codes asked for, if any."""
    asked = {*search.codes, *search.possible_codes}
    return hit.confidence >= ALSO and (not asked or not asked.isdisjoint(hit.passage.codes))


def _further(following: Sequence[Hit], wanted: Wanted) -> Hit | None:
    """What goes on where the opening ends: steps that are not much less sure than the surest passage, or that one."""
    if wanted is Wanted.FACT or not following:
        return None
    near = [hit for hit in following if hit.evidence >= following[0].evidence - STEPS_AHEAD]
    return next((hit for hit in near if has_steps(hit.passage.sentences)), near[0])


def _conditions(opening: Hit | None, steps: Hit, wanted: Wanted) -> tuple[CitedSentence, ...]:
    """What the article's opening says must be true for its steps."""
    if opening is None or wanted is not Wanted.STEPS or not has_steps(steps.passage.sentences):
        return ()
    sentences = opening.passage.sentences
    return _cite(
        opening, [i for i, one in enumerate(sentences) if one.kind == "text" and _CONDITION.search(one.text)][:2]
    )


def _cite(hit: Hit, indexes: Sequence[int]) -> tuple[CitedSentence, ...]:
    return tuple(cited(hit.passage, hit.passage.sentences[index]) for index in indexes)


def cited(passage: Candidate, sentence: Sentence) -> CitedSentence:
    return CitedSentence(
        text=sentence.text,
        kind=sentence.kind,
        article_id=passage.article_id,
        version=passage.version,
        title=passage.title,
        section=passage.section,
        source=passage.source,
        checked_on=passage.source_checked_on,
    )


# --- what to say of a passage -----------------------------------------------------------------------------------------


def _choose(question: str, search: Search, hit: Hit, wanted: Wanted) -> list[int]:
    """Indexes of the passage's sentences that answer, in its order."""
    sentences = hit.passage.sentences
    scores = _scores(question, search, hit, wanted)
    top = max(range(len(sentences)), key=scores.__getitem__)
    if wanted is Wanted.HELP and has_steps(sentences) and len(sentences) <= MOST_SENTENCES:
        return list(range(len(sentences)))
    if steps := _steps(sentences, top, wanted):
        also = {top} if wanted is Wanted.HELP else set()
        return sorted({*_with_conditions(sentences, steps), *also})
    named = bool(search.codes and _names(search, sentences[top].text))
    if _is_short(sentences) and not named and not (wanted is Wanted.FACT and _stands_out(scores, top)):
        return list(range(len(sentences)))
    return _closest(sentences, scores, top)


def has_steps(sentences: tuple[Sentence, ...]) -> bool:
    return any(sentence.kind == "step" for sentence in sentences)


def _is_short(sentences: tuple[Sentence, ...]) -> bool:
    plain = all(one.kind == "text" and not one.introduction for one in sentences)
    words = sum(len(one.text.split()) for one in sentences)
    return plain and len(sentences) <= MOST_CHOSEN and words <= SHORT_SECTION


def _stands_out(scores: list[float], top: int) -> bool:
    return all(score <= scores[top] - STANDS_OUT for index, score in enumerate(scores) if index != top)


def _steps(sentences: tuple[Sentence, ...], top: int, wanted: Wanted) -> list[int]:
    """The list of steps to give: the one that the closest sentence is of, or the first one unless a fact is asked for."""
    blocks = [one.block for one in sentences if one.kind == "step"]
    if sentences[top].block in blocks:
        block = sentences[top].block
    elif blocks and wanted is not Wanted.FACT:
        block = blocks[0]
    else:
        return []
    return [index for index, one in enumerate(sentences) if one.block == block]


def _with_conditions(sentences: tuple[Sentence, ...], steps: list[int]) -> list[int]:
    """The steps, after what must be true first, and before the code that shows them and the warnings that follow."""
    before = [index for index in range(steps[0]) if _CONDITION.search(sentences[index].text)]
    rest = range(steps[-1] + 1, len(sentences))
    code = [index for index in rest if sentences[index].kind == "code"]
    warnings = [
        index
        for index in rest
        if sentences[index].kind == "text"
        and (_WARNING.search(sentences[index].text) or _CONDITION.search(sentences[index].text))
    ]
    return [*before[-2:], *steps, *code[:1], *warnings[:2]]


def _closest(sentences: tuple[Sentence, ...], scores: list[float], top: int) -> list[int]:
    allowed = [index for index, one in enumerate(sentences) if one.kind != "step" and not one.introduction]
    order = sorted(allowed, key=lambda index: -scores[index])[:MOST_CHOSEN]
    chosen = {index for index in order if scores[index] >= scores[top] - NEARLY_AS_CLOSE}
    whole = chosen.union(*(_needed_with(sentences, index) for index in chosen))
    if len(whole) > MOST_SENTENCES:
        whole = {order[0]} | _needed_with(sentences, order[0])
    return sorted(whole)


def _needed_with(sentences: tuple[Sentence, ...], index: int) -> set[int]:
    """What a sentence leans on ("In that case …"), the line that introduces its list, and what limits it ("Only …")."""
    needed = {i for i, one in enumerate(sentences[:index]) if one.introduction and one.block == sentences[index].block}
    following = index + 1
    if following < len(sentences) and _LIMITS_WHAT_COMES_BEFORE.match(sentences[following].text):
        needed.add(following)
    while (
        index > 0 and sentences[index - 1].kind == "text" and _LEANS_ON_WHAT_COMES_BEFORE.match(sentences[index].text)
    ):
        index -= 1
        needed.add(index)
    return needed


# --- how well each sentence answers -----------------------------------------------------------------------------------


def _scores(question: str, search: Search, hit: Hit, wanted: Wanted) -> list[float]:
    """Cosine, the share of the question's words (for other languages than English, whose vectors are weak, twice), and
    one more for the very code that was asked for."""
    asked = stems(question)
    weight = 0.2 if search.language == hit.passage.language == "en" else 0.4
    scores = []
    for closeness, sentence in zip(hit.closeness, hit.passage.sentences, strict=True):
        share = len(asked & stems(sentence.text)) / len(asked) if asked else 0.0
        score = float(closeness) + weight * share + _names(search, sentence.text)
        scores.append(score - NOT_A_FACT * (wanted is Wanted.FACT and sentence.kind == "step"))
    return scores


def _names(search: Search, text: str) -> float:
    upper = text.upper()
    return float(any(code in upper for code in (*search.codes, *search.possible_codes)))
